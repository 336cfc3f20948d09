// Every way a provider can fail: the call goes on to the next one, and alone it ends in a clear error.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Outage {
  std::string name;
  v1::Failure failure;
  std::string metric;
  // The primary personality's parts, or where it is not.
  std::string parts;
  std::string url = {};
  int http_status = 0;
  // Part of the attempt's message: the provider's own words where it said any.
  std::string message = {};
  std::string code = {};
  int tries = 1;
  grpc::StatusCode alone = grpc::StatusCode::UNAVAILABLE;
};

void PrintTo(const Outage& outage, std::ostream* out) { *out << outage.name; }

class OutageTest : public ::testing::TestWithParam<Outage> {
 protected:
  static SceneOptions Options(bool alone) {
    SceneOptions options;
    options.primary = GetParam().parts;
    options.primary_url = GetParam().url;
    options.alone = alone;
    options.settings = {"suspend_duration: 30s"};
    // Not for the others: their answer must come within it.
    const bool silent = GetParam().failure == v1::FAILURE_TIMEOUT && GetParam().http_status == 0;
    if (silent) options.settings.emplace_back("request_timeout: 2s");
    return options;
  }

  static void ExpectAttempt(const v1::Attempt& attempt) {
    const Outage& outage = GetParam();
    EXPECT_EQ(v1::Failure_Name(attempt.failure()), v1::Failure_Name(outage.failure));
    EXPECT_EQ(attempt.target().endpoint(), "primary");
    EXPECT_EQ(attempt.http_status(), outage.http_status);
    EXPECT_THAT(attempt.message(), HasSubstr(outage.message));
    EXPECT_EQ(attempt.provider_code(), outage.code);
  }

  static void ExpectNoKeyIn(const std::string& text) {
    EXPECT_THAT(text, Not(HasSubstr(kPrimaryKey)));
    EXPECT_THAT(text, Not(HasSubstr(kBackupKey)));
  }
};

TEST_P(OutageTest, SpillsToTheNextTarget) {
  const Outage& outage = GetParam();
  Scene scene(Options(/*alone=*/false));
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  const v1::RouteTrace& trace = result.response.route();
  ASSERT_EQ(trace.attempts_size(), outage.tries + 1);
  for (int i = 0; i < outage.tries; ++i) ExpectAttempt(trace.attempts(i));
  EXPECT_EQ(scene.Metric("spillway_attempts_total{endpoint=\"primary\",model=\"gpt-4o\",outcome=\"" +
                         outage.metric + "\"}"),
            outage.tries);
  EXPECT_EQ(scene.Metric("spillway_failovers_total{failure=\"" + outage.metric +
                         R"(",from_endpoint="primary",from_model="gpt-4o",policy="failover",)"
                         R"(to_endpoint="backup",to_model="gpt-4o-mini"})"),
            1);
  EXPECT_EQ(scene.Metric("spillway_suspensions_total{endpoint=\"primary\",failure=\"" + outage.metric +
                         "\",model=\"gpt-4o\"}"),
            1);
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(scene.Target("primary").failure(), outage.failure);
  ExpectNoKeyIn(scene.EverythingSaid() + result.response.DebugString());
}

TEST_P(OutageTest, AloneIsAClearError) {
  const Outage& outage = GetParam();
  Scene scene(Options(/*alone=*/true));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), outage.alone) << result.status.error_message();
  EXPECT_THAT(result.status.error_message(), AllOf(HasSubstr("policy failover: no target could serve"),
                                                   HasSubstr(outage.metric), HasSubstr(outage.message)));
  ASSERT_TRUE(result.details.route);
  ASSERT_EQ(result.details.route->attempts_size(), outage.tries);
  ExpectAttempt(result.details.route->attempts(0));
  ASSERT_TRUE(result.details.error_info);
  EXPECT_EQ(result.details.error_info->reason(), "ALL_TARGETS_FAILED");
  ExpectNoKeyIn(scene.EverythingSaid() + result.status.error_message() + result.details.raw.DebugString());
}

