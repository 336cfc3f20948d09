// A hash that is the same in every build and every run, unlike the standard's, and what is made of it. Pure.
//
// FNV-1a, its halves folded. Not for anything an attacker must not choose.
#ifndef SPILLWAY_PROVIDERS_STABLE_HASH_H_
#define SPILLWAY_PROVIDERS_STABLE_HASH_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace spillway::providers {

inline std::uint64_t StableHash(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ (seed * 0x9E3779B97F4A7C15U);
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash ^ (hash >> 32);
}

// An id for a tool call whose provider gave it none: "call_" and 16 hex digits. `answer` tells the answer
// from all others (its id, or its bytes), `place` the call from the others of the answer.
inline std::string MadeUpCallId(std::string_view answer, std::uint64_t place) {
  return absl::StrCat("call_", absl::Hex(StableHash(answer, place), absl::kZeroPad16));
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_STABLE_HASH_H_
