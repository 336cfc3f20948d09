// Google's errors: a status by name, and details that say more.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_ERRORS_H_
#define SPILLWAY_TESTS_SIM_GEMINI_ERRORS_H_

#include <boost/json/array.hpp>
#include <string>
#include <string_view>

#include "tests/sim/script.h"
#include "transport/http_message.h"

namespace spillway::sim {

struct GeminiError {
  int code = 400;
  // "INVALID_ARGUMENT".
  std::string status = "INVALID_ARGUMENT";
  std::string message;
  boost::json::array details;
};

GeminiError GeminiMistake(std::string message);
GeminiError GeminiModelNotFound(std::string_view model);
// AI Studio: of a wrong key, and of none.
GeminiError GeminiInvalidKey();
GeminiError GeminiNoKey();
// Vertex: of a wrong token, or of a key in place of one.
GeminiError GeminiInvalidToken();
// An error of a status that has no maker of its own.
GeminiError PlainGeminiError(int code);

// The error `step.fault` stands for; not for kBadGateway, nor for kContentFilter, which is a success here.
GeminiError GeminiFault(const Step& step, std::string_view model, bool vertex);

std::string GeminiErrorBody(const GeminiError& error);
HttpResponse GeminiErrorAnswer(const GeminiError& error);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_ERRORS_H_
