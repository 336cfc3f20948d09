// OpenAI and its models on Azure: different URLs, keys and errors, one policy.

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>

#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kVersion[] = ", api_version: 2024-10-21";

// OpenAI first, with `primary` as its parts; then an Azure deployment that knows its key.
SceneOptions AzureAsBackup(const std::string& primary) {
  SceneOptions options;
  options.primary = primary;
  options.backup =
      std::string("tls,model=gpt-4o-mini,alias=gpt-4o-mini:gpt-4o-mini-2024-07-18,key=") + kBackupKey;
  options.backup_api = "azure_openai";
  options.backup_fields = kVersion;
  return options;
}

// Azure first, with `primary` as its parts; then OpenAI.
SceneOptions AzureAsPrimary(const std::string& primary) {
  SceneOptions options;
  options.primary = primary;
  options.primary_api = "azure_openai";
  options.primary_fields = kVersion;
  return options;
}

std::string Header(const sim::LogEntry& entry, const std::string& name) {
  const std::string* value = FindHeader(entry.request.headers, name);
  return value == nullptr ? "(none)" : *value;
}

TEST(AzureTest, AThrottledOpenAiSpillsToTheDeployment) {
  Scene scene(AzureAsBackup("tls,fault=rate_limited:retry_after=30"));
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  EXPECT_EQ(result.metadata.at("x-spillway-provider"), "azure");
  EXPECT_EQ(result.metadata.at("x-spillway-model"), "gpt-4o-mini");
  EXPECT_EQ(result.response.model(), "gpt-4o-mini-2024-07-18");
  EXPECT_TRUE(result.response.extra().fields().contains("prompt_filter_results"));
  EXPECT_TRUE(result.response.choices(0).extra().fields().contains("content_filter_results"));

  const sim::LogEntry openai = scene.Asked("primary").at(0);
  EXPECT_EQ(openai.request.target, "/v1/chat/completions");
  EXPECT_EQ(Header(openai, "authorization"), "Bearer " + sim::Fingerprint(kPrimaryKey));
  EXPECT_EQ(Header(openai, "api-key"), "(none)");
  const sim::LogEntry azure = scene.Asked("backup").at(0);
  EXPECT_EQ(azure.request.target, "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(Header(azure, "api-key"), sim::Fingerprint(kBackupKey));
  EXPECT_EQ(Header(azure, "authorization"), "(none)");
  EXPECT_EQ(boost::json::parse(azure.request.body).at("messages"),
            boost::json::parse(openai.request.body).at("messages"));
}

TEST(AzureTest, WithoutAnApiVersionTheV1UrlIsAsked) {
  SceneOptions options = AzureAsBackup("tls,fault=overloaded");
  options.backup_fields = "";
  Scene scene(options);
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  EXPECT_EQ(result.response.model(), "gpt-4o-mini-2024-07-18");
  const sim::LogEntry azure = scene.Asked("backup").at(0);
  EXPECT_EQ(azure.request.target, "/openai/v1/chat/completions");
  EXPECT_EQ(boost::json::parse(azure.request.body).at("model"), "gpt-4o-mini");
  EXPECT_EQ(Header(azure, "api-key"), sim::Fingerprint(kBackupKey));
}

TEST(AzureTest, ALeafsPathKeepsTheApiVersion) {
  SceneOptions options = AzureAsBackup("tls,fault=overloaded");
  options.backup += ",path=/models/chat/completions";
  options.backup_path = "/models/chat/completions";
  Scene scene(options);
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("backup").at(0).request.target, "/models/chat/completions?api-version=2024-10-21");
}

TEST(AzureTest, AnUnnamedModelAsksTheDeploymentOfThatName) {
  SceneOptions options = AzureAsPrimary("tls");
  options.primary_endpoint = true;
  Scene scene(options);
  ExpectServedBy("primary", scene.Chat(TestCall("my model/1")));
  EXPECT_EQ(scene.Asked("primary").at(0).request.target,
            "/openai/deployments/my%20model%2F1/chat/completions?api-version=2024-10-21");
  const auto refused = scene.Chat(TestCall(".."));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.status.error_message(), HasSubstr("model cannot be the name of a deployment"));
  EXPECT_EQ(scene.Asked("primary").size(), 1u);
}

TEST(AzureTest, AMissingDeploymentSpills) {
  Scene scene(AzureAsPrimary("tls,model=another"));
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  const v1::Attempt& attempt = result.response.route().attempts(0);
  EXPECT_EQ(attempt.failure(), v1::FAILURE_MODEL_NOT_FOUND);
  EXPECT_EQ(attempt.http_status(), 404);
  EXPECT_EQ(attempt.provider_code(), "DeploymentNotFound");
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_SUSPENDED);
}

TEST(AzureTest, AnApiVersionThatIsNotThereSpills) {
  SceneOptions options = AzureAsPrimary("tls");
  options.primary_fields = ", api_version: no-such-version";
  Scene scene(options);
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  const v1::Attempt& attempt = result.response.route().attempts(0);
  EXPECT_EQ(attempt.failure(), v1::FAILURE_MODEL_NOT_FOUND);
  EXPECT_EQ(attempt.http_status(), 400);
  EXPECT_EQ(attempt.message(), "API version not supported");
}

TEST(AzureTest, AWrongKeySuspendsAndSpills) {
  Scene scene(AzureAsPrimary("tls,key=rotated-yesterday"));
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  const v1::Attempt& attempt = result.response.route().attempts(0);
  EXPECT_EQ(attempt.failure(), v1::FAILURE_CREDENTIALS);
  EXPECT_EQ(attempt.http_status(), 401);
  EXPECT_THAT(attempt.message(), HasSubstr("invalid subscription key"));
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(scene.Target("primary").failure(), v1::FAILURE_CREDENTIALS);
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 1u);
  EXPECT_THAT(scene.EverythingSaid() + result.response.DebugString(), Not(HasSubstr(kPrimaryKey)));
}

// As Azure does: the milliseconds are zero, the seconds are meant.
TEST(AzureTest, AHintOfZeroMillisecondsIsNoHint) {
  SceneOptions options = AzureAsPrimary("tls,fault=rate_limited:retry_after=30:retry_after_ms=0");
  options.settings = {"suspend_duration: 1ms"};
  Scene scene(options);
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  EXPECT_EQ(result.response.route().attempts(0).failure(), v1::FAILURE_RATE_LIMITED);
  const v1::TargetStatus target = scene.Target("primary");
  ASSERT_TRUE(target.has_suspended_until());
  const auto until = google::protobuf::util::TimeUtil::TimestampToSeconds(target.suspended_until());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_GT(until, std::chrono::duration_cast<std::chrono::seconds>(now).count() + 20);
}

TEST(AzureTest, WhatTheContentFilterRefusesGoesBackToTheCaller) {
  Scene scene(AzureAsPrimary("tls,fault=content_filter"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.status.error_message(), HasSubstr("content management policy"));
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
}

}  // namespace
}  // namespace spillway::e2e
