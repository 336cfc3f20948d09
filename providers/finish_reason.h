// The word a provider ends an answer with -> one of OpenAI's five, or a failure. Pure.
//
// One table serves all APIs, for no two of them use a word for different things: OpenAI's
// family, Anthropic, Gemini, Bedrock and Cohere. Case does not matter.
#ifndef SPILLWAY_PROVIDERS_FINISH_REASON_H_
#define SPILLWAY_PROVIDERS_FINISH_REASON_H_

#include <optional>
#include <string_view>

#include "router/failure.h"

namespace spillway::providers {

// What the answer holds beside text: the word alone is not to be trusted for these.
struct CallsMade {
  bool tools = false;
  // The legacy `function_call`.
  bool function = false;
};

struct FinishReason {
  // stop, length, tool_calls, content_filter or function_call; empty with a failure.
  std::string_view word;
  // Set when the word says that the provider broke down while answering.
  std::optional<router::Failure> failure;
};

// `native` as the provider gave it; empty when it gave none. An unknown word is `stop`: new ones
// appear, and the text before them is good. Calls turn `stop` into `tool_calls` (or
// `function_call`), since providers say `stop` for forced calls; `length` stays, for then the
// arguments are cut.
FinishReason ResolveFinishReason(std::string_view native, CallsMade calls);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_FINISH_REASON_H_
