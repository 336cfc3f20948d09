// The content of a Gemini candidate -> a message. Pure.
//
// Text parts are joined to the message's content, those that are thoughts to its reasoning; calls become tool
// calls. What has to be said again in the next turn and has no field is kept as gemini_kept.h says.
#ifndef SPILLWAY_PROVIDERS_GEMINI_CONTENT_READER_H_
#define SPILLWAY_PROVIDERS_GEMINI_CONTENT_READER_H_

#include <boost/json.hpp>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// What is wrong with it; empty when nothing is. A call without an id gets one made of `call_seed`, which no
// other candidate has, and its place.
std::string_view ReadGeminiContent(const boost::json::object& content, std::string_view call_seed,
                                   v1::Message& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_CONTENT_READER_H_
