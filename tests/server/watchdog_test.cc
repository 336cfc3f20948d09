#include "server/grpc/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <deque>
#include <memory>

#include "absl/synchronization/mutex.h"

namespace spillway::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Dials wait for the test to say how they end.
class WatchdogTest : public ::testing::Test {
 protected:
  WatchdogTest() {
    watchdog_ =
        std::make_unique<Watchdog>(Watchdog::Options{.interval = std::chrono::milliseconds(1), .misses = 3},
                                   [this](int stop) { return Dial(stop); });
  }

  absl::Status Dial(int stop) {
    const absl::MutexLock lock(&mutex_);
    const auto told = [&] { return !results_.empty(); };
    waiting_ = true;
    while (!mutex_.AwaitWithTimeout(absl::Condition(&told), absl::Milliseconds(2))) {
      pollfd stopped = {stop, POLLIN, 0};
      if (poll(&stopped, 1, 0) > 0) return absl::CancelledError();
    }
    waiting_ = false;
    absl::Status result = results_.front();
    results_.pop_front();
    return result;
  }

  // The next `count` dials end so, and have been judged when it returns.
  void Dials(int count, const absl::Status& result) {
    const absl::MutexLock lock(&mutex_);
    for (int i = 0; i < count; ++i) results_.push_back(result);
    const auto judged = [&] { return waiting_ && results_.empty(); };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&judged), absl::Seconds(10)));
  }

  absl::Mutex mutex_;
  bool waiting_ = false;
  std::deque<absl::Status> results_;
  std::unique_ptr<Watchdog> watchdog_;
};

TEST_F(WatchdogTest, ThreeMissesInARowAreAComplaintAndAHitEndsIt) {
  const absl::Status miss = absl::DeadlineExceededError("no answer within 3 s");
  EXPECT_EQ(watchdog_->Complaint(), "");
  Dials(2, miss);
  EXPECT_EQ(watchdog_->Complaint(), "");
  Dials(1, absl::OkStatus());
  Dials(2, miss);
  EXPECT_EQ(watchdog_->Complaint(), "") << "the hit began a new row";
  Dials(1, miss);
  EXPECT_THAT(watchdog_->Complaint(), AllOf(HasSubstr("last 3 times"), HasSubstr("no answer within 3 s")));
  Dials(2, miss);
  EXPECT_THAT(watchdog_->Complaint(), HasSubstr("last 5 times"));
  Dials(1, absl::OkStatus());
  EXPECT_EQ(watchdog_->Complaint(), "");
  EXPECT_EQ(watchdog_->failures(), 7U);
}

TEST_F(WatchdogTest, ADialUnderWayDoesNotHoldUpTheEnd) {
  Dials(1, absl::OkStatus());
  watchdog_.reset();
  EXPECT_TRUE(waiting_) << "it was stopped, not answered";
}

}  // namespace
}  // namespace spillway::server
