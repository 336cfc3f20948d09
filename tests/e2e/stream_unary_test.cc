// Unary calls served over a streamed exchange (stream_unary), at every API.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/apis_scene.h"

namespace spillway::e2e {
namespace {

std::string Policies(const std::string& api) {
  return absl::StrCat("  - name: pair\n    model: pair\n    production: {failover: {targets: [{endpoint: ",
                      api, ", model: \"", ModelOf(api),
                      "\"}, {endpoint: backup, model: backup-model}]}}\n    stream_unary: true\n",
                      "    stream_idle_timeout: 300ms\n");
}

class StreamUnaryTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::string api() const { return GetParam(); }

  client::Result<v1::ChatResponse> Chat(const std::string& script) {
    scene_.Script(api(), script);
    scene_.Script("backup", "ok:tokens=25");
    v1::ChatRequest request;
    request.set_model("pair");
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content("Count for me");
    return scene_.Chat(request);
  }

  // The same, asked for as a whole.
  client::Result<v1::ChatResponse> ChatWhole() {
    scene_.Script(api(), "ok:tokens=25");
    v1::ChatRequest request;
    request.set_model("chat-" + api());
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content("Count for me");
    return scene_.Chat(request);
  }

  bool AskedForAStream() const {
    const auto asked = scene_.sim().Log({.personality = GetParam()});
    const sim::Request& request = asked.back().request;
    return request.target.find("stream") != std::string::npos ||
           request.body.find("\"stream\":true") != std::string::npos;
  }

  mutable ApisScene scene_{{.policies = Policies(GetParam()), .backup = true}};
};

INSTANTIATE_TEST_SUITE_P(All, StreamUnaryTest, ::testing::ValuesIn(kApis),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(StreamUnaryTest, SaysWhatAWholeAnswerWouldHaveSaid) {
  const auto streamed = Chat("ok:tokens=25");
  ASSERT_TRUE(streamed.ok()) << streamed.status.error_message();
  EXPECT_TRUE(AskedForAStream());
  const auto whole = ChatWhole();
  ASSERT_TRUE(whole.ok()) << whole.status.error_message();
  EXPECT_FALSE(AskedForAStream());
  const v1::Choice& choice = streamed.response.choices(0);
  EXPECT_EQ(choice.message().content(), whole.response.choices(0).message().content());
  EXPECT_EQ(choice.finish_reason(), whole.response.choices(0).finish_reason());
  EXPECT_EQ(streamed.response.usage().total_tokens(), whole.response.usage().total_tokens());
  EXPECT_EQ(streamed.response.route().served_by().endpoint(), api());
}

TEST_P(StreamUnaryTest, AStallAmidTheAnswerFailsOverUnnoticed) {
  const auto result = Chat("stall:after=20:tokens=25");
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(result.response.route().served_by().endpoint(), "backup");
  EXPECT_EQ(result.response.route().attempts(0).failure(), v1::FAILURE_STALLED);
  const std::string& content = result.response.choices(0).message().content();
  EXPECT_TRUE(content.starts_with("w1 w2") && content.ends_with("w24 w25")) << content;
}

}  // namespace
}  // namespace spillway::e2e
