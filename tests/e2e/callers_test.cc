// What a caller may do: its environment, its models, and who it is in the log. And a server without any.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/callers_scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(CallersTest, AKeyDecidesTheEnvironment) {
  const auto live = Chat(kCheckoutKey);
  ExpectServedBy("live", live);
  EXPECT_EQ(live.metadata.at("x-spillway-model"), "gpt-4o");
  const auto test = Chat(kCiKey);
  ExpectServedBy("test", test);
  EXPECT_EQ(test.metadata.at("x-spillway-model"), "gpt-4o-mini");
  EXPECT_THAT(sim_.Log({.personality = "live"}), SizeIs(1));
  EXPECT_THAT(sim_.Log({.personality = "test"}), SizeIs(1));
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="OK",environment="production",policy="chat"})"), 1);
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="OK",environment="sandbox",policy="chat"})"), 1);
}

TEST_F(CallersTest, TheLogSaysWhoseCallItWas) {
  Chat(kCheckoutKey);
  Chat(kCiKey);
  const auto lines = logs_.WaitForEvents("call", 2);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("caller"), "checkout");
  EXPECT_EQ(lines[0].at("environment"), "production");
  EXPECT_EQ(lines[1].at("caller"), "ci");
  EXPECT_EQ(lines[1].at("environment"), "sandbox");
  EXPECT_THAT(logs_.Events("open_to_all"), IsEmpty());
}

TEST_F(CallersTest, APolicyThatTheSandboxLacksIsNotFoundThere) {
  ExpectServedBy("live", Chat(kCheckoutKey, "summaries"));
  const auto result = Chat(kLabKey, "summaries");
  EXPECT_EQ(result.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(result.status.error_message(), AllOf(HasSubstr("summaries"), HasSubstr("sandbox")));
  EXPECT_EQ(ReasonOf(result.details), "UNKNOWN_MODEL");
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="NOT_FOUND",environment="sandbox",policy=""})"), 1);
  ExpectServedBy("test", Chat(kLabKey));
}

TEST_F(CallersTest, AForbiddenModelIsDeniedWithItsNameAndTheCallers) {
  const auto result = Chat(kCiKey, "summaries", "r-7");
  EXPECT_EQ(result.status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(result.status.error_message(), "caller 'ci' may not ask for model 'summaries'");
  EXPECT_EQ(ReasonOf(result.details), "MODEL_NOT_ALLOWED");
  EXPECT_EQ(result.metadata.at("x-request-id"), "r-7");
  EXPECT_THAT(sim_.Log(), IsEmpty());
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="PERMISSION_DENIED",environment="sandbox",policy=""})"), 1);
  const auto lines = logs_.WaitForEvents("call", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("caller"), "ci");
  EXPECT_EQ(lines[0].at("code"), "PERMISSION_DENIED");
  EXPECT_EQ(lines[0].at("model"), "summaries");
}

// What no model can be called is the caller's mistake, and no matter of permission.
TEST_F(CallersTest, AModelThatIsNoneIsAMistakeWhoeverAsks) {
  for (const char* model : {"", "gpt\n4o"}) {
    EXPECT_EQ(Chat(kCiKey, model).status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(Route(kCiKey, Question(model)).status.error_code(), StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(CallersTest, RouteIsAboutTheCallersOwnEnvironment) {
  for (const v1::Environment environment : {v1::ENVIRONMENT_UNSPECIFIED, v1::ENVIRONMENT_SANDBOX}) {
    const auto route = Route(kCiKey, Question("gpt-4o", environment));
    ASSERT_TRUE(route.ok()) << route.status.error_message();
    EXPECT_EQ(route.response.environment(), v1::ENVIRONMENT_SANDBOX);
    EXPECT_EQ(route.response.candidates(0).target().endpoint(), "test");
  }
  const auto other = Route(kCiKey, Question("gpt-4o", v1::ENVIRONMENT_PRODUCTION));
  EXPECT_EQ(other.status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(other.details), "ENVIRONMENT_NOT_ALLOWED");
  EXPECT_EQ(other.metadata.at("x-request-id"), "r-1");
  EXPECT_TRUE(Route(kCheckoutKey, Question("gpt-4o", v1::ENVIRONMENT_PRODUCTION)).ok());
  EXPECT_EQ(ReasonOf(Route(kCheckoutKey, Question("gpt-4o", v1::ENVIRONMENT_SANDBOX)).details),
            "ENVIRONMENT_NOT_ALLOWED");
}

TEST_F(CallersTest, RouteIsAboutTheCallersOwnModels) {
  const auto route = Route(kCiKey, Question("summaries"));
  EXPECT_EQ(route.status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(route.details), "MODEL_NOT_ALLOWED");
  EXPECT_TRUE(Route(kCheckoutKey, Question("summaries")).ok());
}

TEST_F(CallersTest, ARefusedRouteLeavesTheTraceOfARefusedCall) {
  EXPECT_TRUE(Route(kCiKey, Question("gpt-4o")).ok());
  EXPECT_FALSE(Route(kCiKey, Question("summaries")).ok());
  const auto stranger = Route("", Question("gpt-4o"));
  EXPECT_EQ(ReasonOf(stranger.details), "MISSING_KEY");
  EXPECT_EQ(stranger.metadata.at("x-request-id"), "r-1");
  const auto lines = logs_.WaitForEvents("call", 2);
  ASSERT_EQ(lines.size(), 2u) << "an answered question is no call";
  EXPECT_EQ(lines[0].at("method"), "Route");
  EXPECT_EQ(lines[0].at("caller"), "ci");
  EXPECT_EQ(lines[0].at("model"), "summaries");
  EXPECT_EQ(lines[1].at("code"), "UNAUTHENTICATED");
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="PERMISSION_DENIED",environment="sandbox",policy=""})"), 1);
  EXPECT_EQ(Metric(R"(spillway_calls_total{code="UNAUTHENTICATED",environment="",policy=""})"), 1);
}

class OpenServerTest : public CallersTest {
 protected:
  OpenServerTest() : CallersTest("") {}
};

TEST_F(OpenServerTest, WarnsOnceAndServesEverybodyInProduction) {
  ExpectServedBy("live", Chat(""));
  ExpectServedBy("live", Chat(kStrangersKey));
  const auto calls = logs_.WaitForEvents("call", 2);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_FALSE(calls[0].contains("caller"));
  EXPECT_EQ(calls[1].at("environment"), "production");
  const auto warnings = logs_.Events("open_to_all");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].at("level"), "warning");
  EXPECT_THAT(std::string(warnings[0].at("hint").as_string()), HasSubstr("callers"));
}

TEST_F(OpenServerTest, EitherEnvironmentMayBeAskedAbout) {
  EXPECT_EQ(Route("", Question("gpt-4o")).response.environment(), v1::ENVIRONMENT_PRODUCTION);
  EXPECT_EQ(Route("", Question("gpt-4o", v1::ENVIRONMENT_SANDBOX)).response.candidates(0).target().endpoint(),
            "test");
}

}  // namespace
}  // namespace spillway::e2e
