// A Converse answer as the events of ConverseStream.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_STREAM_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_STREAM_H_

#include <boost/json/object.hpp>
#include <string>

#include "tests/sim/bedrock_errors.h"
#include "tests/sim/stream.h"

namespace spillway::sim {

// Says what `answer` says; usage comes after the end.
Stream BedrockStream(const boost::json::object& answer);

// The exception that says `error` in a stream: one of the five there are.
std::string BedrockStreamError(const BedrockError& error);

// What a guardrail's intervention puts at a stream's end.
std::string BedrockStreamIntervention();

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_STREAM_H_
