// A Messages request in OpenAI's form, and the answer back in Anthropic's.
//
// Pure; thread-safe. Expects a request FindAnthropicMistake found nothing wrong with.
#ifndef SPILLWAY_TESTS_SIM_ANTHROPIC_ANSWER_H_
#define SPILLWAY_TESTS_SIM_ANTHROPIC_ANSWER_H_

#include <boost/json/object.hpp>

#include "tests/sim/plain_answer.h"

namespace spillway::sim {

boost::json::object OpenAiFormOfAnthropic(const boost::json::object& request);

// `thinks`: it begins with a signed thought.
boost::json::object AnthropicAnswer(const PlainAnswer& answer, bool thinks);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_ANTHROPIC_ANSWER_H_
