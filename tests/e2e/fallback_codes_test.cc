// examples/fallback-codes.yaml: a primary, a backup, an exact list of codes, and no memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPrimary[] = "openai/gpt-4o";
constexpr char kBackup[] = "mistral/mistral-large";

Example FallbackCodes() { return Example("fallback-codes.yaml"); }

std::string StatusStep(int status) {
  return R"({"fault": "ok", "body": {"error": {"message": "said by the provider"}}, "status": )" +
         std::to_string(status) + "}";
}

class FallbackCodeTest : public ::testing::TestWithParam<int> {};

TEST_P(FallbackCodeTest, GoesToTheBackupAtOnce) {
  ExampleScene scene(FallbackCodes().Script("openai", StatusStep(GetParam())));
  const auto result = scene.Chat();
  EXPECT_EQ(ServedBy(result), kBackup);
  EXPECT_THAT(Tried(result), ElementsAre(kPrimary, kBackup));
  EXPECT_EQ(result.response.route().attempts(0).http_status(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(OnTheList, FallbackCodeTest, ::testing::Values(429, 500, 502, 503));

class OtherCodeTest : public ::testing::TestWithParam<int> {};

TEST_P(OtherCodeTest, PassesThroughUntouched) {
  ExampleScene scene(FallbackCodes().Script("openai", StatusStep(GetParam())));
  const auto result = scene.Chat();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(ReasonOf(result), "REFUSED_BY_PROVIDER");
  EXPECT_THAT(result.status.error_message(), HasSubstr("said by the provider"));
  ASSERT_THAT(Tried(result), ElementsAre(kPrimary));
  EXPECT_EQ(result.details.route->attempts(0).http_status(), GetParam());
  EXPECT_EQ(result.details.route->attempts(0).message(), "said by the provider");
  EXPECT_THAT(scene.Asked("mistral"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(NotOnTheList, OtherCodeTest,
                         ::testing::Values(400, 401, 403, 404, 408, 422, 501, 504, 529));

TEST(FallbackCodesTest, AConnectionErrorIsNoCodeAndPassesThrough) {
  ExampleScene scene(FallbackCodes().Script("openai", "reset"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(Tried(result), ElementsAre(kPrimary));
  EXPECT_THAT(scene.Asked("mistral"), IsEmpty());
}

TEST(FallbackCodesTest, AnAnswerPassesThrough) {
  ExampleScene scene(FallbackCodes());
  const auto result = scene.Chat();
  EXPECT_EQ(ServedBy(result), kPrimary);
  EXPECT_EQ(ContentOf(result), "This is a test!");
}

TEST(FallbackCodesTest, BothGetTheSamePrompt) {
  ExampleScene scene(FallbackCodes().Script("openai", "overloaded"));
  v1::ChatRequest request = TestCall();
  request.set_temperature(0.5);
  request.set_max_tokens(77);
  ASSERT_TRUE(scene.Chat(request).ok());
  boost::json::object to_primary = BodyOf(scene.Asked("openai").at(0));
  boost::json::object to_backup = BodyOf(scene.Asked("mistral").at(0));
  EXPECT_EQ(to_primary.at("model"), "gpt-4o");
  EXPECT_EQ(to_backup.at("model"), "mistral-large");
  to_primary.erase("model");
  to_backup.erase("model");
  EXPECT_EQ(to_primary, to_backup);
}

TEST(FallbackCodesTest, EachHasItsSuffix) {
  ExampleScene scene(FallbackCodes()
                         .With("model: gpt-4o, path: /v1/chat/completions",
                               "model: gpt-4o, path: /v1/engines/one/completions")
                         .With("model: mistral-large, path: /v1/chat/completions",
                               "model: mistral-large, path: /v1/engines/two/completions")
                         .Script("openai", "overloaded"));
  ASSERT_TRUE(scene.Chat().ok());
  EXPECT_EQ(scene.Asked("openai").at(0).request.target, "/v1/engines/one/completions");
  EXPECT_EQ(scene.Asked("mistral").at(0).request.target, "/v1/engines/two/completions");
}

TEST(FallbackCodesTest, NothingIsRememberedAndEachCallTriesThePrimaryFirst) {
  ExampleScene scene(FallbackCodes().Script(
      "openai", R"({"steps": [{"fault": "rate_limited", "times": 5}], "then": "ok"})"));
  EXPECT_THAT(scene.WhoServes(7),
              ElementsAre(kBackup, kBackup, kBackup, kBackup, kBackup, kPrimary, kPrimary));
  EXPECT_THAT(scene.Asked("openai"), SizeIs(7));
  EXPECT_EQ(scene.Target(kPrimary).state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(scene.Target(kPrimary).suspensions_in_a_row(), 0);
}

TEST(FallbackCodesTest, TheBackupsFailureIsReturnedWithTheTrail) {
  ExampleScene scene(FallbackCodes().Script("openai", StatusStep(503)).Script("mistral", "rate_limited"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(result.status.error_message(), HasSubstr("Rate limit reached"));
  ASSERT_TRUE(result.details.route);
  const v1::RouteTrace& trail = *result.details.route;
  ASSERT_THAT(Tried(result), ElementsAre(kPrimary, kBackup));
  EXPECT_EQ(trail.attempts(0).http_status(), 503);
  EXPECT_EQ(trail.attempts(0).message(), "said by the provider");
  EXPECT_EQ(trail.attempts(1).http_status(), 429);
  EXPECT_EQ(trail.attempts(1).failure(), v1::FAILURE_RATE_LIMITED);
}

TEST(FallbackCodesTest, ABackupFailureThatIsNotOnTheListIsReturnedJustSo) {
  ExampleScene scene(FallbackCodes().Script("openai", StatusStep(503)).Script("mistral", StatusStep(404)));
  const auto result = scene.Chat();
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(Tried(result), ElementsAre(kPrimary, kBackup));
  EXPECT_EQ(result.details.route->attempts(1).http_status(), 404);
  EXPECT_THAT(result.status.error_message(), HasSubstr("said by the provider"));
}

}  // namespace
}  // namespace spillway::e2e
