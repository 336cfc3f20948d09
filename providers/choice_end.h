// How a choice ended: its finish reason in OpenAI's words, or why it is no answer. Pure.
#ifndef SPILLWAY_PROVIDERS_CHOICE_END_H_
#define SPILLWAY_PROVIDERS_CHOICE_END_H_

#include <optional>
#include <string>
#include <string_view>

#include "providers/finish_reason.h"
#include "router/failure.h"
#include "spillway/v1/chat.pb.h"
#include "transport/http_message.h"

namespace spillway::providers {

// Why a choice makes the whole attempt fail.
struct ChoiceFault {
  router::Failure failure = router::Failure::kMalformed;
  std::string problem;
  // The provider's word, where a word was the reason.
  std::string provider_code;
};

// To be called when everything else of `choice` is read. `native` is the provider's word, empty when it gave
// none: then the choice must say something. Where it is not OpenAI's, `extra.native_finish_reason` keeps it.
std::optional<ChoiceFault> EndChoice(std::string_view native, v1::Choice& choice);

// The same at the end of a stream, of whose choice only this much is known.
std::optional<ChoiceFault> EndChoice(std::string_view native, CallsMade calls, bool said_something,
                                     v1::Finish& finish);

// The failure that a fault makes of the whole response.
router::FailedAttempt FailedBy(ChoiceFault fault, const HttpResponse& response);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_CHOICE_END_H_
