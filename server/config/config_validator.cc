#include "server/config/config_validator.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/caller_rules.h"
#include "server/config/config_index.h"
#include "server/config/defaults.h"
#include "server/config/endpoint_rules.h"
#include "server/config/findings.h"
#include "server/config/policy_rules.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

void CheckListeners(const v1::Config& config, Findings* findings) {
  const std::pair<const char*, std::string> listeners[] = {
      {"server.grpc.address", GrpcAddress(config)},
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

// Below the first no prompt fits; above the second one call could take all memory, and gRPC counts in int.
constexpr std::uint32_t kMinMessageBytes = 1024;
constexpr std::uint32_t kMaxMessageBytes = 1024 * 1024 * 1024;
constexpr std::int64_t kMaxGraceSeconds = 60 * 60;

void CheckServerLimits(const v1::ServerConfig& server, Findings* findings) {
  const std::uint32_t bytes = server.grpc().max_message_bytes();
  if (server.grpc().has_max_message_bytes() && (bytes < kMinMessageBytes || bytes > kMaxMessageBytes)) {
    findings->Add("server.grpc.max_message_bytes",
                  absl::StrCat("must be from ", kMinMessageBytes, " to ", kMaxMessageBytes));
  }
  if (server.shutdown_grace().seconds() > kMaxGraceSeconds) {
    findings->Add("server.shutdown_grace", "must be at most 1h");
  }
}

}  // namespace

void ValidateConfig(const v1::Config& config, const SourceMap& source, ConfigErrors* errors) {
  Findings findings(source, errors);
  const ConfigIndex index(config, source);
  CheckListeners(config, &findings);
  CheckServerLimits(config.server(), &findings);
  CheckProviders(config, &findings);
  CheckEndpoints(config, index, &findings);
  CheckPolicies(config, index, &findings);
  CheckCallers(config, index, &findings);
}

}  // namespace spillway::server
