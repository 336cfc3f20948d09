#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>

#include "providers/duration_text.h"
#include "providers/http_date.h"

namespace spillway::providers {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// 2026-08-19T14:34:12Z
const WallTime kNow{seconds(1787150052)};

TEST(DurationTextTest, GoDurationsAreReadWhole) {
  EXPECT_EQ(ParseDurationText("0s"), nanoseconds(0));
  EXPECT_EQ(ParseDurationText("12ms"), milliseconds(12));
  EXPECT_EQ(ParseDurationText("6m0s"), minutes(6));
  EXPECT_EQ(ParseDurationText("14m24s"), minutes(14) + seconds(24));
  EXPECT_EQ(ParseDurationText("1h8m25.745s"), hours(1) + minutes(8) + milliseconds(25745));
  EXPECT_EQ(ParseDurationText("83h10m39.057s"), hours(83) + minutes(10) + milliseconds(39057));
  EXPECT_EQ(ParseDurationText("10.332999999s"), nanoseconds(10332999999));
  EXPECT_EQ(ParseDurationText("34.4s"), milliseconds(34400));
  EXPECT_EQ(ParseDurationText("5us"), microseconds(5));
  EXPECT_EQ(ParseDurationText("5\xC2\xB5s"), microseconds(5));
  EXPECT_EQ(ParseDurationText("7ns"), nanoseconds(7));
}

TEST(DurationTextTest, WhatIsNoDurationIsNothing) {
  for (const char* text : {"", "s", "12", "-3s", "1.s", "1s!", "abc", "1 parsec", "NaN", "infs", "."}) {
    EXPECT_EQ(ParseDurationText(text), std::nullopt) << text;
  }
}

TEST(DurationTextTest, AbsurdLengthsAreCut) {
  EXPECT_EQ(ParseDurationText("999999999999h"), kLongestHint);
  EXPECT_EQ(ParseDurationText(std::string(400, '9') + "s"), kLongestHint);
  EXPECT_EQ(FromSeconds(1e300), kLongestHint);
  EXPECT_EQ(FromSeconds(-1), std::nullopt);
  EXPECT_EQ(FromSeconds(std::nan("")), std::nullopt);
}

TEST(DurationTextTest, SentencesAreSearchedForALength) {
  EXPECT_EQ(FindDurationHint("Limit hit. Please try again in 6ms."), milliseconds(6));
  EXPECT_EQ(FindDurationHint("Please try again in 6.596s."), milliseconds(6596));
  EXPECT_EQ(FindDurationHint("Please try again in 9m38.016s. Visit"), milliseconds(578016));
  EXPECT_EQ(FindDurationHint("try again in 49m14.015999999s"), nanoseconds(2954015999999));
  EXPECT_EQ(FindDurationHint("Please retry after 60 seconds."), seconds(60));
  EXPECT_EQ(FindDurationHint("Please retry after 1 second."), seconds(1));
  EXPECT_EQ(FindDurationHint("PLEASE RETRY IN 48.9S"), milliseconds(48900));
  EXPECT_EQ(FindDurationHint("try again in a moment, or try again in 2 minutes"), minutes(2));
  EXPECT_EQ(FindDurationHint("try again in 3 days"), hours(72));
  EXPECT_EQ(FindDurationHint("try again in 1 hour"), hours(1));
  EXPECT_EQ(FindDurationHint("retry in 250 milliseconds"), milliseconds(250));
  EXPECT_EQ(FindDurationHint("Please try again later."), std::nullopt);
  EXPECT_EQ(FindDurationHint("retry after 60"), std::nullopt);
}

TEST(HttpDateTest, AllThreeFormsMeanTheSameInstant) {
  const WallTime expected{seconds(784111777)};
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", kNow), expected);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", kNow), expected);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994", kNow), expected);
  EXPECT_EQ(ParseHttpDate("Wed Nov 16 08:49:37 1994", kNow), expected + hours(240));
}

TEST(HttpDateTest, ATwoDigitYearIsNeverFarAhead) {
  EXPECT_EQ(ParseHttpDate("Wednesday, 19-Aug-76 14:34:12 GMT", kNow), WallTime(seconds(3365073252)));
  EXPECT_EQ(ParseHttpDate("Friday, 19-Aug-77 14:34:12 GMT", kNow), WallTime(seconds(240849252)));
}

TEST(HttpDateTest, WhatIsNoDateIsNothing) {
  for (const char* text :
       {"", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:61:37 GMT", "Sun, 06 Nov 9999 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT", ", 06 Nov 1994 08:49:37 GMT",
        "1994-11-06"}) {
    EXPECT_EQ(ParseHttpDate(text, kNow), std::nullopt) << text;
  }
}

TEST(HttpDateTest, Rfc3339IsReadWithFractionAndOffset) {
  EXPECT_EQ(ParseRfc3339("2026-08-19T14:34:12Z"), kNow);
  EXPECT_EQ(ParseRfc3339("2026-08-19T16:34:12.500+02:00"), kNow + milliseconds(500));
  for (const char* text : {"", "tomorrow", "2026-08-19", "infinite-future", "292277026596-12-04T15:30:07Z"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace spillway::providers
