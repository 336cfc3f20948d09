#include "server/target_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace spillway::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr router::Instant kStart{std::chrono::hours(1)};

TEST(WatchPaceTest, AChangeIsToldAtOnceUnlessTheLastWordIsFresh) {
  WatchPace pace(std::nullopt);
  pace.Told(kStart);
  EXPECT_EQ(pace.Due(true), kStart + milliseconds(100));
  EXPECT_EQ(pace.Due(false), router::kNever);
}

TEST(WatchPaceTest, AnIntervalIsKeptWithoutAChange) {
  WatchPace pace(seconds(5));
  pace.Told(kStart);
  EXPECT_EQ(pace.Due(false), kStart + seconds(5));
  EXPECT_EQ(pace.Due(true), kStart + milliseconds(100));
  WatchPace endless(router::Duration::max());
  endless.Told(kStart);
  EXPECT_EQ(endless.Due(false), router::kNever);
}

// A watcher in this process: counts what it is told, and leaves when it is asked to.
class TargetWatchTest : public ::testing::Test {
 protected:
  grpc::Status Serve(const v1::WatchTargetsRequest& request = {}) {
    const auto has_left = [this] { return leave_.load(); };
    const auto tell = [this](const v1::WatchTargetsResponse& response) {
      const absl::MutexLock lock(&mutex_);
      told_.push_back(response.targets(0).fails());
      return true;
    };
    return watch_.Serve(request, {has_left, tell});
  }

  // The numbers told so far, once there are `count` of them.
  std::vector<int> Told(std::size_t count) {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return told_.size() >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)));
    return told_;
  }

  ChangeSignal changes_;
  std::atomic<int> state_{1};
  TargetWatch watch_{
      changes_, [this](v1::WatchTargetsResponse& response) { response.add_targets()->set_fails(state_); }};
  std::atomic<bool> leave_{false};
  absl::Mutex mutex_;
  std::vector<int> told_;
};

TEST_F(TargetWatchTest, TellsAtOnceAndAtEachChange) {
  grpc::Status end;
  std::thread watcher([&] { end = Serve(); });
  EXPECT_EQ(Told(1), std::vector<int>{1});
  state_ = 2;
  changes_.Announce();
  EXPECT_EQ(Told(2), (std::vector<int>{1, 2}));
  watch_.Stop();
  watcher.join();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Told(2).size(), 2u);
}

TEST_F(TargetWatchTest, ManyChangesAtOnceAreFewMessagesAndTheLastIsTheLatest) {
  std::thread watcher([&] { Serve(); });
  Told(1);
  for (int i = 2; i <= 1000; ++i) {
    state_ = i;
    changes_.Announce();
  }
  while (Told(1).back() != 1000) Told(Told(1).size() + 1);
  watch_.Stop();
  watcher.join();
  // A thousand announcements take far less than the second that would be ten messages.
  EXPECT_LT(Told(1).size(), 50u);
}

TEST_F(TargetWatchTest, TellsEveryIntervalWithoutAChange) {
  v1::WatchTargetsRequest request;
  request.mutable_interval()->set_nanos(100'000'000);
  std::thread watcher([&] { Serve(request); });
  EXPECT_GE(Told(3).size(), 3u);
  watch_.Stop();
  watcher.join();
}

TEST_F(TargetWatchTest, AWatcherThatHasLeftIsNoticed) {
  grpc::Status end;
  std::thread watcher([&] { end = Serve(); });
  Told(1);
  leave_ = true;
  watcher.join();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(TargetWatchTest, TooShortAnIntervalIsRefused) {
  v1::WatchTargetsRequest request;
  for (const int nanos : {0, 99'999'999, -1}) {
    request.mutable_interval()->set_nanos(nanos);
    EXPECT_EQ(Serve(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(TargetWatchTest, SixteenMayWatchAndAPlaceThatIsLeftIsFree) {
  std::vector<std::thread> watchers;
  for (int i = 0; i < kMostWatchers; ++i) watchers.emplace_back([&] { Serve(); });
  Told(kMostWatchers);
  const grpc::Status refused = Serve();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  leave_ = true;
  for (std::thread& watcher : watchers) watcher.join();
  EXPECT_EQ(Serve().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(TargetWatchTest, NobodyWatchesAServerThatStops) {
  watch_.Stop();
  watch_.Stop();
  EXPECT_EQ(Serve().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace spillway::server
