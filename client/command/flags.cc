#include "client/command/flags.h"

#include <optional>
#include <utility>

#include "CLI/CLI.hpp"

namespace spillway::client {

namespace {

void AddTlsFlags(CLI::App& app, Flags& flags) {
  app.add_flag("--tls", flags.tls, "Speak TLS; the system's authorities vouch for the server");
  app.add_option("--tls-ca", flags.ca_file,
                 "Speak TLS; the authorities in this PEM file vouch for the server")
      ->type_name("FILE");
  app.add_option("--tls-cert", flags.cert_file,
                 "Speak TLS, and show the certificate in this PEM file to a server that asks for one")
      ->type_name("FILE");
  app.add_option("--tls-key", flags.key_file, "PEM file of that certificate's key")->type_name("FILE");
}

// Absent: plain text.
std::optional<TlsOptions> TlsOf(const Flags& flags) {
  if (flags.cert_file.empty() != flags.key_file.empty()) {
    Refuse(flags.cert_file.empty() ? "--tls-key" : "--tls-cert", "--tls-cert and --tls-key need each other");
  }
  if (!flags.tls && flags.ca_file.empty() && flags.cert_file.empty()) return std::nullopt;
  return TlsOptions{.ca_file = flags.ca_file, .cert_file = flags.cert_file, .key_file = flags.key_file};
}

}  // namespace

void AddServerFlags(CLI::App& app, Flags& flags) {
  app.add_option("--server", flags.server, "Address of the server (server.grpc.address)")
      ->type_name("HOST:PORT")
      ->envname("SPILLWAY_SERVER")
      ->capture_default_str();
  app.add_option("--key", flags.key,
                 "Caller key; other users of this machine can see a flag, so prefer the variable")
      ->type_name("KEY")
      ->envname("SPILLWAY_KEY");
  AddTlsFlags(app, flags);
}

void AddAdminFlags(CLI::App& app, Flags& flags) {
  app.add_option("--admin", flags.admin, "Address of the admin server (server.admin.grpc_address)")
      ->type_name("HOST:PORT")
      ->envname("SPILLWAY_ADMIN")
      ->capture_default_str();
  app.add_option(
         "--admin-key", flags.admin_key,
         "Operator's key (server.admin.keys); other users of this machine can see a flag, so prefer the "
         "variable")
      ->type_name("KEY")
      ->envname("SPILLWAY_ADMIN_KEY");
  AddTlsFlags(app, flags);
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
  return {.address = flags.server,
          .key = flags.key,
          .tls = TlsOf(flags),
          .default_timeout = DurationOf("--timeout", flags.timeout)};
}

ClientOptions AdminOf(const Flags& flags) {
  return {.address = flags.admin,
          .key = flags.admin_key,
          .tls = TlsOf(flags),
          .default_timeout = DurationOf("--timeout", flags.timeout)};
}

TargetArgument TargetOf(const Flags& flags) {
  if (flags.target.empty()) Refuse("TARGET", "required, as ENDPOINT/MODEL");
  auto target = ParseTarget(flags.target);
  if (!target.ok()) Refuse("TARGET", target.status().message());
  return *std::move(target);
}

}  // namespace spillway::client
