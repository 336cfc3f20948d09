// An answer in Mistral's form as the chunks Mistral streams it in.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_MISTRAL_STREAM_H_
#define SPILLWAY_TESTS_SIM_MISTRAL_STREAM_H_

#include <boost/json/object.hpp>

#include "tests/sim/stream.h"

namespace spillway::sim {

// Says what `answer` says: calls whole, usage with the last finish reason.
Stream MistralStream(const boost::json::object& answer);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_MISTRAL_STREAM_H_
