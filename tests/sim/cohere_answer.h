// A v2 chat request in OpenAI's form, and the answer back in Cohere's.
//
// Pure; thread-safe. Expects a request FindCohereMistake found nothing wrong with.
#ifndef SPILLWAY_TESTS_SIM_COHERE_ANSWER_H_
#define SPILLWAY_TESTS_SIM_COHERE_ANSWER_H_

#include <boost/json/object.hpp>
#include <string>

#include "tests/sim/plain_answer.h"

namespace spillway::sim {

boost::json::object OpenAiFormOfCohere(const boost::json::object& request);

// Whether the request asks for thoughts.
bool CohereThinks(const boost::json::object& request);

// `thinks`: content begins with a thought.
boost::json::object CohereAnswer(const PlainAnswer& answer, bool thinks);

// An answer that failed on the way, with status 200.
boost::json::object CohereBrokenAnswer(const std::string& id);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_COHERE_ANSWER_H_
