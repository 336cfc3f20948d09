// What the caller saw of every call: a JSON line each, and counts.
//
// Thread-safe. Time: the caller's steady clock, as milliseconds since the run's start.
#ifndef SPILLWAY_TESTS_CHAOS_CALL_BOOK_H_
#define SPILLWAY_TESTS_CHAOS_CALL_BOOK_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "grpcpp/support/status.h"
#include "spillway/v1/chat.pb.h"
#include "tests/chaos/answer_check.h"

namespace spillway::chaos {

using Clock = std::chrono::steady_clock;

enum class CallKind : std::uint8_t { kUnary, kStream, kPlainStream };

// "unary", "stream" (it may start over), "plain_stream" (it may not).
std::string_view NameOf(CallKind kind);

// A call that has ended.
struct CallRecord {
  std::uint64_t call = 0;
  CallKind kind = CallKind::kUnary;
  std::string model;
  Clock::time_point due;
  Clock::time_point end;
  grpc::Status status;
  // ErrorInfo.reason of a failed call.
  std::string reason;
  Verdict verdict = Verdict::kFailed;
  int resets = 0;
  // The server's word of where the call went.
  v1::RouteTrace route;
};

class CallBook {
 public:
  // Throws std::runtime_error if `path` cannot be written.
  CallBook(const std::string& path, Clock::time_point start);

  void Begin(std::chrono::nanoseconds lag);
  void End(const CallRecord& record);

  // What happened since the last call of it: one JSON object.
  std::string Second(std::uint64_t number);
  // All of it, likewise.
  std::string Summary();
  // Until nothing is under way, `timeout` at most; the number of calls that still are.
  std::uint64_t AwaitAll(std::chrono::seconds timeout);
  // Whether every call is whole, or broke where it may.
  bool clean();

 private:
  // By verdict and by code.
  using Counts = std::map<std::string, std::uint64_t>;

  const Clock::time_point start_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::ofstream calls_;
  std::uint64_t sent_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t sent_this_second_ = 0;
  std::chrono::nanoseconds longest_lag_{0};
  Counts verdicts_;
  Counts codes_;
  Counts verdicts_this_second_;
  std::vector<double> millis_this_second_;
};

}  // namespace spillway::chaos

#endif  // SPILLWAY_TESTS_CHAOS_CALL_BOOK_H_
