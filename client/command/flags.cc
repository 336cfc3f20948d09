#include "client/command/flags.h"

#include <utility>

#include "CLI/CLI.hpp"

namespace spillway::client {

void AddServerFlags(CLI::App& app, Flags& flags) {
  app.add_option("--server", flags.server, "Address of the server (server.grpc.address)")
      ->type_name("HOST:PORT")
      ->envname("SPILLWAY_SERVER")
      ->capture_default_str();
  app.add_option("--key", flags.key,
                 "Caller key; other users of this machine can see a flag, so prefer the variable")
      ->type_name("KEY")
      ->envname("SPILLWAY_KEY");
  app.add_flag("--tls", flags.tls, "Speak TLS; the system's authorities vouch for the server");
  app.add_option("--tls-ca", flags.ca_file,
                 "Speak TLS; the authorities in this PEM file vouch for the server")
      ->type_name("FILE");
}

void AddAdminFlags(CLI::App& app, Flags& flags) {
  app.add_option("--admin", flags.admin, "Address of the admin server (server.admin.grpc_address)")
      ->type_name("HOST:PORT")
      ->envname("SPILLWAY_ADMIN")
      ->capture_default_str();
}

void AddCommonFlags(CLI::App& app, Flags& flags) {
  app.add_option("--timeout", flags.timeout, "Longest wait for the whole call: 30s, 1500ms, 5m")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_flag("--json", flags.json, "Print one JSON object: response, metadata, status");
}

void AddTargetArgument(CLI::App& app, Flags& flags) {
  app.add_option("TARGET", flags.target,
                 "Endpoint and model, as `spillway targets` lists them: ENDPOINT/MODEL")
      ->type_name("");
}

void Refuse(const std::string& argument, absl::string_view why) {
  throw CLI::ValidationError(argument, std::string(why));
}

std::chrono::milliseconds DurationOf(const std::string& flag, const std::string& text) {
  const auto duration = ParseTimeout(text);
  if (!duration.ok()) Refuse(flag, duration.status().message());
  return *duration;
}

ClientOptions ServerOf(const Flags& flags) {
  ClientOptions options{.address = flags.server, .key = flags.key};
  if (flags.tls || !flags.ca_file.empty()) options.tls = TlsOptions{.ca_file = flags.ca_file};
  options.default_timeout = DurationOf("--timeout", flags.timeout);
  return options;
}

ClientOptions AdminOf(const Flags& flags) {
  return {.address = flags.admin, .default_timeout = DurationOf("--timeout", flags.timeout)};
}

TargetArgument TargetOf(const Flags& flags) {
  if (flags.target.empty()) Refuse("TARGET", "required, as ENDPOINT/MODEL");
  auto target = ParseTarget(flags.target);
  if (!target.ok()) Refuse("TARGET", target.status().message());
  return *std::move(target);
}

}  // namespace spillway::client
