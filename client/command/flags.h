// The flags that several subcommands share, as text, and what they mean.
//
// Not thread-safe: Flags is filled in while CLI11 parses, and must outlive the CLI::App it is
// bound to.
#ifndef SPILLWAY_CLIENT_COMMAND_FLAGS_H_
#define SPILLWAY_CLIENT_COMMAND_FLAGS_H_

#include <chrono>
#include <string>

#include "absl/strings/string_view.h"
#include "client/command/arguments.h"
#include "client/options.h"

namespace CLI {
class App;
}

namespace spillway::client {

// What one subcommand's flags said. Each subcommand has its own, because CLI11 reads the
// environment for every subcommand and not only for the one that was named.
struct Flags {
  std::string server = "127.0.0.1:50051";
  std::string admin = "127.0.0.1:9902";
  std::string key;
  std::string admin_key;
  bool tls = false;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string timeout = "10s";
  std::string model;
  std::string environment;
  std::string system;
  std::string text;
  std::string target;
  std::string suspend_for;
  std::string interval = "1s";
  bool watch = false;
  bool stream = false;
  bool allow_reset = false;
  bool json = false;
  bool verbose = false;
};

// --server, --key, --tls, --tls-ca, --tls-cert, --tls-key.
void AddServerFlags(CLI::App& app, Flags& flags);
// --admin, --admin-key, and those of TLS.
void AddAdminFlags(CLI::App& app, Flags& flags);
// --timeout, --json.
void AddCommonFlags(CLI::App& app, Flags& flags);
// ENDPOINT/MODEL.
void AddTargetArgument(CLI::App& app, Flags& flags);

// A wrong value of `argument`: throws the CLI::ParseError that becomes a usage error.
[[noreturn]] void Refuse(const std::string& argument, absl::string_view why);

// The meaning of the above; a wrong value is refused.
std::chrono::milliseconds DurationOf(const std::string& flag, const std::string& text);
ClientOptions ServerOf(const Flags& flags);
ClientOptions AdminOf(const Flags& flags);
TargetArgument TargetOf(const Flags& flags);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_FLAGS_H_
