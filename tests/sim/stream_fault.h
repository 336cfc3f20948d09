// What a script's faults make of a stream.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_STREAM_FAULT_H_
#define SPILLWAY_TESTS_SIM_STREAM_FAULT_H_

#include <string>

#include "tests/sim/script.h"
#include "tests/sim/stream.h"

namespace spillway::sim {

// How an API says in a stream what no whole answer can say.
struct StreamWords {
  // An error in mid-stream, with whatever the API sends after it.
  std::string error;
  // The first token's event with bytes in it that are not UTF-8.
  std::string invalid_utf8;
};

// The first token's event; "" if there is none.
std::string FirstToken(const Stream& stream);

// `stream` as `step` has it delivered. `words` need only hold what the step's fault asks for.
Stream WithFault(Stream stream, const Step& step, const StreamWords& words);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_STREAM_FAULT_H_
