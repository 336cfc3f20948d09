// Answers as bytes: the head, and the body cut into the pieces that are written one by one.
//
// Pure; thread-safe. Written by hand and not by an HTTP library, for it must be able to lie.
#ifndef SPILLWAY_TESTS_SIM_WIRE_FORMAT_H_
#define SPILLWAY_TESTS_SIM_WIRE_FORMAT_H_

#include <chrono>
#include <string>
#include <vector>

#include "tests/sim/message.h"

namespace spillway::sim {

// Status line and headers, blank line included. Declares the whole body whatever the plan sends
// of it. `keep_alive` false announces the connection's end.
std::string FormatHead(const Reply& reply, bool keep_alive, std::chrono::system_clock::time_point now);

// The body as the plan delivers it: one piece, or kSlow's chunks, framed if it is chunked, cut
// if it is kCut. No piece is empty.
std::vector<std::string> FormatBody(const Reply& reply);

// What kGarbage sends.
std::string Garbage();

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_WIRE_FORMAT_H_
