// What the simulator was asked and what it did: the evidence for tests and people.
//
// Thread-safe. Bounded: the oldest entries go first, long bodies are cut. Credentials are
// replaced by a fingerprint before anything is stored.
#ifndef SPILLWAY_TESTS_SIM_REQUEST_LOG_H_
#define SPILLWAY_TESTS_SIM_REQUEST_LOG_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/log_file.h"
#include "tests/sim/message.h"

namespace spillway::sim {

struct LogEntry {
  // Counts from 1, over all personalities.
  std::uint64_t seq = 0;
  std::chrono::system_clock::time_point time;
  std::string personality;
  // What the script had in store: "ok", "rate_limited", …
  std::string fault;
  // Credentials are fingerprints; bodies are cut at the log's limit.
  Request request;
  std::size_t request_bytes = 0;
  // 0: no status line was due.
  int status = 0;
  std::string answer;
  bool is_stream = false;
  // The delivery has ended, one way or the other.
  bool done = false;
  std::chrono::milliseconds done_after{0};
  // Of a stream that is done: the words and parts of calls that had been sent.
  std::optional<std::uint64_t> tokens_sent;
  // The peer left before it had what was due; counted from the request's last byte.
  std::optional<std::chrono::milliseconds> peer_closed_after;
};

// How a credential appears in the log: "sha256:" and 12 hex digits.
std::string Fingerprint(std::string_view credential);

// Unset fields select everything.
struct LogFilter {
  std::string personality;
  // Only entries after this one.
  std::uint64_t since = 0;
};

class RequestLog {
 public:
  // `most_entries` 0: nothing is kept. `file` may be null; it gets every entry, kept or not.
  explicit RequestLog(std::size_t most_entries = 10'000, std::size_t most_body_bytes = 64 * 1024,
                      std::unique_ptr<LogFile> file = nullptr);

  // Takes a request and the answer planned for it; its seq.
  std::uint64_t Add(LogEntry entry);
  void Finish(std::uint64_t seq, const Outcome& outcome);

  std::vector<LogEntry> Entries(const LogFilter& filter = {}) const;
  // Forgets the entries; seq goes on counting.
  void Clear();

  // Blocks until `condition` holds of all entries; false after `timeout`.
  bool WaitUntil(const std::function<bool(const std::vector<LogEntry>&)>& condition,
                 std::chrono::milliseconds timeout) const;

 private:
  std::vector<LogEntry> Selected(const LogFilter& filter) const;

  const std::size_t most_entries_;
  const std::size_t most_body_bytes_;
  const std::unique_ptr<LogFile> file_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<LogEntry> entries_;
  std::uint64_t last_seq_ = 0;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_REQUEST_LOG_H_
