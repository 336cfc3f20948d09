// Answers as bytes: the head, and the body cut into the pieces that are written one by one.
//
// Pure; thread-safe. Written by hand and not by an HTTP library, for it must be able to lie.
#ifndef SPILLWAY_TESTS_SIM_WIRE_FORMAT_H_
#define SPILLWAY_TESTS_SIM_WIRE_FORMAT_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/message.h"

namespace spillway::sim {

// Status line and headers, blank line included. Declares the whole body whatever the plan sends
// of it; a stream is chunked. `keep_alive` false announces the connection's end.
std::string FormatHead(const Reply& reply, bool keep_alive, std::chrono::system_clock::time_point now);

// The body as the plan delivers it: one piece, or kSlow's chunks, framed if it is chunked, cut
// if it is kCut or kStall. No piece is empty. Not for streams.
std::vector<std::string> FormatBody(const Reply& reply);

// One chunk of Transfer-Encoding: chunked, appended; `piece` is not empty.
void AppendChunk(std::string_view piece, std::string& out);

// The end of a chunked body.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// What kGarbage sends.
std::string Garbage();

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_WIRE_FORMAT_H_
