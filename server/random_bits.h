// Randomness for ids: unique for all practical purposes, and no secret.
#ifndef SPILLWAY_SERVER_RANDOM_BITS_H_
#define SPILLWAY_SERVER_RANDOM_BITS_H_

#include <cstdint>

namespace spillway::server {

// From an engine that each thread seeds once. Thread-safe.
std::uint64_t RandomBits();

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_RANDOM_BITS_H_
