// A log line for people who watch a server: the same facts as its JSON, on one line of text.
//
//   12:00:00.123 INFO  call Chat gpt-4o -> prod/gpt-4o rate_limited (429, 35 ms: "slow down")
//       -> eu/gpt-4o-mini OK 212 ms, tokens 12+9 request_id=r-1
//   12:00:00.124 WARN  target_suspended endpoint=prod model=gpt-4o failure=rate_limited for=30.0s
//
// (the first of them is one line, too). Callers and providers write some of the values. One that is not a
// plain word is quoted, and what could end the line, move a cursor or turn the direction of the text is
// escaped, so none can pass for another line or another field. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_LOG_TEXT_H_
#define SPILLWAY_SERVER_LOG_TEXT_H_

#include <string>
#include <string_view>

namespace spillway::server {

// `written` is one that LogLine wrote, as JSON; anything else comes back as one quoted value. Without an end
// of line.
std::string LogText(std::string_view written, bool colour);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_LOG_TEXT_H_
