// A message in Anthropic's form as the events Anthropic streams it in.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_ANTHROPIC_STREAM_H_
#define SPILLWAY_TESTS_SIM_ANTHROPIC_STREAM_H_

#include <boost/json/object.hpp>

#include "tests/sim/stream.h"

namespace spillway::sim {

// Says what `message` says.
Stream AnthropicStream(const boost::json::object& message);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_ANTHROPIC_STREAM_H_
