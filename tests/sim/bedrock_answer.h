// A Converse request in OpenAI's form, and the answer back in Bedrock's.
//
// Pure; thread-safe. Expects a request FindBedrockMistake found nothing wrong with.
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_ANSWER_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_ANSWER_H_

#include <boost/json/object.hpp>
#include <string>

#include "tests/sim/plain_answer.h"

namespace spillway::sim {

boost::json::object OpenAiFormOfBedrock(const boost::json::object& request, const std::string& model);

// Whether the request's additional fields switch thinking on.
bool BedrockThinks(const boost::json::object& request);

// `thinks`: it begins with a signed thought.
boost::json::object BedrockAnswer(const PlainAnswer& answer, bool thinks);

// What a guardrail says in place of the model.
boost::json::object BedrockIntervention();

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_ANSWER_H_
