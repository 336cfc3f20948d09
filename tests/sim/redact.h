// Keeps credentials out of the log.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_REDACT_H_
#define SPILLWAY_TESTS_SIM_REDACT_H_

#include <string>

#include "tests/sim/message.h"

namespace spillway::sim {

// Replaces credentials in `request`'s headers by fingerprints, there and wherever `answer`
// echoes them.
void RedactCredentials(Request& request, std::string& answer);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_REDACT_H_
