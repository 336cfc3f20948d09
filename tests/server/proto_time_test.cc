#include "server/proto_time.h"

#include <gtest/gtest.h>

namespace spillway::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

google::protobuf::Duration Proto(std::int64_t seconds, std::int32_t nanos = 0) {
  google::protobuf::Duration proto;
  proto.set_seconds(seconds);
  proto.set_nanos(nanos);
  return proto;
}

TEST(ProtoTimeTest, LengthsGoBothWays) {
  EXPECT_EQ(FromProto(Proto(1, 500'000'000)), milliseconds(1500));
  EXPECT_EQ(FromProto(Proto(-1, -500'000'000)), milliseconds(-1500));
  EXPECT_EQ(ToProto(milliseconds(1500)).seconds(), 1);
  EXPECT_EQ(ToProto(milliseconds(1500)).nanos(), 500'000'000);
  EXPECT_EQ(FromProto(ToProto(nanoseconds(-1))), nanoseconds(-1));
}

// Protobuf counts ten thousand years, nanoseconds in 64 bits 292.
TEST(ProtoTimeTest, LengthsBeyondNanosecondsEndAtTheirEnds) {
  EXPECT_EQ(FromProto(Proto(315'576'000'000)), nanoseconds::max());
  EXPECT_EQ(FromProto(Proto(-315'576'000'000)), nanoseconds::min());
  EXPECT_EQ(FromProto(Proto(9'223'372'036, 854'775'807)), nanoseconds::max());
  EXPECT_EQ(FromProto(Proto(9'223'372'036, 999'999'999)), nanoseconds::max());
}

TEST(ProtoTimeTest, AnInstantIsShownAsATimeOfDay) {
  const router::Instant steady(hours(5));
  const std::chrono::system_clock::time_point wall(seconds(1'700'000'000));
  const WallClock clock(steady, wall);
  EXPECT_EQ(clock.TimeOfDay(steady).seconds(), 1'700'000'000);
  EXPECT_EQ(clock.TimeOfDay(steady + milliseconds(1250)).seconds(), 1'700'000'001);
  EXPECT_EQ(clock.TimeOfDay(steady + milliseconds(1250)).nanos(), 250'000'000);
  EXPECT_EQ(clock.TimeOfDay(steady - milliseconds(1)).nanos(), 999'000'000);
}

TEST(ProtoTimeTest, AnInstantInTheDistantFutureStaysThere) {
  const WallClock clock(router::Instant(hours(5)),
                        std::chrono::system_clock::time_point(seconds(1'700'000'000)));
  EXPECT_GT(clock.TimeOfDay(router::kNever - seconds(1)).seconds(), 9'000'000'000);
}

}  // namespace
}  // namespace spillway::server
