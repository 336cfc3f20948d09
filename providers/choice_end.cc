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

}  // namespace

std::optional<ChoiceFault> EndChoice(std::string_view native, v1::Choice& choice) {
  const v1::Message& message = choice.message();
  const CallsMade calls{message.tool_calls_size() > 0, message.has_function_call()};
  const FinishReason reason = ResolveFinishReason(native, calls);
  if (reason.failure) {
    return ChoiceFault{*reason.failure, absl::StrCat("the answer ended with ", std::string(native)),
                       std::string(native)};
  }
  if (native.empty() && SaysNothing(message)) return ChoiceFault{.problem = "the answer says nothing"};
  choice.set_finish_reason(std::string(reason.word));
  if (!native.empty() && native != reason.word && !choice.extra().fields().contains(kNative)) {
    (*choice.mutable_extra()->mutable_fields())[kNative].set_string_value(std::string(native));
  }
  return std::nullopt;
}

router::FailedAttempt FailedBy(ChoiceFault fault, const HttpResponse& response) {
  router::FailedAttempt failed = Unreadable(response, fault.problem);
  failed.failure = fault.failure;
  failed.provider_code = std::move(fault.provider_code);
  return failed;
}

}  // namespace spillway::providers
