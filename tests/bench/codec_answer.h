// The answers that decoders are measured on: the same at every API, in its own form, of any size. Pure.
#ifndef SPILLWAY_TESTS_BENCH_CODEC_ANSWER_H_
#define SPILLWAY_TESTS_BENCH_CODEC_ANSWER_H_

#include <cstddef>
#include <string>

#include "spillway/v1/config.pb.h"

namespace spillway::bench {

// A body of about that many bytes: half of it text, the other half arguments of tool calls.
std::string Answer(v1::Api api, std::size_t bytes);

// The bytes of the text in it.
std::size_t TextBytes(std::size_t answer_bytes);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_CODEC_ANSWER_H_
