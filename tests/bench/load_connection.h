// A connection of the load generator, whatever it speaks: repeats one call and says how each ended.
//
// Thread-safety: none. Time: never waits, save while it connects; the caller polls fd().
#ifndef SPILLWAY_TESTS_BENCH_LOAD_CONNECTION_H_
#define SPILLWAY_TESTS_BENCH_LOAD_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spillway::bench {

using Clock = std::chrono::steady_clock;
using Headers = std::vector<std::pair<std::string, std::string>>;

// How a call ended.
struct Outcome {
  // Empty: it succeeded.
  std::string fault;
  // When the first data came.
  std::optional<Clock::time_point> first_data;
  // Messages of the answer that came whole.
  std::size_t messages = 0;
};

// The time given to Submit, and how it ended.
using DoneHandler = std::function<void(Clock::time_point intended, const Outcome&)>;

class LoadConnection {
 public:
  virtual ~LoadConnection() = default;

  // Starts a call; its bytes leave with the next Flush.
  virtual void Submit(Clock::time_point intended) = 0;
  // Reads what there is and reports finished calls.
  virtual void OnReadable() = 0;
  // Writes what the socket takes.
  virtual void Flush() = 0;

  // -1: there is nothing to poll.
  virtual int fd() const = 0;
  // It carries one call at a time: Submit only when the last one was reported.
  virtual bool one_at_a_time() const = 0;
  // Set up: calls may be submitted.
  virtual bool ready() const = 0;
  // Broken for good. Its calls in flight will never finish.
  virtual bool lost() const = 0;
  // Bytes wait for the socket.
  virtual bool blocked() const = 0;
};

using ConnectionMaker = std::function<std::unique_ptr<LoadConnection>(DoneHandler)>;

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_LOAD_CONNECTION_H_