// Reads better as a table than as calls.
// clang-format off
INSTANTIATE_TEST_SUITE_P(Connecting, OutageTest, ::testing::Values(
    Outage{.name = "Refused", .failure = v1::FAILURE_CONNECT, .metric = "connect", .parts = "tls",
           .url = "https://127.0.0.1:1/v1", .message = "127.0.0.1:1", .code = "refused"},
    Outage{.name = "UnknownHost", .failure = v1::FAILURE_CONNECT, .metric = "connect", .parts = "tls",
           .url = "https://nobody.invalid/v1", .message = "nobody.invalid", .code = "dns"},
    Outage{.name = "CertificateOfAnotherHost", .failure = v1::FAILURE_CONNECT, .metric = "connect",
           .parts = "tls=wrong_name", .message = "mismatch", .code = "tls"},
    Outage{.name = "CertificateOfUnknownAuthority", .failure = v1::FAILURE_CONNECT, .metric = "connect",
           .parts = "tls=untrusted", .message = "certificate", .code = "tls"},
    Outage{.name = "ExpiredCertificate", .failure = v1::FAILURE_CONNECT, .metric = "connect",
           .parts = "tls=expired", .message = "expired", .code = "tls"},
    Outage{.name = "RefusedHandshake", .failure = v1::FAILURE_CONNECT, .metric = "connect",
           .parts = "tls=refuse", .message = "handshake", .code = "tls"},
    Outage{.name = "ResetBeforeAnswer", .failure = v1::FAILURE_CONNECT, .metric = "connect",
           .parts = "tls,fault=reset", .message = "before an answer", .code = "reset_before_response", .tries = 2},
    Outage{.name = "ResetBeforeAnswerInPlain", .failure = v1::FAILURE_CONNECT, .metric = "connect",
           .parts = "fault=reset", .message = "before an answer", .code = "reset_before_response", .tries = 2}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Answering, OutageTest, ::testing::Values(
    Outage{.name = "Silence", .failure = v1::FAILURE_TIMEOUT, .metric = "timeout", .parts = "tls,fault=silence",
           .message = "timed out waiting for an answer", .code = "timeout"},
    Outage{.name = "TooSlow", .failure = v1::FAILURE_TIMEOUT, .metric = "timeout",
           .parts = "tls,fault=slow:bytes=10:pause_ms=100", .message = "the rest of the answer", .code = "timeout"},
    Outage{.name = "CutInTheBody", .failure = v1::FAILURE_TRUNCATED, .metric = "truncated",
           .parts = "tls,fault=cut", .code = "reset_during_response"},
    Outage{.name = "CutInTheBodyInPlain", .failure = v1::FAILURE_TRUNCATED, .metric = "truncated",
           .parts = "fault=cut", .code = "reset_during_response"},
    Outage{.name = "CutInAChunk", .failure = v1::FAILURE_TRUNCATED, .metric = "truncated",
           .parts = "tls,fault=cut:chunked=true", .code = "reset_during_response"},
    Outage{.name = "ResetAfterHeaders", .failure = v1::FAILURE_TRUNCATED, .metric = "truncated",
           .parts = "tls,fault=reset_after_headers", .code = "reset_during_response"},
    Outage{.name = "Garbage", .failure = v1::FAILURE_MALFORMED, .metric = "malformed", .parts = "tls,fault=garbage",
           .code = "malformed"},
    Outage{.name = "OversizedHeader", .failure = v1::FAILURE_MALFORMED, .metric = "malformed",
           .parts = "tls,fault=oversized_header", .code = "oversized"},
    Outage{.name = "HalfAnAnswer", .failure = v1::FAILURE_TRUNCATED, .metric = "truncated",
           .parts = "tls,fault=bad_json", .http_status = 200, .message = "stops before its end"},
    Outage{.name = "InvalidUtf8", .failure = v1::FAILURE_MALFORMED, .metric = "malformed",
           .parts = "tls,fault=invalid_utf8", .http_status = 200, .message = "not JSON"},
    Outage{.name = "EmptyBody", .failure = v1::FAILURE_MALFORMED, .metric = "malformed",
           .parts = "tls,fault=empty_body", .http_status = 200, .message = "empty"},
    Outage{.name = "ErrorInsideA200", .failure = v1::FAILURE_SERVER_ERROR, .metric = "server_error",
           .parts = "tls,fault=error_in_200", .http_status = 200, .message = "had an error while processing",
           .code = "server_error"},
    Outage{.name = "NotACompletion", .failure = v1::FAILURE_MALFORMED, .metric = "malformed",
           .parts = "tls,fault=ok:body=[1;2]", .http_status = 200}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Refusing, OutageTest, ::testing::Values(
    Outage{.name = "RateLimited", .failure = v1::FAILURE_RATE_LIMITED, .metric = "rate_limited",
           .parts = "tls,fault=rate_limited:retry_after=30", .http_status = 429, .message = "Rate limit reached",
           .code = "rate_limit_exceeded", .alone = grpc::StatusCode::RESOURCE_EXHAUSTED},
    Outage{.name = "QuotaExhausted", .failure = v1::FAILURE_QUOTA_EXHAUSTED, .metric = "quota_exhausted",
           .parts = "tls,fault=quota", .http_status = 429, .message = "exceeded your current quota",
           .code = "insufficient_quota", .alone = grpc::StatusCode::RESOURCE_EXHAUSTED},
    Outage{.name = "PaymentRequired", .failure = v1::FAILURE_QUOTA_EXHAUSTED, .metric = "quota_exhausted",
           .parts = "tls,fault=ok:status=402", .http_status = 402, .message = "Simulated status 402",
           .code = "invalid_request_error", .alone = grpc::StatusCode::RESOURCE_EXHAUSTED},
    Outage{.name = "LoneServerErrors", .failure = v1::FAILURE_SERVER_ERROR, .metric = "server_error",
           .parts = "tls,fault=server_error", .http_status = 500, .message = "had an error while processing",
           .code = "server_error", .tries = 2},
    Outage{.name = "BadGatewayInHtml", .failure = v1::FAILURE_SERVER_ERROR, .metric = "server_error",
           .parts = "tls,fault=bad_gateway", .http_status = 502, .message = "502"},
    Outage{.name = "Unavailable", .failure = v1::FAILURE_OVERLOADED, .metric = "overloaded",
           .parts = "tls,fault=overloaded", .http_status = 503, .message = "currently overloaded",
           .code = "server_error"},
    Outage{.name = "Overloaded529", .failure = v1::FAILURE_OVERLOADED, .metric = "overloaded",
           .parts = "tls,fault=overloaded_529", .http_status = 529, .message = "Overloaded",
           .code = "overloaded_error"},
    Outage{.name = "WrongKey", .failure = v1::FAILURE_CREDENTIALS, .metric = "credentials",
           .parts = "tls,fault=invalid_key", .http_status = 401, .message = "Incorrect API key provided",
           .code = "invalid_api_key"},
    Outage{.name = "NoPermission", .failure = v1::FAILURE_CREDENTIALS, .metric = "credentials",
           .parts = "tls,fault=permission", .http_status = 403, .message = "does not have access",
           .code = "model_not_allowed"},
    Outage{.name = "NoSuchModel", .failure = v1::FAILURE_MODEL_NOT_FOUND, .metric = "model_not_found",
           .parts = "tls,fault=model_not_found", .http_status = 404, .message = "does not exist",
           .code = "model_not_found"},
    Outage{.name = "NoSuchModelAs400", .failure = v1::FAILURE_MODEL_NOT_FOUND, .metric = "model_not_found",
           .parts = "tls,fault=model_not_found_400", .http_status = 400, .message = "does not exist",
           .code = "model_not_found"},
    Outage{.name = "RequestTimeout408", .failure = v1::FAILURE_TIMEOUT, .metric = "timeout",
           .parts = "tls,fault=ok:status=408", .http_status = 408, .message = "Simulated status 408",
           .code = "invalid_request_error"}),
    [](const auto& info) { return info.param.name; });
// clang-format on

TEST(MendedOutageTest, AResetIsTriedAgainAtTheSameTargetAndForgiven) {
  Scene scene({.primary = R"(tls,fault=reset,fault=ok)"});
  const auto result = scene.Chat();
  ExpectServedBy("primary", result);
  EXPECT_EQ(result.response.route().attempts_size(), 2);
  EXPECT_EQ(result.metadata.at("x-spillway-attempts"), "2");
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
}

TEST(MendedOutageTest, ALoneServerErrorIsTriedAgainAtTheSameTargetAndForgiven) {
  Scene scene({.primary = "tls,fault=server_error,fault=ok"});
  ExpectServedBy("primary", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 2u);
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(MendedOutageTest, AKeptConnectionThatDiedIsReplacedUnnoticed) {
  Scene scene({.primary = "tls,fault=close,fault=ok"});
  ExpectServedBy("primary", scene.Chat());
  const auto result = scene.Chat();
  ExpectServedBy("primary", result);
  EXPECT_EQ(result.response.route().attempts_size(), 1);
}

TEST(CredentialsTest, ARefusedKeyIsTheOperatorsLoudLine) {
  Scene scene({.primary = "tls,key=another-key"});
  ExpectServedBy("backup", scene.Chat());
  const auto lines = scene.logs().Events("target_suspended");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("level"), "error");
  EXPECT_EQ(lines[0].at("endpoint"), "primary");
  EXPECT_THAT(std::string(lines[0].at("hint").as_string()), HasSubstr("api_key"));
}

TEST(CredentialsTest, WithoutMemoryEveryRefusedKeyIsLoud) {
  Scene scene({.primary = "tls,key=another-key", .settings = {}});
  ExpectServedBy("backup", scene.Chat());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.logs().Events("key_refused").size(), 2u);
}

TEST(CredentialsTest, EachProviderGetsItsOwnKey) {
  Scene scene({.primary = std::string("tls,key=") + kPrimaryKey + ",fault=overloaded,then=ok",
               .backup = std::string("tls,key=") + kBackupKey});
  ExpectServedBy("backup", scene.Chat());
}

}  // namespace
}  // namespace spillway::e2e
