#include "server/openai/error_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "server/caller_refusals.h"
#include "server/trace.h"
#include "tests/server/played_call.h"

namespace spillway::server {
namespace {

using absl::StatusCode;
using router::Failure;
using ::testing::HasSubstr;

// "429 rate_limit_error rate_limit_exceeded".
std::string Told(const ErrorAnswer& answer) {
  return std::to_string(answer.http_status) + " " + std::string(answer.error.type) + " " + answer.error.code;
}

CallStatus StatusWith(StatusCode code, std::string_view reason) { return Refused(code, reason, "why"); }

TEST(ErrorAnswerTest, EveryStatusCodeHasItsWords) {
  const std::vector<std::pair<StatusCode, std::string>> kTable = {
      {StatusCode::kInvalidArgument, "400 invalid_request_error the_reason"},
      {StatusCode::kUnauthenticated, "401 invalid_request_error invalid_api_key"},
      {StatusCode::kPermissionDenied, "403 permission_error the_reason"},
      {StatusCode::kNotFound, "404 invalid_request_error model_not_found"},
      {StatusCode::kResourceExhausted, "429 rate_limit_error rate_limit_exceeded"},
      {StatusCode::kCancelled, "499 client_closed_request the_reason"},
      {StatusCode::kUnavailable, "503 service_unavailable_error the_reason"},
      {StatusCode::kDeadlineExceeded, "504 timeout_error deadline_exceeded"},
      {StatusCode::kInternal, "500 server_error the_reason"},
      {StatusCode::kUnknown, "500 server_error the_reason"},
      {StatusCode::kDataLoss, "500 server_error the_reason"},
      {StatusCode::kAborted, "500 server_error the_reason"},
      {StatusCode::kAlreadyExists, "500 server_error the_reason"},
      {StatusCode::kOutOfRange, "500 server_error the_reason"},
      {StatusCode::kFailedPrecondition, "500 server_error the_reason"},
      {StatusCode::kUnimplemented, "500 server_error the_reason"},
  };
  for (const auto& [code, told] : kTable) {
    const ErrorAnswer answer = ErrorAnswerOf(StatusWith(code, "THE_REASON"), nullptr);
    EXPECT_EQ(Told(answer), told);
    EXPECT_EQ(answer.error.message, "why");
    EXPECT_EQ(answer.error.param, "");
  }
}

// As a call ends whose only target fails so.
struct Ended {
  CallStatus status;
  router::FailedAttempt last;
};

Ended EndWith(router::FailedAttempt failed) {
  PlayedCalls calls;
  Ended ended;
  ended.last = failed;
  const router::CallReport report = calls.Play({PlayedCalls::Fails(std::move(failed))}, "another-model");
  v1::RouteTrace trace;
  FillTrace(report, "another-model", WallClock::Now(), trace);
  ended.status = StatusOf(report, trace);
  return ended;
}

std::string ToldOf(router::FailedAttempt failed) {
  const Ended ended = EndWith(std::move(failed));
  return Told(ErrorAnswerOf(ended.status, &ended.last));
}

TEST(ErrorAnswerTest, EveryFailureHasItsWords) {
  const std::vector<std::pair<Failure, std::string>> kTable = {
      {Failure::kConnect, "503 service_unavailable_error all_targets_failed"},
      {Failure::kTimeout, "503 service_unavailable_error all_targets_failed"},
      {Failure::kFirstTokenTimeout, "503 service_unavailable_error all_targets_failed"},
      {Failure::kStalled, "503 service_unavailable_error all_targets_failed"},
      {Failure::kTruncated, "503 service_unavailable_error all_targets_failed"},
      {Failure::kMalformed, "503 service_unavailable_error all_targets_failed"},
      {Failure::kRateLimited, "429 rate_limit_error rate_limit_exceeded"},
      {Failure::kQuotaExhausted, "429 insufficient_quota insufficient_quota"},
      {Failure::kOverloaded, "503 service_unavailable_error all_targets_failed"},
      {Failure::kServerError, "503 service_unavailable_error all_targets_failed"},
      // Whose key it is that the provider refuses is no matter of the caller's.
      {Failure::kCredentials, "503 service_unavailable_error all_targets_failed"},
      // Nobody configured it, and the primary endpoint has none of that name.
      {Failure::kModelNotFound, "404 invalid_request_error model_not_found"},
      {Failure::kContextLength, "400 invalid_request_error context_length_exceeded"},
      {Failure::kContentFilter, "400 invalid_request_error content_filter"},
      {Failure::kInvalidRequest, "400 invalid_request_error refused_by_provider"},
      {Failure::kCancelled, "499 client_closed_request cancelled"},
      {Failure::kDeadline, "504 timeout_error deadline_exceeded"},
  };
  ASSERT_EQ(kTable.size(), router::kFailureCount);
  for (const auto& [failure, told] : kTable) {
    EXPECT_EQ(ToldOf(FailedWith(failure)), told) << router::TraitsOf(failure).name;
  }
}

TEST(ErrorAnswerTest, TheProvidersOwnCodeOfARefusalIsPassedOn) {
  router::FailedAttempt failed =
      FailedWith(Failure::kInvalidRequest, 400, "Unsupported value: 'temperature'");
  failed.provider_code = "unsupported_value";
  failed.provider_param = "temperature";
  EXPECT_EQ(ToldOf(failed), "400 invalid_request_error unsupported_value");
  const Ended ended = EndWith(failed);
  EXPECT_THAT(ErrorAnswerOf(ended.status, &ended.last).error.message,
              HasSubstr("Unsupported value: 'temperature'"));
  EXPECT_EQ(ErrorAnswerOf(ended.status, &ended.last).error.param, "temperature");
  failed = FailedWith(Failure::kContextLength, 400);
  failed.provider_code = "string_above_max_length";
  EXPECT_EQ(ToldOf(failed), "400 invalid_request_error string_above_max_length");
}

TEST(ErrorAnswerTest, NoOtherOfTheProvidersCodesIs) {
  router::FailedAttempt failed = FailedWith(Failure::kCredentials, 401);
  failed.provider_code = "invalid_api_key";
  EXPECT_EQ(ToldOf(failed), "503 service_unavailable_error all_targets_failed");
  failed = FailedWith(Failure::kRateLimited, 429);
  failed.provider_code = "tokens";
  EXPECT_EQ(ToldOf(failed), "429 rate_limit_error rate_limit_exceeded");
}

TEST(ErrorAnswerTest, RefusalsNameTheFirstFieldThatIsWrong) {
  const ErrorAnswer answer =
      ErrorAnswerOf(StatusOf({{"messages[2].role", "is required"}, {"n", "must be at least 1"}}), nullptr);
  EXPECT_EQ(Told(answer), "400 invalid_request_error invalid_request");
  EXPECT_EQ(answer.error.param, "messages[2].role");
  EXPECT_EQ(answer.error.message, "messages[2].role: is required; n: must be at least 1");
}

TEST(ErrorAnswerTest, RefusedCallersAreToldWhy) {
  EXPECT_EQ(Told(ErrorAnswerOf(Unauthenticated(KeyFault::kUnknown), nullptr)),
            "401 invalid_request_error invalid_api_key");
  EXPECT_EQ(Told(ErrorAnswerOf(ModelNotAllowed("gpt-4o", {}), nullptr)),
            "403 permission_error model_not_allowed");
  EXPECT_EQ(Told(ErrorAnswerOf(UnknownModel("gpt-4o", router::Environment::kProduction), nullptr)),
            "404 invalid_request_error model_not_found");
}

std::string WhenTold(std::optional<router::Duration> retry_after) {
  CallStatus status = StatusWith(StatusCode::kUnavailable, "ALL_TARGETS_SUSPENDED");
  status.retry_after = retry_after;
  AnswerHead head;
  AddRetryAfter(status, head);
  return head.fields;
}

TEST(ErrorAnswerTest, WhenToComeAgainIsRoundedUp) {
  using std::chrono::nanoseconds;
  EXPECT_EQ(WhenTold(std::nullopt), "");
  EXPECT_EQ(WhenTold(seconds(30)), "retry-after: 30\r\nretry-after-ms: 30000\r\n");
  EXPECT_EQ(WhenTold(seconds(30) + nanoseconds(1)), "retry-after: 31\r\nretry-after-ms: 30001\r\n");
  EXPECT_EQ(WhenTold(milliseconds(1)), "retry-after: 1\r\nretry-after-ms: 1\r\n");
  EXPECT_EQ(WhenTold(nanoseconds(1)), "retry-after: 1\r\nretry-after-ms: 1\r\n");
  EXPECT_EQ(WhenTold(milliseconds(1001)), "retry-after: 2\r\nretry-after-ms: 1001\r\n");
  EXPECT_EQ(WhenTold(seconds(0)), "retry-after: 0\r\nretry-after-ms: 0\r\n");
  EXPECT_THAT(WhenTold(router::Duration::max()), HasSubstr("retry-after: 9223372037\r\n"));
}

}  // namespace
}  // namespace spillway::server
