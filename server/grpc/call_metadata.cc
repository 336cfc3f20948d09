#include "server/grpc/call_metadata.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log.h"
#include "server/request_id.h"

namespace spillway::server {
namespace {

// At its deadline a caller hangs up without listening. To tell it what happened (the trace, who failed and
// why) the call must end a little earlier: a twentieth of what is left, 20 ms at most.
router::Duration ReplyMargin(router::Duration left) {
  return std::clamp<router::Duration>(left / 20, router::Duration::zero(), std::chrono::milliseconds(20));
}

// Where a name and its value go.
class Adder {
 public:
  using Method = void (grpc::ServerContext::*)(const std::string& key, const std::string& value);

  Adder(grpc::ServerContext& context, Method method) : context_(context), method_(method) {}

  void operator()(const char* name, const std::string& value) const { (context_.*method_)(name, value); }

 private:
  grpc::ServerContext& context_;
  Method method_;
};

// Who serves.
void AddServer(const CallInput& input, const router::CallReport& report, const router::AttemptRecord& attempt,
               router::Duration upstream, const Adder& add) {
  const router::TargetName& target = report.table->leaf(attempt.leaf).name;
  add("x-spillway-provider", target.provider);
  add("x-spillway-model", target.model.empty() ? input.request->model() : target.model);
  add("x-spillway-endpoint", target.endpoint);
  add("x-spillway-upstream-latency-ms", FormatMillis(upstream));
}

// What holds whoever serves.
void AddCall(const router::CallReport& report, router::Duration router_latency, const Adder& add) {
  add("x-spillway-policy", report.route->name);
  add("x-spillway-attempts", absl::StrCat(report.attempts.size()));
  add("x-spillway-router-latency-ms", FormatMillis(router_latency));
}

// The latest attempt that the caller has got something of.
const router::AttemptRecord* LatestToServe(const router::CallReport& report) {
  if (report.verdict == router::Verdict::kServed) return &report.attempts.back();
  const auto found = std::find_if(report.attempts.rbegin(), report.attempts.rend(),
                                  [](const router::AttemptRecord& attempt) { return attempt.first_token; });
  return found == report.attempts.rend() ? nullptr : &*found;
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

Authorization AuthorizationOf(const grpc::ServerContext& context) {
  const auto [first, end] = context.client_metadata().equal_range("authorization");
  Authorization authorization;
  authorization.count = static_cast<std::size_t>(std::distance(first, end));
  if (first != end) authorization.value = {first->second.data(), first->second.size()};
  return authorization;
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
  const Adder add(
      context, served ? &grpc::ServerContext::AddInitialMetadata : &grpc::ServerContext::AddTrailingMetadata);
  add("x-request-id", request_id);
  if (!result.report) return;
  if (served) AddServer(input, *result.report, result.report->attempts.back(), result.serving_upstream, add);
  AddCall(*result.report, result.end - input.received - result.upstream, add);
}

void AddServingMetadata(const CallInput& input, const router::CallReport& so_far, router::Duration upstream,
                        router::Duration serving, const std::string& request_id,
                        grpc::ServerContext& context) {
  const Adder add(context, &grpc::ServerContext::AddInitialMetadata);
  add("x-request-id", request_id);
  AddServer(input, so_far, so_far.attempts.back(), serving, add);
  AddCall(so_far, std::chrono::steady_clock::now() - input.received - upstream, add);
}

void AddFinalMetadata(const CallInput& input, const CallResult& result, const std::string& request_id,
                      grpc::ServerContext& context) {
  const Adder add(context, &grpc::ServerContext::AddTrailingMetadata);
  const router::CallReport& report = *result.report;
  add("x-request-id", request_id);
  if (const router::AttemptRecord* served = LatestToServe(report)) {
    const bool whole = report.verdict == router::Verdict::kServed;
    AddServer(input, report, *served, whole ? result.serving_upstream : served->end - served->start, add);
  }
  AddCall(report, result.end - input.received - result.upstream, add);
}

grpc::Status ToGrpc(const CallStatus& status) {
  if (status.code == absl::StatusCode::kOk) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code), status.message, status.details};
}

}  // namespace spillway::server
