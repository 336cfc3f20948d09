#include "server/call_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/trace.h"
#include "tests/server/played_call.h"

namespace spillway::server {
namespace {

using absl::StatusCode;
using router::Failure;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::RouteTrace TraceOf(const router::CallReport& report) {
  v1::RouteTrace trace;
  FillTrace(report, "gpt-4o", WallClock::Now(), trace);
  return trace;
}

CallStatus Status(const router::CallReport& report) { return StatusOf(report, TraceOf(report)); }

google::rpc::Status Details(const CallStatus& status) {
  google::rpc::Status proto;
  EXPECT_TRUE(proto.ParseFromString(status.details));
  EXPECT_EQ(proto.code(), static_cast<int>(status.code));
  EXPECT_EQ(proto.message(), status.message);
  return proto;
}

template <class Detail>
std::optional<Detail> Find(const CallStatus& status) {
  Detail detail;
  const google::rpc::Status details = Details(status);
  for (const google::protobuf::Any& any : details.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

std::string Reason(const CallStatus& status) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  if (!info) return "";
  EXPECT_EQ(info->domain(), "spillway");
  return info->reason();
}

router::Settings Remembering() {
  router::Settings settings;
  settings.health.suspend_duration = seconds(30);
  return settings;
}

TEST(CallStatusTest, AServedCallHasNothingToSay) {
  PlayedCalls calls;
  const CallStatus status = Status(calls.Play({router::Succeeded{}}));
  EXPECT_EQ(status.code, StatusCode::kOk);
  EXPECT_EQ(status.message, "");
  EXPECT_EQ(status.details, "");
}

TEST(CallStatusTest, AnExhaustedCallTellsOfEveryAttempt) {
  PlayedCalls calls(Remembering());
  const CallStatus status =
      Status(calls.Play({PlayedCalls::Fails(Failure::kRateLimited, 429, "slow down"),
                         PlayedCalls::Fails(Failure::kOverloaded, 503, "no capacity")}));
  EXPECT_EQ(status.code, StatusCode::kUnavailable);
  EXPECT_EQ(status.message,
            "policy chat: no target could serve after 2 attempts; "
            "last: azure/eu gpt-4o-mini: overloaded (HTTP 503): no capacity");
  EXPECT_EQ(Reason(status), "ALL_TARGETS_FAILED");
  const auto trace = Find<v1::RouteTrace>(status);
  ASSERT_TRUE(trace);
  ASSERT_EQ(trace->attempts_size(), 2);
  EXPECT_EQ(trace->attempts(0).message(), "slow down");
  const auto retry = Find<google::rpc::RetryInfo>(status);
  ASSERT_TRUE(retry);
  EXPECT_GT(FromProto(retry->retry_delay()), seconds(29));
  EXPECT_LE(FromProto(retry->retry_delay()), seconds(30));
}

TEST(CallStatusTest, ALastRateLimitExhaustsResources) {
  PlayedCalls calls;
  const CallStatus status = Status(calls.Play(
      {PlayedCalls::Fails(Failure::kOverloaded, 503), PlayedCalls::Fails(Failure::kRateLimited, 429)}));
  EXPECT_EQ(status.code, StatusCode::kResourceExhausted);
  // Nothing is suspended and no provider named a time.
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(status));
}

TEST(CallStatusTest, SuspensionsAreNamedBesideAttempts) {
  PlayedCalls calls(Remembering());
  calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  const CallStatus status = Status(calls.Play({PlayedCalls::Fails(Failure::kConnect, 0, "refused")}));
  EXPECT_THAT(status.message,
              HasSubstr("after 1 attempt (1 passed over); last: azure/eu gpt-4o-mini: connect: refused"));
}

TEST(CallStatusTest, AllSuspendedSaysWhenTheFirstIsBack) {
  PlayedCalls calls(Remembering());
  calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), PlayedCalls::Fails(Failure::kOverloaded, 503)});
  const CallStatus status = Status(calls.Play({}));
  EXPECT_EQ(status.code, StatusCode::kUnavailable);
  EXPECT_EQ(status.message, "policy chat: every target is suspended; the first is due back in 30 s");
  EXPECT_EQ(Reason(status), "ALL_TARGETS_SUSPENDED");
  EXPECT_TRUE(Find<google::rpc::RetryInfo>(status));
  EXPECT_EQ(Find<v1::RouteTrace>(status)->skipped_size(), 2);
}

