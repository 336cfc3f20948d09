// A response in Gemini's form as the responses Gemini streams it in.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_STREAM_H_
#define SPILLWAY_TESTS_SIM_GEMINI_STREAM_H_

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "tests/sim/gemini_errors.h"
#include "tests/sim/stream.h"

namespace spillway::sim {

enum class GeminiStreamForm : std::uint8_t {
  // Server-sent events whose lines end in CR LF: ?alt=sse.
  kSse,
  // One JSON array, whose elements come one by one.
  kArray,
};

// Says what `response` says; usage grows to its own with the last finish reason.
Stream GeminiStream(const boost::json::object& response, GeminiStreamForm form);

// Bare JSON in either form, as Google interrupts a stream.
std::string GeminiStreamError(const GeminiError& error, GeminiStreamForm form);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_STREAM_H_
