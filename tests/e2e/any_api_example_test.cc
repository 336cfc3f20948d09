// examples/any-api.yaml: four protocols behind one request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;

TEST(AnyApiExampleTest, OutagesMoveTheCallFromProtocolToProtocol) {
  ExampleScene scene(Example("any-api.yaml"));
  for (const std::string provider : {"openai", "azure", "anthropic", "bedrock"}) {
    ExpectServedBy(provider, scene.Chat("assistant"));
    scene.sim().SetScript(provider, "rate_limited:retry_after=30");
  }
  const auto refused = scene.Chat("assistant");
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(client::TraceOf(refused).attempts_size(), 1);
  EXPECT_EQ(client::TraceOf(refused).skipped_size(), 3);
}

TEST(AnyApiExampleTest, EachProviderIsAskedInItsOwnWords) {
  ExampleScene scene(Example("any-api.yaml")
                         .Script("openai", "overloaded")
                         .Script("azure", "overloaded")
                         .Script("anthropic", "overloaded"));
  ExpectServedBy("bedrock", scene.Chat("assistant"));
  const auto asked = [&](const std::string& provider) {
    return scene.sim().Log({.personality = provider}).at(0).request;
  };
  EXPECT_EQ(asked("openai").target, "/v1/chat/completions");
  EXPECT_THAT(asked("azure").target, HasSubstr("/openai/deployments/gpt-4o/chat/completions"));
  EXPECT_EQ(asked("anthropic").target, "/v1/messages");
  EXPECT_THAT(asked("anthropic").body, HasSubstr("\"max_tokens\":"));
  EXPECT_EQ(asked("bedrock").target, "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse");
  EXPECT_THAT(asked("bedrock").body, HasSubstr("\"content\":[{\"text\":\"Say this is a test!\"}]"));
}

}  // namespace
}  // namespace spillway::e2e
