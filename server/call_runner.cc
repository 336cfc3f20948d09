#include "server/call_runner.h"

#include <chrono>
#include <string>
#include <utility>

#include "server/call/chat_run.h"
#include "server/log.h"

namespace spillway::server {
namespace {

// A key that a provider refuses is the operator's to mend, and no caller will tell them. Where the policy
// suspends, the suspension is the (one) loud line; without memory every refusal is.
void LogRefusedKey(const router::CallReport& report, const router::AttemptRecord& attempt) {
  if (attempt.failed->failure != router::Failure::kCredentials) return;
  if (report.route->settings.health.suspend_duration) return;
  const router::TargetName& name = report.table->leaf(attempt.leaf).name;
  LogLine(LogLevel::kError, "key_refused")
      .Text("endpoint", name.endpoint)
      .Text("model", name.model)
      .Int("http_status", attempt.failed->http_status)
      .Text("hint", "the provider refuses our key: check this endpoint's api_key")
      .Write();
}

router::AnswerForm FormOf(const CallInput& input) {
  if (input.sink == nullptr) return router::AnswerForm::kWhole;
  return input.request->allow_reset() ? router::AnswerForm::kResettableStream : router::AnswerForm::kStream;
}

void Observe(const CallInput& input, const CallResult& result, Runtime& runtime, Metrics& metrics) {
  const router::CallReport& report = *result.report;
  const router::Duration total = result.end - input.received;
  runtime.route(*report.route).metrics->CountCall(report, total);
  for (const router::AttemptRecord& attempt : report.attempts) {
    runtime.leaf(attempt.leaf).metrics->CountAttempt(attempt);
    if (attempt.failed) LogRefusedKey(report, attempt);
  }
  if (report.verdict == router::Verdict::kServed) {
    runtime.leaf(report.attempts.back().leaf).metrics->CountTokens(UsageOf(input, result));
  }
  metrics.router_overhead().Observe(std::chrono::duration<double>(total - result.upstream).count());
}

}  // namespace

const v1::Usage& UsageOf(const CallInput& input, const CallResult& result) {
  if (input.sink == nullptr) return input.response->usage();
  return result.usage ? *result.usage : v1::Usage::default_instance();
}

CallRunner::CallRunner(boost::asio::io_context& io, SharedRouter& router, Metrics& metrics)
    : io_(io), router_(router), metrics_(metrics) {}

void CallRunner::Use(std::shared_ptr<Runtime> runtime) {
  runtime_ = std::move(runtime);
  if (runtime_ == nullptr) return;
  limits_.Use(runtime_->limits().calls);
  max_request_values_.store(runtime_->limits().request_values, std::memory_order_relaxed);
}

std::shared_ptr<RunningCall> CallRunner::Run(const CallInput& input, Handler handler) {
  const router::Instant now = std::chrono::steady_clock::now();
  std::optional<router::Plan> plan =
      router_.Begin(input.request->model(), input.environment, now, input.deadline, FormOf(input));
  if (!plan) {
    metrics_.CountUnrouted(input.environment, absl::StatusCode::kNotFound);
    CallResult result;
    result.end = now;
    handler(std::move(result));
    return nullptr;
  }
  metrics_.in_flight().Increment();
  auto call = std::make_shared<ChatRun>(
      io_, router_, runtime_, *std::move(plan), input,
      [this, input, runtime = runtime_, handler = std::move(handler)](CallResult result) mutable {
        metrics_.in_flight().Decrement();
        Observe(input, result, *runtime, metrics_);
        handler(std::move(result));
      });
  call->Start();
  if (call->done()) return nullptr;
  return call;
}

}  // namespace spillway::server
