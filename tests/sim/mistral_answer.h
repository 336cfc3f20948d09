// A Mistral request in OpenAI's form, and the answer back in Mistral's.
//
// Pure; thread-safe. Expects a request FindMistralMistake found nothing wrong with.
#ifndef SPILLWAY_TESTS_SIM_MISTRAL_ANSWER_H_
#define SPILLWAY_TESTS_SIM_MISTRAL_ANSWER_H_

#include <boost/json/object.hpp>

#include "tests/sim/plain_answer.h"

namespace spillway::sim {

boost::json::object OpenAiFormOfMistral(const boost::json::object& request);

// Whether the request asks for thoughts.
bool MistralThinks(const boost::json::object& request);

// `thinks`: content is a list that begins with a thought.
boost::json::object MistralAnswer(const PlainAnswer& answer, bool thinks);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_MISTRAL_ANSWER_H_
