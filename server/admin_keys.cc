#include "server/admin_keys.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "providers/utf8.h"
#include "server/caller_refusals.h"
#include "server/caller_registry.h"
#include "server/grpc/call_metadata.h"
#include "server/host_port.h"
#include "server/log.h"
#include "server/metrics.h"

namespace spillway::server {
namespace {

// A name that no target has may be of any length.
constexpr std::size_t kMostOfAName = 200;

v1::Config AsCallers(const v1::AdminListener& listener) {
  v1::Config config;
  for (const v1::AdminKey& key : listener.keys()) {
    v1::Caller& caller = *config.add_callers();
    caller.set_name(key.name());
    caller.set_key_sha256(key.key_sha256());
  }
  return config;
}

CallStatus RefusalOf(KeyFault fault) {
  if (fault != KeyFault::kUnknown) return Unauthenticated(fault);
  return Refused(absl::StatusCode::kUnauthenticated, "UNKNOWN_KEY", "server.admin.keys has no such key");
}

// A file that names no keys has its address on loopback, or off; but that change waits for a restart, and the
// keys are gone at once. Until then nobody may call, rather than everybody.
bool IsLeftOpen(const v1::AdminListener& listener) {
  return listener.keys().empty() && listener.grpc_tls().client_ca_file().empty() &&
         !IsLoopback(listener.grpc_address());
}

// The first name that the certificate vouches for.
std::string CertificateOf(const grpc::ServerContext& context) {
  const auto connection = context.auth_context();
  if (connection == nullptr) return "";
  const std::vector<grpc::string_ref> names = connection->GetPeerIdentity();
  if (names.empty()) return "";
  return providers::RepairUtf8(
      std::string(names[0].data(), std::min<std::size_t>(names[0].size(), kMostOfAName)));
}

}  // namespace

Operator OperatorOf(const grpc::ServerContext& context, const v1::AdminListener& listener) {
  Operator who;
  who.peer = context.peer();
  who.certificate = CertificateOf(context);
  if (IsLeftOpen(listener)) {
    who.refusal = ToGrpc(Refused(absl::StatusCode::kUnauthenticated, "NO_KEYS",
                                 "server.admin.keys is empty, and this listener is not on loopback"));
    return who;
  }
  const Admission admission =
      CallerRegistry(AsCallers(listener)).Admit(AuthorizationOf(context), [] { return PeerNames(); });
  if (admission.identity == nullptr) {
    who.refusal = ToGrpc(RefusalOf(admission.fault));
  } else {
    who.key = admission.identity->name;
  }
  return who;
}

void LogCommand(std::string_view command, const Operator& who, const CommandTarget& target,
                const grpc::Status& status) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  LogLine(status.ok() ? LogLevel::kInfo : LogLevel::kWarning, "admin")
      .Text("command", command)
      .TextIf("key", who.key)
      .TextIf("certificate", who.certificate)
      .Text("peer", who.peer)
      .TextIf("endpoint", providers::CutUtf8(target.endpoint, kMostOfAName))
      .TextIf("model", providers::CutUtf8(target.model, kMostOfAName))
      .Text("code", NameOf(code))
      .Write();
}

}  // namespace spillway::server
