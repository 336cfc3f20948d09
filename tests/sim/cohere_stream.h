// An answer in Cohere's form as the events Cohere streams it in.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_COHERE_STREAM_H_
#define SPILLWAY_TESTS_SIM_COHERE_STREAM_H_

#include <boost/json/object.hpp>
#include <string>

#include "tests/sim/cohere_errors.h"
#include "tests/sim/stream.h"

namespace spillway::sim {

// Says what `answer` says.
Stream CohereStream(const boost::json::object& answer);

// How a stream ends that `error` breaks.
std::string CohereStreamError(const CohereError& error);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_COHERE_STREAM_H_
