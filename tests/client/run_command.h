// Runs the `spillway` command as a process of its own and keeps what it wrote.
//
// Thread-safe. Blocks until the process has ended.
#ifndef SPILLWAY_TESTS_CLIENT_RUN_COMMAND_H_
#define SPILLWAY_TESTS_CLIENT_RUN_COMMAND_H_

#include <string>
#include <vector>

namespace spillway::testing {

struct CommandResult {
  // -1: it did not end by itself.
  int exit_code = -1;
  std::string out;
  std::string err;
};

struct CommandInput {
  // What standard input holds.
  std::string in;
  // NAME=VALUE, beside this process's environment without its SPILLWAY_* names.
  std::vector<std::string> environment;
  // Where standard output goes instead of into the result.
  std::string out_path;
};

// `binary` is a path.
CommandResult RunCommand(const std::string& binary, const std::vector<std::string>& arguments,
                         const CommandInput& input = {});

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_CLIENT_RUN_COMMAND_H_
