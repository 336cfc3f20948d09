#include "providers/streamed_answer.h"

#include <algorithm>
#include <utility>

#include "providers/choice_end.h"
#include "providers/failed_response.h"

namespace spillway::providers {
namespace {

using router::FailedAttempt;
using router::Failure;

// Far more than any API allows to ask for.
constexpr std::size_t kMaxChoices = 1024;

bool SaysNothing(const v1::ToolCallDelta& call) {
  return call.id().empty() && call.type().empty() && call.function().name().empty() &&
         call.function().arguments().empty() && call.custom().name().empty() &&
         call.custom().input().empty() && call.extra().fields().empty();
}

// Leaves out what says nothing.
void Tidy(v1::Delta& delta) {
  if (delta.content().empty()) delta.clear_content();
  if (delta.refusal().empty()) delta.clear_refusal();
  if (delta.reasoning_content().empty()) delta.clear_reasoning_content();
  if (delta.audio().fields().empty()) delta.clear_audio();
  if (delta.extra().fields().empty()) delta.clear_extra();
  const v1::Logprobs& logprobs = delta.logprobs();
  if (logprobs.content().empty() && logprobs.refusal().empty() && logprobs.extra().fields().empty()) {
    delta.clear_logprobs();
  }
  if (delta.tool_calls().empty()) return;
  auto& calls = *delta.mutable_tool_calls();
  calls.erase(std::remove_if(calls.begin(), calls.end(), SaysNothing), calls.end());
}

// What makes an answer of a choice whose provider gave no finish reason: as in a whole one.
bool SaysSomething(const v1::Delta& delta) {
  return delta.has_content() || delta.has_refusal() || delta.has_reasoning_content() || delta.has_audio() ||
         delta.has_function_call() || delta.has_extra() || !delta.tool_calls().empty();
}

bool IsEmpty(const v1::Delta& delta) {
  return !SaysSomething(delta) && !delta.has_logprobs() && delta.annotations().empty();
}

}  // namespace

StreamedAnswer::StreamedAnswer(HttpResponse head, const StreamContext& context)
    : head_(std::move(head)), context_(context) {}

void StreamedAnswer::Add(v1::Delta delta) {
  if (!open()) return;
  const int index = delta.choice_index();
  Choice& choice = ChoiceOf(index);
  if (!open()) return;
  choice.has_content |= delta.has_content();
  const bool token = CarriesToken(delta);
  spoke_ |= token;
  choice.went_on |= choice.native && token;
  Tidy(delta);
  if (!IsEmpty(delta)) GiveOut(index, choice, std::move(delta));
}

StreamedAnswer::Choice& StreamedAnswer::ChoiceOf(int index) {
  const auto [choice, is_new] = choices_.try_emplace(index);
  if (is_new && choices_.size() > kMaxChoices) FailUnreadable("the answer has too many choices");
  return choice->second;
}

void StreamedAnswer::GiveOut(int index, Choice& choice, v1::Delta delta) {
  choice.said_something |= SaysSomething(delta);
  choice.calls.tools |= !delta.tool_calls().empty();
  choice.calls.function |= delta.has_function_call();
  delta.set_choice_index(index);
  if (choice.began) {
    delta.clear_role();
  } else {
    delta.set_role(v1::ROLE_ASSISTANT);
  }
  choice.began = true;
  deltas_->push_back(std::move(delta));
}

void StreamedAnswer::EndChoice(int index, std::string_view native) {
  if (!open()) return;
  Choice& choice = ChoiceOf(index);
  if (!open()) return;
  if (!native.empty() || !choice.native) choice.native = std::string(native);
  const FinishReason reason = ResolveFinishReason(native, choice.calls);
  if (!reason.failure) return;
  if (auto fault = spillway::providers::EndChoice(native, choice.calls, true, choice.finish)) {
    Fail(FailedBy(*std::move(fault), head_));
  }
}

v1::Finish& StreamedAnswer::finish(int index) { return ChoiceOf(index).finish; }

v1::Usage& StreamedAnswer::usage() { return usage_ ? *usage_ : usage_.emplace(); }

bool StreamedAnswer::Ended(int count) const {
  return static_cast<int>(choices_.size()) >= count &&
         std::all_of(choices_.begin(), choices_.end(),
                     [](const auto& choice) { return choice.second.native.has_value(); });
}

bool StreamedAnswer::finished() const {
  return Ended(std::max(1, context_.choices)) &&
         std::none_of(choices_.begin(), choices_.end(),
                      [](const auto& choice) { return choice.second.went_on; });
}

void StreamedAnswer::End() {
  if (!open()) return;
  if (Ended(1)) return Complete();
  FailedAttempt failed = Unreadable(
      head_, choices_.empty() ? "the stream ended without an answer"
                              : "the stream ended before the answer did: it gave no finish reason");
  failed.failure = Failure::kTruncated;
  Fail(std::move(failed));
}

void StreamedAnswer::EndIfWhole() {
  if (has_usage() && finished()) End();
}

void StreamedAnswer::Complete() {
  for (auto& [index, choice] : choices_) {
    if (auto fault = spillway::providers::EndChoice(*choice.native, choice.calls, choice.said_something,
                                                    choice.finish)) {
      return Fail(FailedBy(*std::move(fault), head_));
    }
  }
  for (auto& [index, choice] : choices_) {
    if (choice.began) continue;
    // Nobody shall hear of a choice only by its end.
    v1::Delta delta;
    if (choice.has_content) delta.set_content("");
    GiveOut(index, choice, std::move(delta));
  }
  state_ = StreamState::kComplete;
}

void StreamedAnswer::Fail(FailedAttempt failed) {
  if (!open()) return;
  failure_ = std::move(failed);
  state_ = StreamState::kFailed;
}

void StreamedAnswer::FailUnreadable(std::string_view problem) { Fail(Unreadable(head_, problem)); }

void StreamedAnswer::FailUnreadable(const JsonDocument& event) {
  const bool cut_off = bytes_ended_ && event.truncated();
  if (cut_off && finished()) return;
  FailedAttempt failed = Unreadable(head_, "an event of the stream is not JSON: " + event.problem());
  if (cut_off) failed.failure = Failure::kTruncated;
  Fail(std::move(failed));
}

StreamEnding StreamedAnswer::TakeEnding() {
  StreamEnding ending{.usage = std::move(usage_)};
  ending.finishes.reserve(choices_.size());
  for (auto& [index, choice] : choices_) {
    v1::Finish& finish = ending.finishes.emplace_back(std::move(choice.finish));
    finish.set_choice_index(index);
    finish.set_id(answer_.id());
    finish.set_created(answer_.created());
    finish.set_model(answer_.model());
    finish.set_service_tier(answer_.service_tier());
    finish.set_system_fingerprint(answer_.system_fingerprint());
  }
  if (answer_.has_response_extra()) {
    *ending.finishes.back().mutable_response_extra() = std::move(*answer_.mutable_response_extra());
  }
  return ending;
}

FailedAttempt StreamedAnswer::TakeFailure() { return std::move(failure_); }

}  // namespace spillway::providers
