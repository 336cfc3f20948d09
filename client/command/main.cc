// The `spillway` command.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "client/command/command_line.h"
#include "client/command/paint.h"
#include "client/command/run.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"

namespace {

// The report says what went wrong; gRPC and protobuf would say it again in their own words,
// unless the user asks for that.
void SilenceLibraries() {
  google::protobuf::SetLogHandler(nullptr);
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

int main(int argc, char** argv) {
  using namespace spillway::client;
  SilenceLibraries();
  const auto parsed = ParseCommandLine(argc, argv);
  if (const Stop* stop = std::get_if<Stop>(&parsed)) {
    (stop->exit_code == kExitOk ? std::cout : std::cerr) << stop->text << std::flush;
    return stop->exit_code;
  }
  return Run(std::get<Command>(parsed), {.in = std::cin,
                                         .out = std::cout,
                                         .err = std::cerr,
                                         .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                                         .colour_out = WantsColour(STDOUT_FILENO),
                                         .colour_err = WantsColour(STDERR_FILENO)});
}
