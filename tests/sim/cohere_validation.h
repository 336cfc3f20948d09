// Checks a v2 chat request the way Cohere does: the first mistake, in a sentence.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_COHERE_VALIDATION_H_
#define SPILLWAY_TESTS_SIM_COHERE_VALIDATION_H_

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "tests/sim/cohere_errors.h"

namespace spillway::sim {

using CohereVerdict = std::optional<CohereError>;

// Nothing: the request is fine.
CohereVerdict FindCohereMistake(const boost::json::object& request);

// Its parts. Messages each on its own, then calls and results across them; the later relies on the earlier.
CohereVerdict CheckCohereMessages(const boost::json::object& request);
CohereVerdict CheckCoherePairing(const boost::json::object& request);

CohereError UnknownCohereField(const std::string& path);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_COHERE_VALIDATION_H_
