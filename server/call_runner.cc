#include "server/call_runner.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <utility>
#include <variant>

#include "providers/request_id.h"
#include "server/log.h"

namespace spillway::server {
namespace {

using router::Instant;

// gRPC's own deadline timer may tell us of a cancel a moment before the deadline by our clock.
constexpr router::Duration kDeadlineSlack = std::chrono::milliseconds(5);

Instant Now() { return std::chrono::steady_clock::now(); }

class ChatRun final : public RunningCall, public std::enable_shared_from_this<ChatRun> {
 public:
  ChatRun(boost::asio::io_context& io, SharedRouter& router, std::shared_ptr<Runtime> runtime,
          router::Plan plan, const CallInput& input, CallRunner::Handler handler)
      : io_(io),
        router_(router),
        runtime_(std::move(runtime)),
        plan_(std::move(plan)),
        input_(input),
        handler_(std::move(handler)) {}

  void Start() { Drive(router::Started{}, Now()); }
  bool done() const { return !handler_; }

  void Cancel(Instant now) override {
    if (done()) return;
    if (exchange_ != 0) {
      upstream_ += now - exchange_start_;
      leaf().client->Cancel(std::exchange(exchange_, 0));
    }
    timer_.reset();
    const bool deadline = now + kDeadlineSlack >= input_.deadline;
    if (!deadline || !attempt_under_way_) return Drive(router::Cancelled{}, now);
    Drive(router::Failed{DeadlineFailure(), {}}, now);
  }

 private:
  LeafRuntime& leaf() { return runtime_->leaf(try_.leaf); }

  static router::FailedAttempt DeadlineFailure() {
    router::FailedAttempt failed;
    failed.failure = router::Failure::kDeadline;
    failed.message = "the caller's deadline passed";
    return failed;
  }

  // The loop. Ends by waiting (for an exchange or a timer) or by being done.
  void Drive(router::Event event, Instant now) {
    for (;;) {
      attempt_under_way_ = false;
      const router::Step step = router_.On(plan_, std::move(event), now);
      if (std::holds_alternative<router::Done>(step)) return Finish(now);
      if (const auto* sleep = std::get_if<router::Sleep>(&step)) return SleepUntil(sleep->until);
      try_ = std::get<router::Try>(step);
      attempt_under_way_ = true;
      absl::StatusOr<providers::EncodedRequest> request = leaf().codec->Encode(*input_.request);
      if (request.ok()) return Send(*std::move(request));
      event = Unsendable(request.status());
    }
  }

  // What the codec had against the request.
  static router::Event Unsendable(const absl::Status& status) {
    std::string message(status.message());
    if (absl::IsUnimplemented(status)) return router::Unsupported{std::move(message)};
    router::FailedAttempt failed;
    failed.failure = router::Failure::kInvalidRequest;
    failed.message = std::move(message);
    return router::Failed{std::move(failed), {}};
  }

  void Send(providers::EncodedRequest request) {
    if (!request.dropped.empty()) {
      dropped_.push_back({plan_.report().attempts.size() - 1, std::move(request.dropped)});
    }
    if (leaf().signer != nullptr) leaf().signer->Sign(std::chrono::system_clock::now(), request);
    exchange_start_ = Now();
    exchange_ = leaf().client->Send(std::move(request), try_.deadline,
                                    [self = shared_from_this()](transport::ExchangeResult result) {
                                      self->OnExchange(std::move(result));
                                    });
  }

  void OnExchange(transport::ExchangeResult result) {
    // Cancelled by us: the plan has been told already.
    if (exchange_ == 0) return;
    exchange_ = 0;
    serving_upstream_ = result.timing.end - exchange_start_;
    upstream_ += serving_upstream_;
    router::Event event = EventOf(std::move(result));
    Drive(std::move(event), Now());
  }

  // The attempt's end, classified: here, and nowhere else.
  router::Event EventOf(transport::ExchangeResult result) {
    if (const auto* error = std::get_if<transport::Error>(&result.outcome)) {
      router::FailedAttempt failed;
      const bool timeout = error->kind == transport::ErrorKind::kTimeout;
      failed.failure = timeout ? try_.on_timeout : transport::FailureOf(error->kind);
      failed.connection_reset = error->kind == transport::ErrorKind::kResetBeforeResponse;
      failed.message = error->message;
      failed.provider_code = std::string(transport::NameOf(error->kind));
      return router::Failed{std::move(failed), {}};
    }
    const auto& response = std::get<HttpResponse>(result.outcome);
    providers::Decoded decoded = leaf().codec->Decode(response, {std::chrono::system_clock::now()});
    if (auto* failed = std::get_if<router::FailedAttempt>(&decoded))
      return router::Failed{std::move(*failed)};
    *input_.response = std::get<v1::ChatResponse>(std::move(decoded));
    return router::Succeeded{};
  }

  void SleepUntil(Instant until) {
    timer_ = std::make_unique<boost::asio::steady_timer>(io_, until);
    timer_->async_wait(
        [self = shared_from_this(), timer = timer_.get()](const boost::system::error_code& error) {
          if (error || self->timer_.get() != timer) return;
          self->timer_.reset();
          self->Drive(router::Woke{}, Now());
        });
  }

  void Finish(Instant now) {
    CallResult result;
    result.report = plan_.TakeReport();
    result.end = now;
    result.upstream = upstream_;
    result.serving_upstream = serving_upstream_;
    result.dropped = std::move(dropped_);
    // Keeps the client that may be calling us alive for as long as it is.
    const std::shared_ptr<Runtime> runtime = std::move(runtime_);
    // The handler may drop the last reference to this call.
    std::exchange(handler_, nullptr)(std::move(result));
  }

  boost::asio::io_context& io_;
  SharedRouter& router_;
  // Until the call is done. A cancelled exchange's handler keeps this object for a moment longer, and
  // is itself kept by the runtime's client.
  std::shared_ptr<Runtime> runtime_;
  router::Plan plan_;
  const CallInput input_;
  CallRunner::Handler handler_;

  router::Try try_;
  bool attempt_under_way_ = false;
  transport::ExchangeId exchange_ = 0;
  Instant exchange_start_;
  router::Duration upstream_{};
  router::Duration serving_upstream_{};
  std::vector<DroppedFields> dropped_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
};

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

void Observe(const CallInput& input, const CallResult& result, Runtime& runtime, Metrics& metrics) {
  const router::CallReport& report = *result.report;
  const router::Duration total = result.end - input.received;
  runtime.route(*report.route).metrics->CountCall(report, total);
  for (const router::AttemptRecord& attempt : report.attempts) {
    runtime.leaf(attempt.leaf).metrics->CountAttempt(attempt);
    if (attempt.failed) LogRefusedKey(report, attempt);
  }
  if (report.verdict == router::Verdict::kServed) {
    runtime.leaf(report.attempts.back().leaf).metrics->CountTokens(input.response->usage());
  }
  metrics.router_overhead().Observe(std::chrono::duration<double>(total - result.upstream).count());
}

}  // namespace

CallRunner::CallRunner(boost::asio::io_context& io, SharedRouter& router, Metrics& metrics)
    : io_(io), router_(router), metrics_(metrics) {}

std::shared_ptr<RunningCall> CallRunner::Run(const CallInput& input, Handler handler) {
  const Instant now = Now();
  std::optional<router::Plan> plan =
      router_.Begin(input.request->model(), input.environment, now, input.deadline);
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
