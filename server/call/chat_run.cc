#include "server/call/chat_run.h"

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "providers/request_id.h"
#include "server/call/attempt_failure.h"

namespace spillway::server {
namespace {

using router::Instant;

// gRPC's own deadline timer may tell us of a cancel a moment before the deadline by our clock.
constexpr router::Duration kDeadlineSlack = std::chrono::milliseconds(5);

Instant Now() { return std::chrono::steady_clock::now(); }

router::FailedAttempt DeadlineFailure() {
  router::FailedAttempt failed;
  failed.failure = router::Failure::kDeadline;
  failed.message = "the caller's deadline passed";
  return failed;
}

// What the codec had against the request.
router::Event Unsendable(const absl::Status& status) {
  std::string message(status.message());
  if (absl::IsUnimplemented(status)) return router::Unsupported{std::move(message)};
  router::FailedAttempt failed;
  failed.failure = router::Failure::kInvalidRequest;
  failed.message = std::move(message);
  return router::Failed{std::move(failed), {}};
}

}  // namespace

ChatRun::ChatRun(boost::asio::io_context& io, SharedRouter& router, std::shared_ptr<Runtime> runtime,
                 router::Plan plan, const CallInput& input, CallRunner::Handler handler)
    : io_(io),
      router_(router),
      runtime_(std::move(runtime)),
      plan_(std::move(plan)),
      input_(input),
      handler_(std::move(handler)) {}

void ChatRun::Start() { Drive(router::Started{}, Now()); }

void ChatRun::Cancel(Instant now) {
  if (done()) return;
  if (exchange_ != 0 || stream_ != nullptr) upstream_ += now - exchange_start_;
  if (exchange_ != 0) leaf().client->Cancel(std::exchange(exchange_, 0));
  if (const auto stream = std::exchange(stream_, nullptr)) stream->Abandon();
  timer_.reset();
  const bool deadline = now + kDeadlineSlack >= input_.deadline;
  if (!deadline || !attempt_under_way_) return Drive(router::Cancelled{}, now);
  Drive(router::Failed{DeadlineFailure(), {}}, now);
}

void ChatRun::ReadOn(Instant now) {
  if (stream_ != nullptr) stream_->ReadOn(now);
}

void ChatRun::Complete(router::Event& event) {
  std::string id = std::exchange(provider_request_id_, {});
  if (auto* failed = std::get_if<router::Failed>(&event)) {
    leaf().scrubber->Scrub(failed->attempt);
    leaf().scrubber->ScrubId(id);
    failed->provider_request_id = std::move(id);
  } else if (auto* succeeded = std::get_if<router::Succeeded>(&event)) {
    leaf().scrubber->ScrubId(id);
    succeeded->provider_request_id = std::move(id);
  }
}

// The loop. Ends by waiting (for an exchange or a timer) or by being done.
void ChatRun::Drive(router::Event event, Instant now) {
  Complete(event);
  for (;;) {
    // What could not be sent was no attempt.
    const bool ends = attempt_under_way_ && !std::holds_alternative<router::Unsupported>(event);
    const std::size_t attempts = plan_.report().attempts.size();
    attempt_under_way_ = false;
    const router::Step step = router_.On(plan_, std::move(event), now);
    if (ends) leaf().figures->Record(plan_.report().attempts[attempts - 1]);
    if (std::holds_alternative<router::Done>(step)) return Finish(now);
    if (const auto* sleep = std::get_if<router::Sleep>(&step)) return SleepUntil(sleep->until);
    try_ = std::get<router::Try>(step);
    attempt_under_way_ = true;
    const providers::Codec& codec = *leaf().codec;
    absl::StatusOr<providers::EncodedRequest> request =
        try_.streamed ? codec.EncodeStream(*input_.request) : codec.Encode(*input_.request);
    if (request.ok()) return Send(*std::move(request));
    event = Unsendable(request.status());
  }
}

void ChatRun::Send(providers::EncodedRequest request) {
  const std::size_t attempt = plan_.report().attempts.size() - 1;
  if (!request.dropped.empty()) dropped_.push_back({attempt, std::move(request.dropped)});
  AddTrace(attempt, request);
  if (leaf().signer != nullptr) leaf().signer->Sign(std::chrono::system_clock::now(), request);
  exchange_start_ = Now();
  if (try_.streamed) return SendForStream(std::move(request));
  exchange_ = leaf().client->Send(
      std::move(request), try_.deadline,
      [self = shared_from_this()](transport::ExchangeResult result) { self->OnExchange(std::move(result)); });
}

void ChatRun::AddTrace(std::size_t attempt, HttpRequest& request) {
  if (input_.trace.empty()) return;
  const SpanId span = SpanOfAttempt(input_.trace, attempt);
  request.headers.emplace_back(kTraceparent, TraceparentOf(input_.trace, span).view());
}

void ChatRun::AddUpstream(Instant end) {
  serving_upstream_ = end - exchange_start_;
  upstream_ += serving_upstream_;
}

void ChatRun::OnExchange(transport::ExchangeResult result) {
  // Cancelled by us: the plan has been told already.
  if (exchange_ == 0) return;
  exchange_ = 0;
  AddUpstream(result.timing.end);
  router::Event event = EventOf(std::move(result));
  Drive(std::move(event), Now());
}

router::Event ChatRun::EventOf(transport::ExchangeResult result) {
  if (const auto* error = std::get_if<transport::Error>(&result.outcome)) {
    return router::Failed{FailureOf(*error, try_.on_timeout), {}};
  }
  const auto& response = std::get<HttpResponse>(result.outcome);
  provider_request_id_ = providers::ProviderRequestId(response.headers);
  input_.response->Clear();
  const providers::DecodeContext context{std::chrono::system_clock::now()};
  if (auto failed = leaf().codec->DecodeInto(response, context, *input_.response)) {
    return router::Failed{*std::move(failed), {}};
  }
  if (!input_.response->id().empty()) leaf().scrubber->ScrubId(*input_.response->mutable_id());
  return router::Succeeded{};
}

void ChatRun::SendForStream(providers::EncodedRequest request) {
  if (outlet_ == nullptr) outlet_ = std::make_unique<AnswerOutlet>(input_);
  std::shared_ptr<StreamAttempt::Listener> listener(shared_from_this(), this);
  const auto use = input_.sink == nullptr ? StreamAttempt::Use::kGathered : StreamAttempt::Use::kPassedOn;
  stream_ = StreamAttempt::Start(*leaf().codec, *leaf().client, std::move(request), try_,
                                 plan_.report().last_attempt()->start, use, std::move(listener));
}

void ChatRun::OnHeaders(const HttpHeaders& headers) {
  provider_request_id_ = providers::ProviderRequestId(headers);
}

void ChatRun::OnFirstToken(Instant now) { router_.On(plan_, router::FirstToken{}, now); }

void ChatRun::OnAnswer(providers::AnswerIdentity identity, Instant now) {
  leaf().scrubber->ScrubId(identity.id);
  const router::Duration serving = now - exchange_start_;
  outlet_->Begin({plan_.report(), upstream_ + serving, serving, identity}, now);
}

bool ChatRun::OnDeltas(std::vector<v1::Delta>& deltas) { return outlet_->GiveOut(deltas); }

void ChatRun::OnWhole(providers::StreamEnding ending, Instant now) {
  stream_ = nullptr;
  AddUpstream(now);
  for (v1::Finish& finish : ending.finishes) {
    if (!finish.id().empty()) leaf().scrubber->ScrubId(*finish.mutable_id());
  }
  outlet_->End(std::move(ending));
  Drive(router::Succeeded{}, Now());
}

void ChatRun::OnFailed(router::FailedAttempt failed, Instant now) {
  stream_ = nullptr;
  AddUpstream(now);
  Drive(router::Failed{std::move(failed), {}}, Now());
}

void ChatRun::SleepUntil(Instant until) {
  timer_ = std::make_unique<boost::asio::steady_timer>(io_, until);
  timer_->async_wait(
      [self = shared_from_this(), timer = timer_.get()](const boost::system::error_code& error) {
        if (error || self->timer_.get() != timer) return;
        self->timer_.reset();
        self->Drive(router::Woke{}, Now());
      });
}

void ChatRun::Finish(Instant now) {
  CallResult result;
  result.report = plan_.TakeReport();
  result.end = now;
  result.upstream = upstream_;
  result.serving_upstream = serving_upstream_;
  result.dropped = std::move(dropped_);
  if (outlet_ != nullptr) outlet_->TellOf(result);
  // Keeps the client that may be calling us alive for as long as it is.
  const std::shared_ptr<Runtime> runtime = std::move(runtime_);
  // The handler may drop the last reference to this call.
  std::exchange(handler_, nullptr)(std::move(result));
}

}  // namespace spillway::server
