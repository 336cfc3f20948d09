// A recorded stream, joined to the body that a unary call would have got: an independent reading of its raw
// events, to be compared with what the decoders make of them.
//
// Texts and arguments are concatenated, lists of pieces appended, anything else is as it came last. Pure.
#ifndef SPILLWAY_TESTS_REPLAY_JOINED_STREAM_H_
#define SPILLWAY_TESTS_REPLAY_JOINED_STREAM_H_

#include <boost/json.hpp>
#include <cstddef>
#include <vector>

#include "spillway/v1/config.pb.h"
#include "tests/replay/recorded_events.h"
#include "tests/replay/recording.h"

namespace spillway::replay {

// Of an API of the seven. What does not parse is passed over.
boost::json::object Join(v1::Api api, const std::vector<RecordedEvent>& events);

// Of a whole recorded stream.
boost::json::object JoinedBody(const Recording& recording);

// How many choices of a joined body have a word for their end.
std::size_t EndedChoices(v1::Api api, const boost::json::object& body);

// Gives each choice that has none the word for an end in good order.
void EndChoices(v1::Api api, boost::json::object& body);

// The APIs' own, on the parsed data of the events.
using EventData = std::vector<boost::json::object>;
boost::json::object JoinOpenAi(const EventData& events);
boost::json::object JoinAnthropic(const EventData& events);
boost::json::object JoinCohere(const EventData& events);
boost::json::object JoinGemini(const EventData& events);
// Each object with one more member, `:type`: its frame's type.
boost::json::object JoinBedrock(const EventData& events);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_JOINED_STREAM_H_
