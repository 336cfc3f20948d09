#include "server/config/listener_rules.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/defaults.h"
#include "server/config/duration_bounds.h"
#include "server/config/listener_tls.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

// Below the first no prompt fits; above the second one call could take all memory, and gRPC counts in int.
constexpr std::uint32_t kMinMessageBytes = 1024;
constexpr std::uint32_t kMaxMessageBytes = 1024 * 1024 * 1024;
// No process has the descriptors for more.
constexpr std::uint32_t kMaxConnections = 1'000'000;
constexpr std::int64_t kMaxGraceSeconds = 60 * 60;

void CheckAddresses(const v1::Config& config, Findings* findings) {
  const std::pair<const char*, std::string> listeners[] = {
      {"server.grpc.address", GrpcAddress(config)},
      {"server.openai.address", OpenAiAddress(config)},
      {"server.admin.address", AdminAddress(config)},
      {"server.admin.grpc_address", AdminGrpcAddress(config)},
  };
  std::map<std::string, std::string> taken;
  for (const auto& [path, address] : listeners) {
    // Off, or not to be read, which has been said.
    if (address.empty() || findings->source().IsBroken(path)) continue;
    std::string what = CheckListenAddress(address);
    if (!what.empty()) {
      findings->Add(path, std::move(what));
      continue;
    }
    const auto [first, is_new] = taken.emplace(address, path);
    if (is_new || absl::EndsWith(address, ":0")) continue;
    findings->Add(path, absl::StrCat("is the address of ", first->second, " too"));
  }
}

void CheckSize(const std::string& path, std::uint32_t bytes, Findings* findings) {
  if (bytes >= kMinMessageBytes && bytes <= kMaxMessageBytes) return;
  findings->Add(path, absl::StrCat("must be from ", kMinMessageBytes, " to ", kMaxMessageBytes));
}

void CheckOpenAi(const v1::OpenAiListener& openai, Findings* findings) {
  if (openai.address().empty()) {
    findings->AddMissing(kOpenAiListener, "address", "this listener needs an address, as in 0.0.0.0:8080");
  }
  if (openai.has_max_body_bytes()) {
    CheckSize(FieldPath(kOpenAiListener, "max_body_bytes"), openai.max_body_bytes(), findings);
  }
  const std::uint32_t connections = openai.max_connections();
  if (openai.has_max_connections() && (connections < 1 || connections > kMaxConnections)) {
    findings->Add(FieldPath(kOpenAiListener, "max_connections"),
                  absl::StrCat("must be from 1 to ", kMaxConnections));
  }
  // What was not written is zero, and so within the bound.
  const std::pair<const char*, const google::protobuf::Duration&> durations[] = {
      {"header_timeout", openai.header_timeout()},
      {"body_timeout", openai.body_timeout()},
      {"idle_timeout", openai.idle_timeout()},
      {"write_timeout", openai.write_timeout()},
  };
  for (const auto& [field, duration] : durations) {
    if (Longer(duration, MaxDuration())) findings->Add(FieldPath(kOpenAiListener, field), kDurationTooLong);
  }
}

void CheckTls(const v1::ListenerTls& tls, const std::string& path, Findings* findings) {
  const auto check = [&](const char* field, const std::string& file, const char* missing) {
    if (file.empty()) {
      if (missing != nullptr) findings->AddMissing(path, field, missing);
    } else if (absl::StrContains(file, "-----BEGIN")) {
      findings->Add(FieldPath(path, field), "write the path of the file, not what is in it");
    }
  };
  check("cert_file", tls.cert_file(), "TLS needs a certificate: the path of a PEM file");
  check("key_file", tls.key_file(), "TLS needs the certificate's key: the path of a PEM file");
  check("client_ca_file", tls.client_ca_file(), nullptr);
}

}  // namespace

void CheckListeners(const v1::Config& config, Findings* findings) {
  CheckAddresses(config, findings);
  const v1::ServerConfig& server = config.server();
  if (server.grpc().has_max_message_bytes()) {
    CheckSize("server.grpc.max_message_bytes", server.grpc().max_message_bytes(), findings);
  }
  if (server.has_openai()) CheckOpenAi(server.openai(), findings);
  for (const auto& [listener, tls] : ListenersWithTls(config)) {
    CheckTls(*tls, FieldPath(listener, "tls"), findings);
  }
  if (server.shutdown_grace().seconds() > kMaxGraceSeconds) {
    findings->Add("server.shutdown_grace", "must be at most 1h");
  }
}

}  // namespace spillway::server
