// examples/openai-door.yaml: OpenAI's clients in front, three providers' APIs behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/example_scene.h"
#include "tests/support/plain_http.h"

namespace spillway::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "demo-production-key";

// As curl would, with these further members of the request.
testing::PlainResponse Ask(const ExampleScene& scene, const std::string& members = "",
                           const std::string& key = kKey) {
  const std::string body =
      absl::StrCat(R"({"model": "gpt-4o", "messages": [{"role": "user", "content": "Say this is a test!"}])",
                   members, "}");
  testing::PlainConnection connection(static_cast<std::uint16_t>(scene.server().ports().openai));
  connection.Send(
      absl::StrCat("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n",
                   key.empty() ? "" : absl::StrCat("Authorization: Bearer ", key, "\r\n"),
                   "Content-Length: ", body.size(), "\r\n\r\n", body));
  return testing::ParsePlainResponse(connection.ReadToEnd());
}

boost::json::object JsonOf(const testing::PlainResponse& response) {
  return boost::json::parse(response.body).as_object();
}

// Whoever it is, in OpenAI's form.
void ExpectServed(const std::string& provider, const testing::PlainResponse& response) {
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.head, HasSubstr("x-spillway-provider: " + provider + "\r\n"));
  const boost::json::object answer = JsonOf(response);
  EXPECT_EQ(answer.at("object"), "chat.completion");
  EXPECT_EQ(answer.at("choices").at(0).at("message").at("content"), "This is a test!");
}

TEST(OpenAiDoorExampleTest, OneClientGetsAnswersOfThreeProtocols) {
  ExampleScene scene(Example("openai-door.yaml"));
  for (const std::string provider : {"openai", "anthropic", "bedrock"}) {
    ExpectServed(provider, Ask(scene));
    scene.sim().SetScript(provider, "rate_limited:retry_after=30");
  }
  const testing::PlainResponse refused = Ask(scene);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.head, HasSubstr("retry-after: "));
  EXPECT_EQ(JsonOf(refused).at("error").at("code"), "rate_limit_exceeded");
}

TEST(OpenAiDoorExampleTest, AStreamFailsOverBeforeItsFirstToken) {
  ExampleScene scene(Example("openai-door.yaml").Script("openai", "overloaded"));
  const testing::PlainResponse stream =
      Ask(scene, R"(, "stream": true, "stream_options": {"include_usage": true})");
  EXPECT_EQ(stream.status, 200);
  EXPECT_THAT(stream.head, HasSubstr("content-type: text/event-stream"));
  EXPECT_THAT(stream.head, HasSubstr("x-spillway-provider: anthropic"));
  EXPECT_THAT(stream.body, HasSubstr("\"finish_reason\":\"stop\""));
  EXPECT_THAT(stream.body, HasSubstr("\"prompt_tokens\":"));
  EXPECT_THAT(stream.body, HasSubstr("data: [DONE]\n\n"));
  EXPECT_THAT(stream.body, EndsWith("0\r\n\r\n"));
}

TEST(OpenAiDoorExampleTest, AStreamThatBreaksDoesNotLookWhole) {
  ExampleScene scene(Example("openai-door.yaml").Script("openai", "cut:after=2"));
  const testing::PlainResponse stream = Ask(scene, R"(, "stream": true)");
  EXPECT_EQ(stream.status, 200);
  EXPECT_THAT(stream.body, HasSubstr("data: {\"error\":{"));
  EXPECT_THAT(stream.body, HasSubstr("\"code\":\"stream_broken\""));
  EXPECT_THAT(stream.body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(stream.body, Not(EndsWith("0\r\n\r\n")));
}

TEST(OpenAiDoorExampleTest, CallersNeedTheirKey) {
  ExampleScene scene(Example("openai-door.yaml"));
  const testing::PlainResponse refused = Ask(scene, "", "");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(JsonOf(refused).at("error").at("code"), "invalid_api_key");
  EXPECT_EQ(Ask(scene, "", "another-key").status, 401);
}

TEST(OpenAiDoorExampleTest, ItsModelsAreThoseOfItsPolicies) {
  ExampleScene scene(Example("openai-door.yaml"));
  testing::PlainConnection connection(static_cast<std::uint16_t>(scene.server().ports().openai));
  connection.Send(absl::StrCat(
      "GET /v1/models HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ", kKey, "\r\n\r\n"));
  const boost::json::object list = JsonOf(testing::ParsePlainResponse(connection.ReadToEnd()));
  std::vector<std::string> ids;
  for (const auto& model : list.at("data").as_array()) ids.emplace_back(model.at("id").as_string());
  EXPECT_THAT(ids, ElementsAre("claude-sonnet-4-5", "gpt-4o"));
}

TEST(OpenAiDoorExampleTest, GrpcCallersGoOnBesideIt) {
  ExampleScene scene(Example("openai-door.yaml").As(kProductionKey));
  ExpectServedBy("openai", scene.Chat());
  ExpectServed("openai", Ask(scene));
  EXPECT_EQ(
      scene.Metric(R"(spillway_calls_total{code="OK",environment="production",policy="gpt-4o-anywhere"})"),
      2);
  EXPECT_EQ(scene.Metric(R"(spillway_door_requests_total{code="200",path="chat_completions"})"), 1);
}

}  // namespace
}  // namespace spillway::e2e
