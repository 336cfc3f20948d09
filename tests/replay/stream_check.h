// What holds of every recorded stream, whatever its API. Expectations of googletest.
#ifndef SPILLWAY_TESTS_REPLAY_STREAM_CHECK_H_
#define SPILLWAY_TESTS_REPLAY_STREAM_CHECK_H_

#include <boost/json.hpp>
#include <vector>

#include "tests/replay/recording.h"
#include "tests/replay/replay.h"

namespace spillway::replay {

// That its deltas make the answer that the codec's Decode reads in the body that a unary call would have got
// (joined_stream.h), each choice beginning with its role, and that a token came if the answer says anything.
void ExpectLikeUnary(const Recording& recording, const boost::json::object& joined, const Replayed& replayed);

// The streams among the recordings of an API.
std::vector<Recording> StreamsOf(v1::Api api, const std::vector<Recording>& recordings);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_STREAM_CHECK_H_
