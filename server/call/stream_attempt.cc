#include "server/call/stream_attempt.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "providers/event_decoder.h"
#include "server/call/attempt_failure.h"

namespace spillway::server {
namespace {

using providers::StreamState;
using router::Instant;

// Usage and end mark come with the last choice or right after it; some servers never send them, and some
// keep the connection open all the same.
constexpr router::Duration kLingers = std::chrono::seconds(1);

// An error's text comes with its head or right after it.
constexpr router::Duration kLingersForError = std::chrono::seconds(5);

Instant Now() { return std::chrono::steady_clock::now(); }

}  // namespace

std::shared_ptr<StreamAttempt> StreamAttempt::Start(const providers::Codec& codec,
                                                    transport::HttpClient& client,
                                                    providers::EncodedRequest request,
                                                    const router::Try& attempt, Instant start, Use use,
                                                    std::shared_ptr<Listener> listener) {
  auto started = std::make_shared<StreamAttempt>(codec, client, request.choices, attempt, start, use,
                                                 std::move(listener));
  started->exchange_ = client.SendStream(std::move(request), started->armed_, started);
  return started;
}

StreamAttempt::StreamAttempt(const providers::Codec& codec, transport::HttpClient& client, int choices,
                             const router::Try& attempt, Instant start, Use use,
                             std::shared_ptr<Listener> listener)
    : codec_(codec),
      client_(client),
      choices_(choices),
      use_(use),
      watch_(attempt, start),
      listener_(std::move(listener)),
      armed_(watch_.deadline()) {}

void StreamAttempt::Abandon() {
  listener_ = nullptr;
  if (exchange_ != 0) client_.Cancel(std::exchange(exchange_, 0));
}

void StreamAttempt::ReadOn(Instant now) {
  if (!std::exchange(paused_, false)) return;
  watch_.Resume(now);
  client_.Resume(exchange_);
  Arm();
}

void StreamAttempt::OnHead(HttpResponse head) {
  http_status_ = head.status;
  listener_->OnHeaders(head.headers);
  decoder_ = codec_.NewStreamDecoder(std::move(head), {{std::chrono::system_clock::now()}, choices_});
  if (!IsError()) return;
  lingers_until_ = Now() + kLingersForError;
  Arm();
}

void StreamAttempt::OnBody(std::string_view bytes) {
  const auto self = shared_from_this();
  const Instant now = Now();
  watch_.OnLife(now);
  const bool handed_on = speaking_ && use_ == Use::kPassedOn;
  const StreamState state = decoder_->Feed(bytes, deltas_);
  // Of what is given out nothing is left here; what gave nothing out may have been kept for the end.
  if ((handed_on && !deltas_.empty()) || Hold(bytes.size())) return Proceed(state, now);
  router::FailedAttempt failed;
  failed.failure = router::Failure::kMalformed;
  failed.http_status = http_status_;
  failed.message = "the answer is too large";
  Fail(std::move(failed), now);
}

bool StreamAttempt::Hold(std::size_t bytes) {
  held_ += bytes;
  return held_ <= providers::kMaxWholeAnswer;
}

std::optional<Instant> StreamAttempt::OnDeadline(Instant now) {
  const Instant due = Deadline();
  if (due <= now) return std::nullopt;
  armed_ = due;
  return due;
}

void StreamAttempt::OnEnd(std::optional<transport::Error> error, const transport::ExchangeTiming& timing) {
  const auto self = shared_from_this();
  exchange_ = 0;
  if (error && !lingers_until_) return Fail(Lost(*error), timing.end);
  Proceed(decoder_->Finish(deltas_), timing.end);
}

void StreamAttempt::Proceed(StreamState state, Instant now) {
  // What came along with a failure and has not been given out yet need not be: the call may go elsewhere.
  if (state != StreamState::kFailed || speaking_) TakeNotice(now);
  // The listener may have abandoned the attempt.
  if (listener_ == nullptr) return;
  if (state == StreamState::kFailed) return Fail(decoder_->TakeFailure(), now);
  if (state == StreamState::kComplete) return BeWhole(now);
  if (state == StreamState::kFinished) {
    Linger(now);
  } else if (!IsError()) {
    // It may have gone on after its end.
    lingers_until_.reset();
  }
  Arm();
}

void StreamAttempt::TakeNotice(Instant now) {
  const auto new_ones = deltas_.begin() + static_cast<std::ptrdiff_t>(looked_at_);
  const bool token = std::any_of(new_ones, deltas_.end(), providers::CarriesToken);
  looked_at_ = deltas_.size();
  if (token) {
    watch_.OnToken(now);
    if (!std::exchange(speaking_, true)) {
      const auto listener = listener_;
      listener->OnFirstToken(now);
      listener->OnAnswer(decoder_->identity(), now);
    }
  }
  if (speaking_) GiveOut();
}

void StreamAttempt::GiveOut() {
  if (deltas_.empty() || listener_ == nullptr) return;
  const auto listener = listener_;
  const bool more = listener->OnDeltas(deltas_);
  deltas_.clear();
  looked_at_ = 0;
  if (!more && exchange_ != 0 && !lingers_until_) Pause();
}

void StreamAttempt::Pause() {
  if (std::exchange(paused_, true)) return;
  watch_.Pause();
  client_.Pause(exchange_);
}

void StreamAttempt::Linger(Instant now) {
  if (lingers_until_) return;
  lingers_until_ = now + kLingers;
  // The caller need not make room for what is still to come.
  ReadOn(now);
}

void StreamAttempt::BeWhole(Instant now) {
  if (!std::exchange(speaking_, true)) {
    const auto listener = listener_;
    listener->OnAnswer(decoder_->identity(), now);
    GiveOut();
    if (listener_ == nullptr) return;
  }
  if (exchange_ != 0) client_.Release(std::exchange(exchange_, 0));
  std::exchange(listener_, nullptr)->OnWhole(decoder_->TakeEnding(), now);
}

void StreamAttempt::Fail(router::FailedAttempt failed, Instant now) {
  if (exchange_ != 0) client_.Cancel(std::exchange(exchange_, 0));
  std::exchange(listener_, nullptr)->OnFailed(std::move(failed), now);
}

router::FailedAttempt StreamAttempt::Lost(const transport::Error& error) const {
  router::FailedAttempt failed = FailureOf(error, watch_.failure());
  failed.http_status = http_status_;
  if (failed.failure == router::Failure::kFirstTokenTimeout) {
    failed.message = absl::StrCat("no token in time: ", failed.message);
  } else if (failed.failure == router::Failure::kStalled) {
    failed.message = absl::StrCat("no further token in time: ", failed.message);
  }
  return failed;
}

Instant StreamAttempt::Deadline() const {
  return lingers_until_ ? std::min(*lingers_until_, watch_.deadline()) : watch_.deadline();
}

void StreamAttempt::Arm() {
  const Instant due = Deadline();
  if (due >= armed_ || exchange_ == 0) return;
  armed_ = due;
  client_.SetDeadline(exchange_, due);
}

}  // namespace spillway::server
