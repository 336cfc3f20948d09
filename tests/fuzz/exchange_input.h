// A provider's response out of a fuzzer's input. Pure.
//
// The first byte picks the status: its low four bits, '0' to '9' being the first ten of kStatuses. Corpora
// that people write may end this prefix with one line end.
#ifndef SPILLWAY_TESTS_FUZZ_EXCHANGE_INPUT_H_
#define SPILLWAY_TESTS_FUZZ_EXCHANGE_INPUT_H_

#include <array>
#include <chrono>
#include <string_view>

#include "transport/http_message.h"

namespace spillway::fuzz {

inline constexpr std::array<int, 16> kStatuses = {200, 400, 401, 402, 403, 404, 408, 413,
                                                  422, 429, 500, 503, 529, 302, 201, 424};

// When all responses arrive: 2026-01-01T00:00:00Z.
inline constexpr std::chrono::system_clock::time_point kArrival{std::chrono::seconds(1767225600)};

// The status; a second byte that picks one of a few sets of headers in the same way; the body.
HttpResponse ResponseWithBody(std::string_view input);

struct StreamInput {
  // With the whole body.
  HttpResponse response;
  // How many choices were asked for.
  int choices = 1;
  // How the body is split.
  unsigned char splits = 0;
};

// The status; a byte for the headers, of other sets than those of ResponseWithBody; one for the number of
// choices, '1' to '4' being themselves; one for the way the body is split; the body.
//
// `frames`: Bedrock's body may be written as lines, `message-type event-type payload`, and becomes as many
// frames with good checksums, if the byte for the choices is not a capital letter.
StreamInput ResponseWithStream(std::string_view input, bool frames);

// The status; lines of `name: value`; an empty line; the body.
HttpResponse ResponseWithHeaders(std::string_view input);

}  // namespace spillway::fuzz

#endif  // SPILLWAY_TESTS_FUZZ_EXCHANGE_INPUT_H_
