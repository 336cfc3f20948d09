#include "server/call/call_headers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/log.h"

namespace spillway::server {
namespace {

// Made once: gRPC wants strings, and these are too long to be had without an allocation.
struct HeaderNames {
  std::string request_id = "x-request-id";
  std::string traceparent = kTraceparent;
  std::string provider = "x-spillway-provider";
  std::string model = "x-spillway-model";
  std::string endpoint = "x-spillway-endpoint";
  std::string upstream_latency = "x-spillway-upstream-latency-ms";
  std::string policy = "x-spillway-policy";
  std::string attempts = "x-spillway-attempts";
  std::string router_latency = "x-spillway-router-latency-ms";
};

const HeaderNames& Names() {
  static const HeaderNames& names = *new HeaderNames;
  return names;
}

// Which call it was, and for a caller that traces, in which trace.
void AddIds(const CallInput& input, const std::string& request_id, HeaderAdder add) {
  add(Names().request_id, request_id);
  if (!input.trace.asked) return;
  add(Names().traceparent, std::string(TraceparentOf(input.trace, input.trace.span).view()));
}

// Who serves.
void AddServer(const CallInput& input, const router::CallReport& report, const router::AttemptRecord& attempt,
               router::Duration upstream, HeaderAdder add) {
  const router::TargetName& target = report.table->leaf(attempt.leaf).name;
  add(Names().provider, target.provider);
  add(Names().model, target.model.empty() ? input.request->model() : target.model);
  add(Names().endpoint, target.endpoint);
  add(Names().upstream_latency, FormatMillis(upstream));
}

// What holds whoever serves.
void AddCall(const router::CallReport& report, router::Duration router_latency, HeaderAdder add) {
  add(Names().policy, report.route->name);
  add(Names().attempts, absl::StrCat(report.attempts.size()));
  add(Names().router_latency, FormatMillis(router_latency));
}

// The latest attempt that the caller has got something of.
const router::AttemptRecord* LatestToServe(const router::CallReport& report) {
  if (report.verdict == router::Verdict::kServed) return &report.attempts.back();
  const auto found = std::find_if(report.attempts.rbegin(), report.attempts.rend(),
                                  [](const router::AttemptRecord& attempt) { return attempt.first_token; });
  return found == report.attempts.rend() ? nullptr : &*found;
}

}  // namespace

void AddCallHeaders(const CallInput& input, const CallResult& result, const std::string& request_id,
                    HeaderAdder add) {
  AddIds(input, request_id, add);
  if (!result.report) return;
  const router::CallReport& report = *result.report;
  if (report.verdict == router::Verdict::kServed) {
    AddServer(input, report, report.attempts.back(), result.serving_upstream, add);
  }
  AddCall(report, result.end - input.received - result.upstream, add);
}

void AddServingHeaders(const CallInput& input, const ServingAnswer& answer, const std::string& request_id,
                       HeaderAdder add) {
  AddIds(input, request_id, add);
  AddServer(input, answer.report, answer.report.attempts.back(), answer.serving, add);
  AddCall(answer.report, std::chrono::steady_clock::now() - input.received - answer.upstream, add);
}

void AddFinalHeaders(const CallInput& input, const CallResult& result, const std::string& request_id,
                     HeaderAdder add) {
  const router::CallReport& report = *result.report;
  AddIds(input, request_id, add);
  if (const router::AttemptRecord* served = LatestToServe(report)) {
    const bool whole = report.verdict == router::Verdict::kServed;
    AddServer(input, report, *served, whole ? result.serving_upstream : served->end - served->start, add);
  }
  AddCall(report, result.end - input.received - result.upstream, add);
}

}  // namespace spillway::server
