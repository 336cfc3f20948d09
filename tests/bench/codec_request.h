// The conversation that encoders are measured on, of any size. Pure.
#ifndef SPILLWAY_TESTS_BENCH_CODEC_REQUEST_H_
#define SPILLWAY_TESTS_BENCH_CODEC_REQUEST_H_

#include <cstddef>
#include <string>

#include "spillway/v1/chat.pb.h"

namespace spillway::bench {

// Prose as models write it: some characters that JSON escapes, some beyond ASCII.
std::string Prose(std::size_t bytes);

// A system's words, turns, tool calls with their results, and tools: about that many bytes, of which the
// tools are a tenth.
v1::ChatRequest Request(std::size_t bytes);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_CODEC_REQUEST_H_
