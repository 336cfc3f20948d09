// What the user asked for: argv and the environment, read into one of seven commands.
//
// Not thread-safe in one respect: it reads the environment. Touches nothing else.
#ifndef SPILLWAY_CLIENT_COMMAND_COMMAND_LINE_H_
#define SPILLWAY_CLIENT_COMMAND_COMMAND_LINE_H_

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "client/options.h"
#include "spillway/v1/router.pb.h"

namespace spillway::client {

// 0: the answer is whole. 1: the call failed. 2: the command line was wrong.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

struct ChatCommand {
  ClientOptions server;
  std::string model;
  // Empty: no system message.
  std::string system;
  // "-": standard input.
  std::string text;
  bool stream = false;
  bool allow_reset = false;
  bool json = false;
  bool verbose = false;
};

struct RouteCommand {
  ClientOptions server;
  std::string model;
  // Unspecified: the caller's own.
  v1::Environment environment = v1::ENVIRONMENT_UNSPECIFIED;
  bool json = false;
};

struct TargetsCommand {
  ClientOptions admin;
  bool json = false;
  // Until stopped, rather than once.
  bool watch = false;
  // Absent: each second on a terminal, else at changes only.
  std::optional<std::chrono::milliseconds> interval;
};

struct SuspendCommand {
  ClientOptions admin;
  std::string endpoint;
  std::string model;
  // Absent: until resumed.
  std::optional<std::chrono::milliseconds> duration;
  bool json = false;
};

struct ResumeCommand {
  ClientOptions admin;
  std::string endpoint;
  std::string model;
  bool json = false;
};

struct ReloadCommand {
  ClientOptions admin;
  bool json = false;
};

struct ConfigCommand {
  ClientOptions admin;
  bool json = false;
};

using Command = std::variant<ChatCommand, RouteCommand, TargetsCommand, SuspendCommand, ResumeCommand,
                             ReloadCommand, ConfigCommand>;

// Help asked for (exit_code 0, text for standard output), or a usage error (2, standard error).
struct Stop {
  int exit_code = kExitUsage;
  std::string text;
};

std::variant<Command, Stop> ParseCommandLine(int argc, const char* const* argv);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_COMMAND_LINE_H_
