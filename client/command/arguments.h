// Single arguments of the command line, read into what they mean.
//
// Pure, thread-safe. Errors are INVALID_ARGUMENT and say what was expected.
#ifndef SPILLWAY_CLIENT_COMMAND_ARGUMENTS_H_
#define SPILLWAY_CLIENT_COMMAND_ARGUMENTS_H_

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace spillway::client {

// "30s", "1500ms", "5m", "1h30m"; longer than zero, at most a year.
absl::StatusOr<std::chrono::milliseconds> ParseTimeout(const std::string& text);

struct TargetArgument {
  std::string endpoint;
  std::string model;
};

// ENDPOINT/MODEL, split at the first '/': a model's id may hold more of them.
absl::StatusOr<TargetArgument> ParseTarget(const std::string& text);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_ARGUMENTS_H_
