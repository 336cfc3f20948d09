// The body of an error answer in OpenAI's form: {"error":{"message":…,"type":…,"param":…,"code":…}}. Pure.
#ifndef SPILLWAY_PROVIDERS_OPENAI_ERROR_BODY_H_
#define SPILLWAY_PROVIDERS_OPENAI_ERROR_BODY_H_

#include <string>
#include <string_view>

namespace spillway::providers {

struct OpenAiError {
  // For people.
  std::string message;
  // "invalid_request_error", say: one of the words of OpenAI's clients.
  std::string_view type;
  // The member of the request that is at fault, by its path; empty: null.
  std::string param;
  // "model_not_found", say; empty: null.
  std::string code;
};

// On one line.
std::string EncodeOpenAiError(const OpenAiError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_ERROR_BODY_H_
