// OpenAI's word for how hard to think -> the word that a model of Mistral's takes. Pure.
//
//   mistral-large-4, …                 low, medium, high
//   mistral-small and -medium of 2026  none, high; so are models that are not known here
//   all older and all other families   no such field: it is refused with 400 or 422
//
// From Mistral's page on reasoning and the API's own errors, November 2026.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_EFFORT_H_
#define SPILLWAY_PROVIDERS_MISTRAL_EFFORT_H_

#include <string_view>

namespace spillway::providers {

// `effort` is a word that ReasoningBudget knows. Empty: `model` has no word for it.
std::string_view MistralEffort(std::string_view model, std::string_view effort);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_EFFORT_H_
