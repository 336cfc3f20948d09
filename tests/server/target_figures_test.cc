#include "server/target_figures.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/server/played_call.h"

namespace spillway::server {
namespace {

using router::Failure;
using std::chrono::hours;

const WallClock kClock(router::Instant(hours(2)), std::chrono::system_clock::from_time_t(1'700'000'000));

router::AttemptRecord Answer(router::Duration took) {
  router::AttemptRecord attempt;
  attempt.start = router::Instant(hours(1));
  attempt.end = attempt.start + took;
  return attempt;
}

router::AttemptRecord Failed(router::FailedAttempt failed) {
  router::AttemptRecord attempt = Answer(milliseconds(10));
  attempt.failed = std::move(failed);
  return attempt;
}

std::int64_t Millis(const google::protobuf::Duration& duration) {
  return duration.seconds() * 1000 + duration.nanos() / 1'000'000;
}

TEST(LatestTimesTest, PercentilesAreTimesThatWere) {
  LatestTimes times;
  EXPECT_FALSE(times.Percentile(50));
  times.Add(milliseconds(30));
  EXPECT_EQ(times.Percentile(50), milliseconds(30));
  EXPECT_EQ(times.Percentile(95), milliseconds(30));
  for (const int ms : {10, 20, 40}) times.Add(milliseconds(ms));
  EXPECT_EQ(times.Percentile(50), milliseconds(20));
  EXPECT_EQ(times.Percentile(95), milliseconds(40));
}

TEST(LatestTimesTest, OnlyTheLatest64Count) {
  LatestTimes times;
  for (int i = 0; i < 100; ++i) times.Add(seconds(60));
  for (int i = 1; i <= 64; ++i) times.Add(milliseconds(i));
  EXPECT_EQ(times.Percentile(50), milliseconds(32));
  EXPECT_EQ(times.Percentile(95), milliseconds(61));
  EXPECT_EQ(times.Percentile(100), milliseconds(64));
}

TEST(LatestTimesTest, WhatDoesNotFitIsAsLongAsCanBeSaid) {
  LatestTimes times;
  times.Add(hours(24));
  EXPECT_GT(*times.Percentile(50), std::chrono::minutes(71));
  times.Add(-seconds(1));
  EXPECT_EQ(times.Percentile(50), router::Duration::zero());
}

TEST(TargetFiguresTest, ATargetThatWasNeverAskedHasNoTimes) {
  const v1::TargetFigures figures = TargetFigures().Show(kClock);
  EXPECT_EQ(figures.attempts(), 0u);
  EXPECT_FALSE(figures.has_last_failure());
  EXPECT_FALSE(figures.has_latency_p50());
  EXPECT_FALSE(figures.has_first_token_p50());
}

TEST(TargetFiguresTest, AnswersFailuresAndCancelledAttemptsAreToldApart) {
  TargetFigures figures;
  figures.Record(Answer(milliseconds(200)));
  figures.Record(Failed(FailedWith(Failure::kTimeout)));
  figures.Record(Failed(FailedWith(Failure::kCancelled)));
  figures.Record(Failed(FailedWith(Failure::kDeadline)));
  const v1::TargetFigures shown = figures.Show(kClock);
  EXPECT_EQ(shown.attempts(), 4u);
  EXPECT_EQ(shown.failures(), 2u);
  EXPECT_EQ(shown.cancelled(), 1u);
  EXPECT_EQ(Millis(shown.latency_p50()), 200) << "how long a failure took says nothing of answers";
}

TEST(TargetFiguresTest, TheLatestFailureIsToldWithItsTimeOfDay) {
  TargetFigures figures;
  figures.Record(Failed(FailedWith(Failure::kTimeout)));
  router::FailedAttempt limited = FailedWith(Failure::kRateLimited, 429, "Rate limit reached");
  limited.provider_code = "rate_limit_exceeded";
  figures.Record(Failed(limited));
  figures.Record(Failed(FailedWith(Failure::kCancelled)));
  figures.Record(Answer(milliseconds(1)));
  const v1::LastFailure last = figures.Show(kClock).last_failure();
  EXPECT_EQ(last.failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_EQ(last.http_status(), 429);
  EXPECT_EQ(last.message(), "Rate limit reached");
  EXPECT_EQ(last.provider_code(), "rate_limit_exceeded");
  // It ended an hour, less 10 ms, before the clock was read.
  EXPECT_EQ(last.time().seconds(), 1'700'000'000 - 3600);
  EXPECT_EQ(last.time().nanos(), 10'000'000);
}

TEST(TargetFiguresTest, AFirstTokenCountsAlsoIfTheStreamBrokeLater) {
  TargetFigures figures;
  router::AttemptRecord broken = Failed(FailedWith(Failure::kStalled));
  broken.first_token = broken.start + milliseconds(70);
  figures.Record(broken);
  EXPECT_EQ(Millis(figures.Show(kClock).first_token_p50()), 70);
  EXPECT_FALSE(figures.Show(kClock).has_latency_p50());
}

TEST(FiguresBookTest, FiguresAreATargetsForGood) {
  FiguresBook book;
  TargetFigures& first = book.Of({"openai", "prod", "gpt-4o"});
  for (int i = 0; i < 100; ++i) book.Of({"openai", "prod", "m" + std::to_string(i)});
  EXPECT_EQ(&book.Of({"renamed", "prod", "gpt-4o"}), &first);
  EXPECT_NE(&book.Of({"openai", "eu", "gpt-4o"}), &first);
}

}  // namespace
}  // namespace spillway::server
