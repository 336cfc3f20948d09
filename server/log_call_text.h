// What a call's log line says to people: one sentence, from what was asked for to how it ended.
//
//   Chat gpt-4o -> prod/gpt-4o rate_limited (429, 35 ms: "slow down") -> eu/gpt-4o-mini OK 212 ms, tokens
//   12+9
//
// Pure, thread-safe.
#ifndef SPILLWAY_SERVER_LOG_CALL_TEXT_H_
#define SPILLWAY_SERVER_LOG_CALL_TEXT_H_

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace spillway::server {

// Appends it. `call` is the line as access_log writes it.
void AppendCall(const boost::json::object& call, bool colour, std::string& out);

// Whether the member `name` needs no further word: the sentence has it, or it is for machines.
bool IsToldOfCall(std::string_view name);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_LOG_CALL_TEXT_H_
