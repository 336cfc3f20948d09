#include "server/config_watcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/support/temp_dir.h"

namespace spillway::server {
namespace {

using std::chrono::milliseconds;

// One file, told apart by its inode; 0: it is gone.
WatchedFiles File(std::uint64_t inode) {
  FileFingerprint fingerprint;
  fingerprint.inode = inode;
  fingerprint.error = inode == 0 ? ENOENT : 0;
  return {{"c.yaml", fingerprint}};
}

// What looking at a file says, one letter a look: r reload, - nothing. A reload reads the file as it is then.
std::string Looks(const std::vector<std::uint64_t>& inodes, std::uint64_t read_at_start = 1) {
  SettleRule rule;
  WatchedFiles read = File(read_at_start);
  std::string said;
  for (const std::uint64_t inode : inodes) {
    const bool reload = rule.Look(read, File(inode));
    if (reload) read = File(inode);
    said += reload ? 'r' : '-';
  }
  return said;
}

TEST(SettleRuleTest, AnUntouchedFileIsLeftAlone) { EXPECT_EQ(Looks({1, 1, 1, 1}), "----"); }

TEST(SettleRuleTest, AChangeIsReadOnceItHasStoodStillForTwoLooks) {
  EXPECT_EQ(Looks({1, 2, 2, 2, 2}), "--r--");
  EXPECT_EQ(Looks({2, 2, 2}), "-r-") << "between the reading and the first look";
}

TEST(SettleRuleTest, AFileStillBeingWrittenIsNotRead) { EXPECT_EQ(Looks({2, 3, 4, 5, 6, 6, 6}), "-----r-"); }

TEST(SettleRuleTest, AChangeTakenBackIsNone) {
  EXPECT_EQ(Looks({1, 2, 1, 1, 1}), "-----");
  EXPECT_EQ(Looks({1, 2, 1, 2, 1, 2, 2}), "------r");
}

TEST(SettleRuleTest, AVanishedFileIsReportedOnceAndReadWhenItIsBack) {
  EXPECT_EQ(Looks({1, 0, 0, 0, 0}), "--r--");
  EXPECT_EQ(Looks({0, 0, 0, 1, 1, 1}), "-r--r-") << "be it the same as before";
  EXPECT_EQ(Looks({1, 0, 2, 2}), "---r") << "gone for a moment only";
}

TEST(SettleRuleTest, WhatSomebodyElseHasReadIsNotReadAgain) {
  SettleRule rule;
  EXPECT_FALSE(rule.Look(File(1), File(1)));
  EXPECT_FALSE(rule.Look(File(1), File(2)));
  EXPECT_FALSE(rule.Look(File(2), File(2))) << "read by a reload on demand";
}

TEST(SettleRuleTest, AnyOfTheFilesCounts) {
  SettleRule rule;
  const auto both = [](std::uint64_t config, std::uint64_t key) {
    WatchedFiles files = File(config);
    files.push_back({"key", File(key)[0].fingerprint});
    return files;
  };
  EXPECT_FALSE(rule.Look(both(1, 1), both(1, 1)));
  EXPECT_FALSE(rule.Look(both(1, 1), both(1, 2)));
  EXPECT_TRUE(rule.Look(both(1, 1), both(1, 2)));
  // The new file names no key.
  EXPECT_FALSE(rule.Look(both(1, 2), both(3, 2)));
  EXPECT_TRUE(rule.Look(both(1, 2), both(3, 2)));
  EXPECT_FALSE(rule.Look(File(3), File(3)));
  EXPECT_FALSE(rule.Look(File(3), File(3)));
}

TEST(ConfigWatcherTest, ReloadsFromItsThreadUntilItEnds) {
  const testing::TempDir dir;
  absl::Mutex mutex;
  WatchedFiles read = LookAgain({{dir.Write("c.yaml", "one"), {}}});
  int reloads = 0;
  {
    const ConfigWatcher watcher(
        [&] {
          const absl::MutexLock lock(&mutex);
          return read;
        },
        [&](std::string_view trigger) {
          EXPECT_EQ(trigger, "file");
          const absl::MutexLock lock(&mutex);
          read = LookAgain(read);
          ++reloads;
        },
        milliseconds(1));
    const auto reloaded = [&](int times) {
      const absl::MutexLock lock(&mutex);
      const auto enough = [&] { return reloads >= times; };
      return mutex.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(10));
    };
    dir.Write("c.yaml", "another");
    EXPECT_TRUE(reloaded(1));
    dir.Write("c.yaml", "and yet another");
    EXPECT_TRUE(reloaded(2));
  }
  const int at_its_end = reloads;
  dir.Write("c.yaml", "too late");
  EXPECT_EQ(reloads, at_its_end);
}

WatchedFiles NoFiles() { return {}; }

TEST(ConfigWatcherTest, ReloadsAtOnceWhenAsked) {
  std::string why;
  absl::Notification reloaded;
  ConfigWatcher watcher(
      NoFiles,
      [&](std::string_view trigger) {
        why = trigger;
        reloaded.Notify();
      },
      std::chrono::hours(1));
  watcher.Ask("SIGHUP");
  ASSERT_TRUE(reloaded.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(why, "SIGHUP");
}

TEST(ConfigWatcherTest, WhoeverAsksWhileAReloadHangsWaitsForNothing) {
  absl::Notification hanging;
  absl::Notification go_on;
  std::atomic<int> reloads = 0;
  ConfigWatcher watcher(
      NoFiles,
      [&](std::string_view) {
        if (++reloads > 1) return;
        hanging.Notify();
        go_on.WaitForNotification();
      },
      std::chrono::hours(1));
  watcher.Ask("SIGHUP");
  ASSERT_TRUE(hanging.WaitForNotificationWithTimeout(absl::Seconds(10)));
  watcher.Ask("SIGHUP");
  EXPECT_FALSE(watcher.End(absl::Now() + absl::Milliseconds(1)));
  go_on.Notify();
  EXPECT_TRUE(watcher.End(absl::Now() + absl::Seconds(10)));
  EXPECT_EQ(reloads, 1) << "none begins after the end";
}

TEST(ConfigWatcherTest, EndsAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  {
    const ConfigWatcher watcher(
        NoFiles, [](std::string_view) {}, std::chrono::hours(1));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace spillway::server