TEST(CallStatusTest, SuspendedByHandForGoodHasNoTime) {
  PlayedCalls calls;
  calls.router().Suspend("prod", "gpt-4o", router::kNever, calls.now());
  calls.router().Suspend("eu", "gpt-4o-mini", router::kNever, calls.now());
  const CallStatus status = Status(calls.Play({}));
  EXPECT_EQ(status.message, "policy chat: every target is suspended");
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(status));
}

TEST(CallStatusTest, TheCallersMistakeIsTheProvidersWords) {
  PlayedCalls calls;
  const CallStatus status =
      Status(calls.Play({PlayedCalls::Fails(Failure::kInvalidRequest, 400, "'stop' is not supported")}));
  EXPECT_EQ(status.code, StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message, "openai/prod gpt-4o: invalid_request (HTTP 400): 'stop' is not supported");
}

TEST(CallStatusTest, ABrokenStreamTellsWhoseAnswerBrokeOffAndWhy) {
  PlayedCalls calls;
  const CallStatus status = Status(calls.PlayStream(
      {router::FirstToken{}, PlayedCalls::Fails(Failure::kTruncated, 200, "connection reset")}));
  EXPECT_EQ(status.code, StatusCode::kUnavailable);
  EXPECT_EQ(Reason(status), "STREAM_BROKEN");
  EXPECT_EQ(status.message,
            "the answer broke off: openai/prod gpt-4o: truncated (HTTP 200): connection reset");
  ASSERT_TRUE(Find<v1::RouteTrace>(status));
  EXPECT_TRUE(Find<v1::RouteTrace>(status)->attempts(0).has_first_token_latency());
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(status));
}

TEST(CallStatusTest, ABrokenStreamHasTheCodeOfItsFailure) {
  PlayedCalls calls;
  router::FailedAttempt failed = FailedWith(Failure::kRateLimited, 200);
  failed.retry_after = seconds(7);
  const CallStatus status = Status(calls.PlayStream({router::FirstToken{}, PlayedCalls::Fails(failed)}));
  EXPECT_EQ(status.code, StatusCode::kResourceExhausted);
  ASSERT_TRUE(Find<google::rpc::RetryInfo>(status));
  EXPECT_EQ(Find<google::rpc::RetryInfo>(status)->retry_delay().seconds(), 7);
}

TEST(CallStatusTest, ADeadlineTellsWhatItWasSpentOn) {
  PlayedCalls calls;
  const CallStatus status = Status(calls.Play({PlayedCalls::Fails(Failure::kDeadline, 0, "too late")}));
  EXPECT_EQ(status.code, StatusCode::kDeadlineExceeded);
  EXPECT_EQ(status.message, "the deadline passed; last: openai/prod gpt-4o: deadline: too late");
}

TEST(CallStatusTest, ADeadlineInThePastTriesNobody) {
  PlayedCalls calls;
  const CallStatus status = Status(calls.Play({}, "gpt-4o", calls.now()));
  EXPECT_EQ(status.code, StatusCode::kDeadlineExceeded);
  EXPECT_EQ(status.message, "the deadline passed before a target could be tried");
}

TEST(CallStatusTest, ACancelledCallSaysSo) {
  PlayedCalls calls;
  const CallStatus status = Status(calls.Play({router::Cancelled{}}));
  EXPECT_EQ(status.code, StatusCode::kCancelled);
  EXPECT_EQ(status.message, "the caller cancelled");
}

