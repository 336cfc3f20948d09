#include "server/grpc/call_metadata.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "server/call/call_headers.h"
#include "server/request_id.h"

namespace spillway::server {
namespace {

// At its deadline a caller hangs up without listening. To tell it what happened (the trace, who failed and
// why) the call must end a little earlier: a twentieth of what is left, 20 ms at most.
router::Duration ReplyMargin(router::Duration left) {
  return std::clamp<router::Duration>(left / 20, router::Duration::zero(), std::chrono::milliseconds(20));
}

auto ToInitial(grpc::ServerContext& context) {
  return [&context](const std::string& name, const std::string& value) {
    context.AddInitialMetadata(name, value);
  };
}

auto ToTrailers(grpc::ServerContext& context) {
  return [&context](const std::string& name, const std::string& value) {
    context.AddTrailingMetadata(name, value);
  };
}

// Whether what ended the call was decided here, for all the targets it has. Then gRPC's clients are told
// (gRFC A6) not to send it again by themselves, as their retry policy may have it for UNAVAILABLE: it has
// been retried. What is particular to this server, that it is full or going, another may well serve.
bool WasRetriedHere(const CallResult& result) {
  if (!result.report) return false;
  const router::Verdict verdict = result.report->verdict;
  return verdict != router::Verdict::kServed && verdict != router::Verdict::kAllSaturated &&
         verdict != router::Verdict::kCancelled;
}

void AddPushback(const CallResult& result, grpc::ServerContext& context) {
  if (WasRetriedHere(result)) context.AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
}

}  // namespace

std::string RequestIdOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("x-request-id");
  if (found != context.client_metadata().end()) {
    const std::string_view id(found->second.data(), found->second.size());
    if (IsFitRequestId(id)) return std::string(id);
  }
  return NewRequestId();
}

TraceContext TraceOf(const grpc::ServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.lower_bound(kTraceparent);
  if (found == metadata.end() || found->first != kTraceparent) return BeginTrace({}, 0);
  const auto next = std::next(found);
  const bool repeated = next != metadata.end() && next->first == kTraceparent;
  return BeginTrace({found->second.data(), found->second.size()}, repeated ? 2 : 1);
}

Authorization AuthorizationOf(const grpc::ServerContext& context) {
  const auto [first, end] = context.client_metadata().equal_range("authorization");
  Authorization authorization;
  authorization.count = static_cast<std::size_t>(std::distance(first, end));
  if (first != end) authorization.value = {first->second.data(), first->second.size()};
  return authorization;
}

PeerNames PeerNamesOf(const grpc::ServerContext& context) {
  PeerNames names;
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return names;
  for (const char* kind : {GRPC_PEER_URI_PROPERTY_NAME, GRPC_PEER_DNS_PROPERTY_NAME}) {
    for (const grpc::string_ref& name : peer->FindPropertyValues(kind)) {
      names.emplace_back(name.data(), name.size());
    }
  }
  return names;
}

std::size_t MetadataBytesOf(const grpc::ServerContext& context) {
  constexpr std::size_t kBytesOfAPair = 32;
  std::size_t bytes = 0;
  for (const auto& [name, value] : context.client_metadata()) {
    bytes += name.size() + value.size() + kBytesOfAPair;
  }
  return bytes;
}

router::Instant DeadlineOf(const grpc::ServerContext& context, router::Instant now) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return router::kNever;
  const router::Duration left = deadline - std::chrono::system_clock::now();
  return router::SaturatingAdd(now, left - ReplyMargin(left));
}

void AddMetadata(const CallInput& input, const CallResult& result, const std::string& request_id,
                 grpc::ServerContext& context) {
  const bool served = result.report && result.report->verdict == router::Verdict::kServed;
  if (served) return AddCallHeaders(input, result, request_id, ToInitial(context));
  AddCallHeaders(input, result, request_id, ToTrailers(context));
  AddPushback(result, context);
}

void AddServingMetadata(const CallInput& input, const ServingAnswer& answer, const std::string& request_id,
                        grpc::ServerContext& context) {
  AddServingHeaders(input, answer, request_id, ToInitial(context));
}

void AddFinalMetadata(const CallInput& input, const CallResult& result, const std::string& request_id,
                      grpc::ServerContext& context) {
  AddFinalHeaders(input, result, request_id, ToTrailers(context));
  AddPushback(result, context);
}

grpc::Status ToGrpc(const CallStatus& status) {
  if (status.code == absl::StatusCode::kOk) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code), status.message, status.details};
}

}  // namespace spillway::server
