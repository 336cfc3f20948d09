// Counts heap allocations: a program that links this has its operator new replaced.
//
// Thread-safe: each thread counts its own.
#ifndef SPILLWAY_TESTS_BENCH_ALLOCATIONS_H_
#define SPILLWAY_TESTS_BENCH_ALLOCATIONS_H_

#include <cstdint>

namespace spillway::bench {

// Made by this thread since it began.
std::uint64_t Allocations();

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_ALLOCATIONS_H_
