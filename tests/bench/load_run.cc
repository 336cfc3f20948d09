#include "tests/bench/load_run.h"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

namespace spillway::bench {
namespace {

constexpr auto kConnectTimeout = std::chrono::seconds(5);

class LoadRun {
 public:
  LoadRun(const ConnectionMaker& make, const LoadOptions& options) : options_(options) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(options.connections); ++i) {
      connections_.push_back(make([this, i](Clock::time_point intended, const Outcome& outcome) {
        if (connections_[i]->one_at_a_time()) free_.push_back(i);
        OnDone(intended, outcome);
      }));
      if (connections_[i]->one_at_a_time()) free_.push_back(i);
    }
    AwaitReady();
  }

  LoadResult Run() {
    Plan();
    while (true) {
      SubmitDue();
      for (const auto& connection : connections_) connection->Flush();
      const Clock::time_point now = Clock::now();
      if (Lost() || now >= hard_stop_ || (AllSent(now) && in_flight_ == 0)) break;
      Poll(std::min(hard_stop_, NextDue(now)));
    }
    Settle();
    return std::move(result_);
  }

 private:
  bool open_loop() const { return options_.rate > 0; }

  void AwaitReady() {
    const Clock::time_point limit = Clock::now() + kConnectTimeout;
    auto ready = [](const auto& connection) { return connection->ready(); };
    while (!std::all_of(connections_.begin(), connections_.end(), ready)) {
      for (const auto& connection : connections_) connection->Flush();
      if (Lost()) throw std::runtime_error("the server closed the connection before it was set up");
      if (Clock::now() >= limit) throw std::runtime_error("the server does not speak in time");
      Poll(limit);
    }
  }

  void Plan() {
    start_ = Clock::now();
    const bool timed = options_.duration.count() > 0;
    planned_ = options_.count > 0 ? options_.count : std::numeric_limits<std::uint64_t>::max();
    send_until_ = timed ? start_ + options_.duration : Clock::time_point::max();
    if (open_loop()) {
      const double seconds = std::chrono::duration<double>(options_.duration).count();
      if (timed)
        planned_ = std::min(planned_, static_cast<std::uint64_t>(std::ceil(options_.rate * seconds)));
      send_until_ = Clock::time_point::max();  // what was due is sent, however late
      hard_stop_ = DueTime(planned_) + options_.drain;
    } else {
      hard_stop_ = (timed ? send_until_ : start_) + options_.drain;
    }
  }

  Clock::time_point DueTime(std::uint64_t call) const {
    return start_ + std::chrono::nanoseconds(std::llround(static_cast<double>(call) / options_.rate * 1e9));
  }

  bool AllSent(Clock::time_point now) const { return result_.sent >= planned_ || now >= send_until_; }

  Clock::time_point NextDue(Clock::time_point now) const {
    // A call that is due and finds every connection taken leaves when an answer comes.
    if (AllSent(now) || !open_loop() || NoneFree()) return Clock::time_point::max();
    return DueTime(result_.sent);
  }

  bool NoneFree() const { return free_.empty() && connections_.front()->one_at_a_time(); }

  LoadConnection& Take() {
    if (free_.empty()) return *connections_[result_.sent % connections_.size()];
    const std::size_t latest = free_.back();
    free_.pop_back();
    return *connections_[latest];
  }

  void SubmitDue() {
    for (Clock::time_point now = Clock::now(); !AllSent(now) && !NoneFree(); now = Clock::now()) {
      const Clock::time_point intended = open_loop() ? DueTime(result_.sent) : now;
      if (open_loop() ? intended > now : in_flight_ >= static_cast<std::uint64_t>(options_.in_flight)) return;
      LoadConnection& connection = Take();
      ++result_.sent;
      ++in_flight_;
      result_.send_lag.Add(now - intended);
      connection.Submit(intended);
    }
  }

  void OnDone(Clock::time_point intended, const Outcome& outcome) {
    --in_flight_;
    last_answer_ = Clock::now();
    if (!outcome.fault.empty()) {
      ++result_.failed[outcome.fault];
      return;
    }
    if (result_.ok++ == 0) result_.first_success = last_answer_;
    result_.latencies.Add(last_answer_ - intended);
    result_.first_data.Add(*outcome.first_data - intended);
    result_.messages += outcome.messages;
  }

  bool Lost() const {
    return std::any_of(connections_.begin(), connections_.end(),
                       [](const auto& connection) { return connection->lost(); });
  }

  void Poll(Clock::time_point until) {
    std::vector<pollfd> fds;
    for (const auto& connection : connections_) {
      const int events = POLLIN | (connection->blocked() ? POLLOUT : 0);
      fds.push_back({connection->fd(), static_cast<short>(events), 0});
    }
    const auto wait = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(until - Clock::now()));
    const timespec timeout{wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
    if (ppoll(fds.data(), fds.size(), &timeout, nullptr) <= 0) return;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if ((fds[i].revents & ~POLLOUT) != 0) connections_[i]->OnReadable();
    }
  }

  // Every call that was due and has no answer is a failure of its own kind.
  void Settle() {
    result_.elapsed = std::max(last_answer_, start_) - start_;
    const bool all_sent = AllSent(Clock::now());
    if (Lost() && (in_flight_ > 0 || !all_sent)) {
      result_.failed["connection lost"] += std::max<std::uint64_t>(in_flight_, 1);
    } else if (in_flight_ > 0) {
      result_.failed["unfinished"] += in_flight_;
    }
    const bool planned = open_loop() || options_.count > 0;
    if (planned && !all_sent) result_.failed["unsent"] += planned_ - result_.sent;
  }

  const LoadOptions& options_;
  std::vector<std::unique_ptr<LoadConnection>> connections_;
  // Of connections that carry one call at a time; the latest to end is last.
  std::vector<std::size_t> free_;
  LoadResult result_;
  Clock::time_point start_;
  Clock::time_point send_until_;
  Clock::time_point hard_stop_;
  Clock::time_point last_answer_;
  std::uint64_t planned_ = 0;
  std::uint64_t in_flight_ = 0;
};

}  // namespace

LoadResult Run(const ConnectionMaker& make, const LoadOptions& options) {
  // The default slack of 50 us would show in every latency of the open loop.
  prctl(PR_SET_TIMERSLACK, 1UL);
  return LoadRun(make, options).Run();
}

}  // namespace spillway::bench
