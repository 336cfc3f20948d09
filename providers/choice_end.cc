#include "providers/choice_end.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "providers/failed_response.h"
#include "providers/finish_reason.h"

namespace spillway::providers {
namespace {

constexpr char kNative[] = "native_finish_reason";

bool SaysNothing(const v1::Message& message) {
  return message.content().empty() && !message.has_refusal() && !message.has_audio() &&
         !message.has_reasoning_content() && message.tool_calls_size() == 0 && !message.has_function_call() &&
         message.extra().fields().empty();
}

// `Ended` is a Choice or a Finish.
template <typename Ended>
std::optional<ChoiceFault> End(std::string_view native, CallsMade calls, bool said_something, Ended& ended) {
  const FinishReason reason = ResolveFinishReason(native, calls);
  if (reason.failure) {
    return ChoiceFault{*reason.failure, absl::StrCat("the answer ended with ", std::string(native)),
                       std::string(native)};
  }
  if (native.empty() && !said_something) return ChoiceFault{.problem = "the answer says nothing"};
  ended.set_finish_reason(std::string(reason.word));
  if (!native.empty() && native != reason.word && !ended.extra().fields().contains(kNative)) {
    (*ended.mutable_extra()->mutable_fields())[kNative].set_string_value(std::string(native));
  }
  return std::nullopt;
}

}  // namespace

std::optional<ChoiceFault> EndChoice(std::string_view native, v1::Choice& choice) {
  const v1::Message& message = choice.message();
  const CallsMade calls{message.tool_calls_size() > 0, message.has_function_call()};
  return End(native, calls, !SaysNothing(message), choice);
}

std::optional<ChoiceFault> EndChoice(std::string_view native, CallsMade calls, bool said_something,
                                     v1::Finish& finish) {
  return End(native, calls, said_something, finish);
}

router::FailedAttempt FailedBy(ChoiceFault fault, const HttpResponse& response) {
  router::FailedAttempt failed = Unreadable(response, fault.problem);
  failed.failure = fault.failure;
  failed.provider_code = std::move(fault.provider_code);
  return failed;
}

}  // namespace spillway::providers
