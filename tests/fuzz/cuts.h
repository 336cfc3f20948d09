// Where a fuzzer's input is cut. Pure.
#ifndef SPILLWAY_TESTS_FUZZ_CUTS_H_
#define SPILLWAY_TESTS_FUZZ_CUTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spillway::fuzz {

// Of `size` bytes: each byte by itself, or at distances that `way` decides.
inline std::vector<std::size_t> CutsOf(std::size_t size, unsigned char way) {
  const std::uint64_t longest = way % 4 == 0 ? 1 : way % 4 == 1 ? 8 : 128;
  std::uint64_t state = way;
  std::vector<std::size_t> cuts;
  for (std::size_t at = 0;;) {
    // Knuth's generator: any will do, if it is the same in every run.
    state = state * 6364136223846793005U + 1442695040888963407U;
    at += 1 + (state >> 33) % longest;
    if (at >= size) return cuts;
    cuts.push_back(at);
  }
}

}  // namespace spillway::fuzz

#endif  // SPILLWAY_TESTS_FUZZ_CUTS_H_
