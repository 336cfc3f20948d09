#include "server/config/duration_bounds.h"

#include <gtest/gtest.h>

namespace spillway::server {
namespace {

google::protobuf::Duration Make(std::int64_t seconds, std::int32_t nanos = 0) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

TEST(DurationBounds, ADurationReadsAsItWouldBeWritten) {
  EXPECT_EQ(DurationText(Make(60)), "60s");
  EXPECT_EQ(DurationText(Make(86400)), "86400s");
  EXPECT_EQ(DurationText(Make(1, 500'000'000)), "1500ms");
  EXPECT_EQ(DurationText(Make(0, 1'000'000)), "1ms");
  EXPECT_EQ(DurationText(Make(0, 1)), "0.000000001s");
  EXPECT_EQ(DurationText(Make(2, 500)), "2.0000005s");
}

TEST(DurationBounds, NanosecondsDecideBetweenEqualSeconds) {
  EXPECT_TRUE(Longer(Make(1, 1), Make(1)));
  EXPECT_FALSE(Longer(Make(1), Make(1)));
  EXPECT_FALSE(Longer(Make(1, 999'999'999), Make(2)));
  EXPECT_TRUE(Longer(Make(86400, 1), MaxDuration()));
  EXPECT_FALSE(Longer(Make(86400), MaxDuration()));
}

}  // namespace
}  // namespace spillway::server
