// A generateContent request in OpenAI's form, and the answer back in Google's.
//
// Pure; thread-safe. Expects a request FindGeminiMistake found nothing wrong with, in camelCase.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_ANSWER_H_
#define SPILLWAY_TESTS_SIM_GEMINI_ANSWER_H_

#include <boost/json/object.hpp>
#include <string>

#include "tests/sim/plain_answer.h"

namespace spillway::sim {

boost::json::object OpenAiFormOfGemini(const boost::json::object& request, const std::string& model);

struct GeminiStyle {
  // Calls have ids, and first parts signatures: Gemini 3.
  bool signs = false;
  // It tells what it thought.
  bool shows_thoughts = false;
};

boost::json::object GeminiAnswer(const PlainAnswer& answer, const GeminiStyle& style);

// The answer to a prompt that is not answered.
boost::json::object GeminiBlocked(const std::string& model);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_ANSWER_H_
