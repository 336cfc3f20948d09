#include "server/config/listener_rules.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/defaults.h"
#include "server/config/duration_bounds.h"
#include "server/config/listener_tls.h"
#include "server/config/value_checks.h"
#include "server/host_port.h"

namespace spillway::server {
namespace {

// Below the first no prompt fits; above the second one call could take all memory, and gRPC counts in int.
constexpr std::uint32_t kMinMessageBytes = 1024;
constexpr std::uint32_t kMaxMessageBytes = 1024 * 1024 * 1024;
// No process has the descriptors for more.
constexpr std::uint32_t kMaxConnections = 1'000'000;
constexpr std::uint32_t kMinMetadataBytes = 1024;
constexpr std::uint32_t kMaxMetadataBytes = 1024 * 1024;
constexpr std::uint32_t kMaxCalls = 1'000'000;
constexpr std::uint32_t kMinValues = 1000;
constexpr std::uint32_t kMaxValues = 100'000'000;
constexpr std::uint32_t kMaxMessages = 1'000'000;
constexpr std::int64_t kMaxDelaySeconds = 5 * 60;

constexpr char kOpenAi[] = "server.openai";
constexpr char kGrpc[] = "server.grpc";
constexpr char kLimits[] = "server.limits";
constexpr char kAdminGrpc[] = "server.admin.grpc_address";
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

// A number that was written.
struct Number {
  const char* field;
  bool given;
  std::uint32_t value;
  std::uint32_t least;
  std::uint32_t most;
};

void CheckNumbers(const char* section, std::initializer_list<Number> numbers, Findings* findings) {
  for (const Number& number : numbers) {
    if (!number.given || (number.value >= number.least && number.value <= number.most)) continue;
    findings->Add(FieldPath(section, number.field),
                  absl::StrCat("must be from ", number.least, " to ", number.most));
  }
}

// What was not written is zero, and so within the bound.
void CheckDurations(
    const char* section,
    std::initializer_list<std::pair<const char*, const google::protobuf::Duration&>> durations,
    Findings* findings) {
  for (const auto& [field, duration] : durations) {
    if (Longer(duration, MaxDuration())) findings->Add(FieldPath(section, field), kDurationTooLong);
  }
}

void CheckGrpc(const v1::GrpcListener& grpc, Findings* findings) {
  CheckNumbers(kGrpc,
               {{"max_message_bytes", grpc.has_max_message_bytes(), grpc.max_message_bytes(),
                 kMinMessageBytes, kMaxMessageBytes},
                {"max_connections", grpc.has_max_connections(), grpc.max_connections(), 1, kMaxConnections},
                {"max_metadata_bytes", grpc.has_max_metadata_bytes(), grpc.max_metadata_bytes(),
                 kMinMetadataBytes, kMaxMetadataBytes}},
               findings);
  CheckDurations(kGrpc,
                 {{"max_connection_age", grpc.max_connection_age()},
                  {"max_connection_age_grace", grpc.max_connection_age_grace()}},
                 findings);
  if (grpc.has_max_connection_age() && grpc.max_connection_age().seconds() < 1) {
    findings->Add(FieldPath(kGrpc, "max_connection_age"), "must be at least 1s");
  }
}

void CheckLimits(const v1::Limits& limits, Findings* findings) {
  CheckNumbers(
      kLimits,
      {{"max_calls_in_flight", limits.has_max_calls_in_flight(), limits.max_calls_in_flight(), 1, kMaxCalls},
       {"max_calls_in_flight_per_caller", limits.has_max_calls_in_flight_per_caller(),
        limits.max_calls_in_flight_per_caller(), 1, kMaxCalls},
       {"max_request_values", limits.has_max_request_values(), limits.max_request_values(), kMinValues,
        kMaxValues},
       {"max_messages", limits.has_max_messages(), limits.max_messages(), 1, kMaxMessages}},
      findings);
}

void CheckOpenAi(const v1::OpenAiListener& openai, Findings* findings) {
  if (openai.address().empty()) {
    findings->AddMissing(kOpenAi, "address", "this listener needs an address, as in 0.0.0.0:8080");
  }
  CheckNumbers(
      kOpenAi,
      {{"max_body_bytes", openai.has_max_body_bytes(), openai.max_body_bytes(), kMinMessageBytes,
        kMaxMessageBytes},
       {"max_connections", openai.has_max_connections(), openai.max_connections(), 1, kMaxConnections}},
      findings);
  CheckDurations(kOpenAi,
                 {{"header_timeout", openai.header_timeout()},
                  {"body_timeout", openai.body_timeout()},
                  {"idle_timeout", openai.idle_timeout()},
                  {"write_timeout", openai.write_timeout()}},
                 findings);
}

// Whoever reaches it can take targets out and read the configuration.
void CheckAdmin(const v1::Config& config, Findings* findings) {
  const v1::AdminListener& admin = config.server().admin();
  const std::string address = AdminGrpcAddress(config);
  if (address.empty()) {
    if (admin.has_grpc_tls()) findings->Add(kAdminTls, "is of no use without grpc_address");
    return;
  }
  const bool closed = !admin.keys().empty() || !admin.grpc_tls().client_ca_file().empty();
  // Names that are not to be read have been told of.
  if (closed || IsLoopback(address) || findings->source().IsBroken("server.admin")) return;
  findings->Add(kAdminGrpc,
                "can be reached from other machines: give it keys (server.admin.keys) or ask for client "
                "certificates (server.admin.grpc_tls.client_ca_file), or bind it to 127.0.0.1");
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
  CheckGrpc(server.grpc(), findings);
  if (server.has_openai()) CheckOpenAi(server.openai(), findings);
  CheckAdmin(config, findings);
  CheckLimits(server.limits(), findings);
  for (const auto& [path, tls] : ListenersWithTls(config)) CheckTls(*tls, path, findings);
  if (server.shutdown_grace().seconds() > kMaxGraceSeconds) {
    findings->Add("server.shutdown_grace", "must be at most 1h");
  }
  if (server.shutdown_delay().seconds() > kMaxDelaySeconds) {
    findings->Add("server.shutdown_delay", "must be at most 5m");
  }
}

}  // namespace spillway::server
