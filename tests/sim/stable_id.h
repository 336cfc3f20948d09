// Ids and signatures that look random and are the same in every run.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_STABLE_ID_H_
#define SPILLWAY_TESTS_SIM_STABLE_ID_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::sim {

// Letters and digits, `length` of them (32 at most), that only `seed` decides.
std::string StableId(std::string_view seed, std::size_t length);

// The same as a UUID.
std::string StableUuid(std::string_view seed);

// What vouches for `text`: base64, as providers sign a model's thoughts.
std::string SignatureOf(std::string_view text);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_STABLE_ID_H_
