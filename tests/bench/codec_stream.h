// The streams that decoders are measured on: the same answer at every API, a word with each event. Pure.
#ifndef SPILLWAY_TESTS_BENCH_CODEC_STREAM_H_
#define SPILLWAY_TESTS_BENCH_CODEC_STREAM_H_

#include <cstddef>
#include <string>
#include <vector>

#include "spillway/v1/config.pb.h"

namespace spillway::bench {

struct StreamedBody {
  // As it comes over the wire.
  std::string bytes;
  // The JSON in it, event by event.
  std::vector<std::string> events;
  // The answer's text.
  std::size_t text_bytes = 0;
};

// One of about that many bytes.
StreamedBody Stream(v1::Api api, std::size_t bytes);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_CODEC_STREAM_H_
