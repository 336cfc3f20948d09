#include "server/patience.h"

#include <gtest/gtest.h>

#include <thread>

namespace spillway::server {
namespace {

TEST(Patience, WhatHasComeToPassIsNotWaitedFor) {
  int asked = 0;
  Patience().Await(absl::InfiniteFuture(), [&](absl::Time) { return ++asked == 3; });
  EXPECT_EQ(asked, 3);
}

TEST(Patience, WhatIsLateIsNotWaitedFor) {
  Patience().Await(absl::Now(), [](absl::Time) -> bool {
    ADD_FAILURE();
    return true;
  });
  Patience().Sleep(absl::Now());
}

TEST(Patience, ItsEndEndsEachWait) {
  Patience patience;
  std::thread other([&] { patience.End(); });
  patience.Sleep(absl::InfiniteFuture());
  patience.Await(absl::InfiniteFuture(), [](absl::Time) { return false; });
  EXPECT_TRUE(patience.ended());
  other.join();
}

}  // namespace
}  // namespace spillway::server
