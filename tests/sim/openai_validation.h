// Checks a chat completion request the way OpenAI does: the first mistake, by its field.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_VALIDATION_H_
#define SPILLWAY_TESTS_SIM_OPENAI_VALIDATION_H_

#include <boost/json/object.hpp>
#include <optional>

#include "tests/sim/openai_errors.h"

namespace spillway::sim {

// Nothing: the request is fine.
std::optional<OpenAiError> FindMistake(const boost::json::object& request);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_VALIDATION_H_
