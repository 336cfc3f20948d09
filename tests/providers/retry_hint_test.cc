#include "providers/retry_hint.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "providers/duration_text.h"
#include "providers/request_id.h"

namespace spillway::providers {
namespace {

using router::Duration;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// 2026-08-19T14:34:12Z
const WallTime kNow{seconds(1787150052)};

std::optional<Duration> Hint(HttpHeaders headers, std::string message = "", int status = 429) {
  ErrorBody body;
  body.message = std::move(message);
  return FindRetryHint({.status = status, .headers = std::move(headers)}, body, kNow);
}

TEST(RetryHintTest, RetryAfterIsSecondsOrADate) {
  EXPECT_EQ(Hint({{"retry-after", "20"}}), seconds(20));
  EXPECT_EQ(Hint({{"retry-after", " 1.5 "}}), milliseconds(1500));
  EXPECT_EQ(Hint({{"retry-after", "Wed, 19 Aug 2026 14:35:12 GMT"}}), minutes(1));
  EXPECT_EQ(Hint({{"retry-after", "Wednesday, 19-Aug-26 14:35:12 GMT"}}), minutes(1));
  EXPECT_EQ(Hint({{"retry-after", "Wed Aug 19 14:35:12 2026"}}), minutes(1));
}

TEST(RetryHintTest, WhatASuccessSaidIsNotSaidOfTheErrorInIt) {
  EXPECT_EQ(Hint({{"retry-after", "24"}, {"retry-after-ms", "24000"}}, "Overloaded", 200), std::nullopt);
  EXPECT_EQ(Hint({{"retry-after", "2"}}, "Please try again in 40s", 200), seconds(40));
  EXPECT_EQ(Hint({{"retry-after", "24"}}, "Overloaded", 503), seconds(24));
}

TEST(RetryHintTest, MillisecondsComeFirst) {
  EXPECT_EQ(Hint({{"retry-after", "1"}, {"retry-after-ms", "250.5"}}), std::chrono::microseconds(250500));
}

TEST(RetryHintTest, ZeroIsNoHint) {
  EXPECT_EQ(Hint({{"retry-after", "1"}, {"retry-after-ms", "0"}}), seconds(1));
  EXPECT_EQ(Hint({{"retry-after", "0"}}), std::nullopt);
}

TEST(RetryHintTest, WhatMakesNoSenseIsNoHint) {
  for (const char* value : {"", "-5", "nan", "soon", "Wed, 19 Aug 2026 14:33:12 GMT", "1e", "0x10"}) {
    EXPECT_EQ(Hint({{"retry-after", value}}), std::nullopt) << value;
  }
}

TEST(RetryHintTest, AHugeHintIsCut) {
  EXPECT_EQ(Hint({{"retry-after", "1e300"}}), kLongestHint);
  EXPECT_EQ(Hint({{"retry-after", "1e999"}}), kLongestHint);
  EXPECT_EQ(Hint({{"retry-after", "inf"}}), kLongestHint);
  EXPECT_EQ(Hint({{"retry-after", "-1e999"}}), std::nullopt);
}

TEST(RetryHintTest, TheBodySpeaksWhereHeadersDoNot) {
  ErrorBody body;
  body.message = "Please retry in 48.9s";
  EXPECT_EQ(FindRetryHint({.status = 429}, body, kNow), milliseconds(48900));
  body.retry_delay = seconds(34);
  EXPECT_EQ(FindRetryHint({.status = 429}, body, kNow), seconds(34));
  EXPECT_EQ(FindRetryHint({.status = 429, .headers = {{"retry-after", "2"}}}, body, kNow), seconds(2));
}

TEST(RetryHintTest, TheLatestOfTheSpentLimitsIsTheLastResort) {
  const HttpHeaders spent = {{"x-ratelimit-remaining-requests", "0"},
                             {"x-ratelimit-reset-requests", "6m0s"},
                             {"x-ratelimit-remaining-tokens", "0"},
                             {"x-ratelimit-reset-tokens", "9s"}};
  EXPECT_EQ(Hint(spent), minutes(6));
  EXPECT_EQ(Hint(spent, "Please try again in 3s"), seconds(3));
  EXPECT_EQ(Hint(spent, "", 500), std::nullopt);
}

TEST(RetryHintTest, ALimitWithSomethingLeftIsNotWaitedFor) {
  EXPECT_EQ(Hint({{"x-ratelimit-remaining-requests", "5"}, {"x-ratelimit-reset-requests", "6m0s"}}),
            std::nullopt);
  EXPECT_EQ(Hint({{"x-ratelimit-reset-requests", "6m0s"}}), std::nullopt);
  EXPECT_EQ(Hint({{"x-ratelimit-remaining-requests", "0"}}), std::nullopt);
}

TEST(RetryHintTest, ResetsComeInEveryGrammar) {
  // Azure: seconds or milliseconds, nobody knows.
  EXPECT_EQ(Hint({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "500"}}), std::nullopt);
  EXPECT_EQ(Hint({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "30"}}), seconds(30));
  EXPECT_EQ(Hint({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1787150062"}}), seconds(10));
  EXPECT_EQ(Hint({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1787150062500"}}),
            milliseconds(10500));
  EXPECT_EQ(Hint({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1787150000"}}), std::nullopt);
  EXPECT_EQ(Hint({{"anthropic-ratelimit-input-tokens-remaining", "0"},
                  {"anthropic-ratelimit-input-tokens-reset", "2026-08-19T14:34:42Z"}}),
            seconds(30));
  EXPECT_EQ(Hint({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "garbage"}}), std::nullopt);
}

TEST(RetryHintTest, ShouldRetryIsTrueFalseOrNothing) {
  EXPECT_EQ(ShouldRetry({{"x-should-retry", "true"}}), true);
  EXPECT_EQ(ShouldRetry({{"x-should-retry", "false"}}), false);
  EXPECT_EQ(ShouldRetry({{"x-should-retry", "perhaps"}}), std::nullopt);
  EXPECT_EQ(ShouldRetry({}), std::nullopt);
}

TEST(RequestIdTest, EveryVendorsHeaderIsKnown) {
  EXPECT_EQ(ProviderRequestId({{"request-id", "req_1"}}), "req_1");
  EXPECT_EQ(ProviderRequestId({{"x-request-id", "a"}, {"apim-request-id", "b"}}), "b");
  EXPECT_EQ(ProviderRequestId({{"x-amzn-requestid", "\xff"}}), "\xEF\xBF\xBD");
  EXPECT_EQ(ProviderRequestId({{"x-request-id", std::string(300, 'x')}}).size(), 128u);
  EXPECT_EQ(ProviderRequestId({{"x-request-id", ""}, {"date", "today"}}), "");
}

}  // namespace
}  // namespace spillway::providers