TEST(CallStatusTest, ThePrimaryEndpointHasNoPolicyToName) {
  PlayedCalls calls;
  const router::CallReport report =
      calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503, "full")}, "llama");
  v1::RouteTrace trace;
  FillTrace(report, "llama", WallClock::Now(), trace);
  EXPECT_EQ(StatusOf(report, trace).message,
            "primary endpoint: no target could serve after 1 attempt; last: openai/prod llama: overloaded "
            "(HTTP 503): full");
}

TEST(CallStatusTest, MistakesAreListedForPeopleAndForPrograms) {
  const CallStatus status = StatusOf({{"model", "is required"}, {"n", "must be at least 1"}});
  EXPECT_EQ(status.code, StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message, "model: is required; n: must be at least 1");
  EXPECT_EQ(Reason(status), "INVALID_REQUEST");
  const auto bad = Find<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad);
  ASSERT_EQ(bad->field_violations_size(), 2);
  EXPECT_EQ(bad->field_violations(1).field(), "n");
  EXPECT_EQ(bad->field_violations(1).description(), "must be at least 1");
}

TEST(CallStatusTest, AnUnknownModelIsNotFound) {
  const CallStatus status = UnknownModel("gpt-9", router::Environment::kSandbox);
  EXPECT_EQ(status.code, StatusCode::kNotFound);
  EXPECT_THAT(status.message, AllOf(HasSubstr("gpt-9"), HasSubstr("sandbox")));
  EXPECT_EQ(Reason(status), "UNKNOWN_MODEL");
}

// gRPC's own limit for a peer's trailers is 8 KiB in C, Python, Ruby and PHP; beyond it a caller sees an
// error about headers in place of ours. Details travel in base64, and the message a second time.
TEST(CallStatusTest, LongProvidersWordsStillFitIntoTrailers) {
  router::Settings settings;
  settings.same_target_retries = 100;
  settings.retries = 100;
  PlayedCalls calls(settings);
  std::vector<router::Event> ends;
  router::FailedAttempt reset = FailedWith(Failure::kConnect, 0, std::string(1024, 'w'));
  reset.connection_reset = true;
  for (int i = 0; i < 20; ++i) ends.push_back(PlayedCalls::Fails(reset));
  ends.push_back(PlayedCalls::Fails(Failure::kOverloaded, 503, "début" + std::string(1019, 'w')));
  ends.push_back(PlayedCalls::Fails(Failure::kOverloaded, 503, std::string(1024, '\n')));
  const router::CallReport report = calls.Play(ends);
  ASSERT_EQ(report.attempts.size(), 22u);
  const CallStatus status = Status(report);
  // A byte of the message may take three on the wire, percent-encoded.
  EXPECT_LT(status.message.size() * 3 + status.details.size() * 4 / 3, 7'500u);
  const auto trace = Find<v1::RouteTrace>(status);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->attempts_size(), 22);
  EXPECT_THAT(trace->attempts(20).message(), HasSubstr("début"));
}

TEST(CallStatusTest, OrdinaryWordsAreLeftWhole) {
  PlayedCalls calls;
  const std::string words(900, 'w');
  const CallStatus status = Status(calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503, words),
                                               PlayedCalls::Fails(Failure::kOverloaded, 503, words)}));
  EXPECT_EQ(Find<v1::RouteTrace>(status)->attempts(0).message(), words);
}

TEST(CallStatusTest, EndlessMistakesMakeAShortList) {
  const CallStatus status =
      StatusOf(std::vector<FieldViolation>(10'000, {"messages[0].role", "is required"}));
  EXPECT_LT(status.message.size() * 3 + status.details.size() * 4 / 3, 7'500u);
  EXPECT_LE(Find<google::rpc::BadRequest>(status)->field_violations_size(), 16);
  EXPECT_EQ(status.message.substr(0, 40), "messages[0].role: is required; messages[");
  const CallStatus one_more = StatusOf(std::vector<FieldViolation>(17, {"n", "bad"}));
  EXPECT_THAT(one_more.message, HasSubstr("and 1 more"));
}

}  // namespace
}  // namespace spillway::server
