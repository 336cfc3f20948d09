// What absl_mutex.cc tells ThreadSanitizer: without it each of these would be reported as a race.
#include <gtest/gtest.h>

#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace spillway::tsan {
namespace {

constexpr int kTimes = 1000;

TEST(TsanTest, AMutexExcludes) {
  absl::Mutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < kTimes; ++i) {
      if (i % 2 == 0 || !mutex.TryLock()) mutex.Lock();
      ++count;
      mutex.Unlock();
    }
  };
  std::thread other(add);
  add();
  other.join();
  EXPECT_EQ(count, 2 * kTimes);
}

TEST(TsanTest, AReaderSeesWhatWasWritten) {
  absl::Mutex mutex;
  int written = 0;
  std::thread writer([&] {
    for (int i = 0; i < kTimes; ++i) {
      const absl::WriterMutexLock lock(&mutex);
      ++written;
    }
  });
  for (int seen = 0; seen < kTimes;) {
    const absl::ReaderMutexLock lock(&mutex);
    EXPECT_GE(written, seen);
    seen = written;
  }
  writer.join();
}

TEST(TsanTest, WhoeverAwaitedHasTheMutex) {
  absl::Mutex mutex;
  int turn = 0;
  const auto play = [&](int mine) {
    for (int i = 0; i < kTimes; ++i) {
      const auto is_mine = [&] { return turn % 2 == mine; };
      if (i % 3 == 0) {
        mutex.LockWhen(absl::Condition(&is_mine));
      } else {
        mutex.Lock();
        if (i % 3 == 1) mutex.Await(absl::Condition(&is_mine));
        if (i % 3 == 2) {
          EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&is_mine), absl::InfiniteDuration()));
        }
      }
      ++turn;
      mutex.Unlock();
    }
  };
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  EXPECT_EQ(turn, 2 * kTimes);
}

TEST(TsanTest, WhoeverWaitedForAConditionVariableHasTheMutex) {
  absl::Mutex mutex;
  absl::CondVar changed;
  int turn = 0;
  const auto play = [&](int mine) {
    for (int i = 0; i < kTimes; ++i) {
      const absl::MutexLock lock(&mutex);
      while (turn % 2 != mine) {
        if (i % 2 == 0) changed.Wait(&mutex);
        if (i % 2 == 1) changed.WaitWithTimeout(&mutex, absl::Milliseconds(1));
      }
      ++turn;
      changed.Signal();
    }
  };
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  EXPECT_EQ(turn, 2 * kTimes);
}

TEST(TsanTest, WhoeverWasNotifiedHasSeenWhatCameBefore) {
  for (int i = 0; i < 100; ++i) {
    absl::Notification done;
    int result = 0;
    std::thread worker([&] {
      result = i;
      done.Notify();
    });
    if (i % 3 == 0) done.WaitForNotification();
    if (i % 3 == 1) EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::InfiniteDuration()));
    while (!done.HasBeenNotified()) std::this_thread::yield();
    EXPECT_EQ(result, i);
    worker.join();
  }
}

}  // namespace
}  // namespace spillway::tsan
