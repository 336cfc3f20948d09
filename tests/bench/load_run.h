// One run of load: calls at a fixed rate, timed from when each was due, or a fixed number in flight.
//
// Open loop (`rate` > 0): call i is due at start + i / rate and its latency counts from then, however late
// it left, so that a stall of the server shows in every call it held up (no coordinated omission).
// Closed loop: `in_flight` calls at all times; a latency counts from the send.
// A connection that carries one call at a time is taken when its last call ended latest, as clients' pools
// do; a call that finds none free waits for one, and its latency counts from when it was due all the same.
// Thread-safety: none; Run uses the calling thread only. Time: reads the steady clock, ends by itself.
#ifndef SPILLWAY_TESTS_BENCH_LOAD_RUN_H_
#define SPILLWAY_TESTS_BENCH_LOAD_RUN_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "tests/bench/latencies.h"
#include "tests/bench/load_connection.h"

namespace spillway::bench {

struct LoadOptions {
  int connections = 1;
  // Calls a second; 0: closed loop.
  double rate = 0;
  // Closed loop only.
  int in_flight = 32;
  // Whichever comes first ends the sending; at least one of them is set, 0 is none.
  std::uint64_t count = 0;
  std::chrono::nanoseconds duration{0};
  // How long after the last call's due time answers are waited for: the hard stop. With a count and no
  // duration in a closed loop, the bound on the whole run.
  std::chrono::nanoseconds drain = std::chrono::seconds(10);
};

struct LoadResult {
  std::uint64_t sent = 0;
  std::uint64_t ok = 0;
  // By fault, as the connection says it; and "unfinished" (no answer by the hard stop), "unsent" (due, but
  // never sent), "connection lost".
  std::map<std::string, std::uint64_t> failed;
  // From the first due time to the last answer.
  std::chrono::nanoseconds elapsed{0};
  // Of the calls that succeeded: to the end, and to the first data.
  Latencies latencies;
  Latencies first_data;
  // Messages of the calls that succeeded.
  std::uint64_t messages = 0;
  // How late calls left: the generator's own share of the latencies.
  Latencies send_lag;
  // When the first call succeeded.
  Clock::time_point first_success;
};

// Runs the load. Throws std::runtime_error when it cannot connect.
LoadResult Run(const ConnectionMaker& make, const LoadOptions& options);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_LOAD_RUN_H_
