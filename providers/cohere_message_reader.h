// The message of a Cohere answer -> Message. Pure.
//
// Text parts are the content, joined; thinking parts the reasoning. The plan of a turn that called tools is
// its content where there is no other text: so every provider gets it back as what was said, and Cohere as
// the plan. Citations, and whatever else has no field, are in extra.cohere; a list that held more than text
// and thinking is there as it came (`content`).
#ifndef SPILLWAY_PROVIDERS_COHERE_MESSAGE_READER_H_
#define SPILLWAY_PROVIDERS_COHERE_MESSAGE_READER_H_

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `answer_id` makes ids for calls that have none. False, and why in `problem`, when it is no message: its
// content is neither list, text nor null, or a call has no name.
[[nodiscard]] bool ReadCohereMessage(const boost::json::object& message, std::string_view answer_id,
                                     v1::Message& out, std::string& problem);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_MESSAGE_READER_H_
