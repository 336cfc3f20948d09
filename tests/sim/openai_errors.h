// OpenAI's error answers: the shape, and one maker for each that a client must tell apart.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_ERRORS_H_
#define SPILLWAY_TESTS_SIM_OPENAI_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/sim/script.h"
#include "transport/http_message.h"

namespace spillway::sim {

// An empty `param` or `code` is null on the wire.
struct OpenAiError {
  int status = 400;
  std::string message;
  std::string type = "invalid_request_error";
  std::string param;
  std::string code;
};

std::string OpenAiErrorBody(const OpenAiError& error);
HttpResponse OpenAiErrorAnswer(const OpenAiError& error);

OpenAiError NoJson();
OpenAiError ModelNotFound(std::string_view model);
// Echoes the key, masked if it is long and in full if it is short, as OpenAI does.
OpenAiError WrongKey(std::string_view key);
OpenAiError NoKey();
OpenAiError NoSuchUrl(std::string_view method, std::string_view path);
OpenAiError PlainError(int status);

// What the credential of a request looks like in an echo.
std::string MaskedKey(std::string_view key);

// The answer of `step.fault`, which is an error answer; `model` and `key` are the request's.
HttpResponse OpenAiFault(const Step& step, std::string_view model, std::string_view key);

// The same of `step.error_class` in the middle of a stream.
std::string OpenAiStreamError(const Step& step, std::string_view model, std::string_view key);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_ERRORS_H_
