// No secret comes out: not from a provider that echoes it, not from an error, not from a configuration that
// holds one where it does not belong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/canary_scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kForms[] = {"raw", "base64", "url", "hex", "head", "masked", "dotted"};

TEST(CanariesTest, AreFoundInEveryForm) {
  testing::Canaries canaries;
  const std::string secret = "velvet/marble+lantern=";
  canaries.Plant("key", secret);
  for (const std::string& text :
       {secret, secret.substr(0, 12), absl::Base64Escape(secret), absl::Base64Escape("u:" + secret),
        absl::Base64Escape("me:" + secret), absl::Base64Escape("you:" + secret + "!"),
        absl::BytesToHexString(secret), std::string("velvet%2fmarble%2Blantern%3D")}) {
    EXPECT_THAT(canaries.In("said: " + text + "."), Not(IsEmpty())) << text;
  }
  EXPECT_THAT(canaries.In("velvet, marble and a lantern"), IsEmpty());
}

class CanaryTest : public ::testing::TestWithParam<std::vector<std::string>> {
 protected:
  CanaryTest() : scene_(GetParam()) {}

  // What was said of one call: no secret, and, for the test's own sake, that there was one to be said.
  void ExpectKept(const std::string& said, const std::string& where) {
    EXPECT_THAT(scene_.canaries().In(said), IsEmpty()) << where << "\n" << said;
  }

  // The same call at every front, in both forms of an answer.
  void CallEverywhere(const std::string& api, const std::string& where, bool redacted) {
    const std::string model = "chat-" + api;
    for (const std::string& said :
         {scene_.Chat(model), scene_.Stream(model), scene_.Door(model, false), scene_.Door(model, true)}) {
      ExpectKept(said, where);
      if (redacted) {
        EXPECT_THAT(said, HasSubstr("[redacted]")) << where << "\n" << said;
      }
    }
  }

  ~CanaryTest() override {
    if (!scene_.running()) return;
    scene_.AskAround();
    scene_.process().Signal(SIGTERM);
    EXPECT_EQ(scene_.process().Wait(), 0);
    const std::string all = scene_.Everything();
    EXPECT_THAT(all, HasSubstr("stopped"));
    EXPECT_THAT(all, HasSubstr("spillway_calls_total{"));
    EXPECT_THAT(all, HasSubstr("--config"));
    EXPECT_THAT(scene_.canaries().In(all), IsEmpty());
  }

  CanaryScene scene_;
};

TEST_P(CanaryTest, AProvidersErrorTellsNoKey) {
  ASSERT_TRUE(scene_.running());
  for (const std::string api : kApis) {
    for (const std::string fault : {"invalid_key", "permission", "invalid_request", "server_error", "quota",
                                    "bad_gateway", "error_in_200"}) {
      for (const std::string form : kForms) {
        const std::string script = absl::StrCat(fault, ":echo=", form);
        scene_.sim().SetScript(api, script);
        // Of Mistral's 422 nothing is repeated.
        const bool told = api != "mistral" || fault != "invalid_request";
        CallEverywhere(api, absl::StrCat(api, " ", script), form == "raw" && told);
      }
    }
  }
}

TEST_P(CanaryTest, AnErrorInAStreamTellsNoKey) {
  ASSERT_TRUE(scene_.running());
  for (const std::string api : kApis) {
    for (const std::string form : kForms) {
      for (const int after : {0, 2}) {
        scene_.sim().SetScript(api,
                               absl::StrCat("error_event:class=server_error:after=", after, ":echo=", form));
        const std::string where = absl::StrCat(api, " ", form, " after ", after);
        ExpectKept(scene_.Stream("chat-" + api), where);
        ExpectKept(scene_.Door("chat-" + api, true), where);
      }
    }
  }
}

TEST_P(CanaryTest, NoAnswerOfOddShapeTellsAKey) {
  ASSERT_TRUE(scene_.running());
  const std::vector<std::string> bodies = {
      R"("the credential {{credential}} is not known here")",
      R"("<html><head><title>{{credential}}</title></head><body>{{credential}}</body></html>")",
      R"({"error": {"message": "no", "type": "{{credential}}", "code": "{{credential}}", "param": "{{credential}}"}})",
      R"({"error": "{{credential}}", "code": "{{credential}}"})",
      R"({"message": "{\"error\": {\"message\": \"{{credential}}\"}}"})",
      R"([{"error": {"code": 400, "message": "{{credential}}", "status": "{{credential}}"}}])"};
  const std::string headers =
      R"({"x-request-id": "{{credential}}", "x-amzn-requestid": "{{credential}}", "x-amzn-errortype": "{{credential}}",
          "www-authenticate": "Bearer realm={{credential}}", "retry-after": "{{credential}}",
          "content-type": "text/{{credential}}", "x-spillway-model": "{{credential}}"})";
  for (const std::string api : kApis) {
    for (const int status : {200, 307, 400, 401, 429, 500}) {
      for (const std::string& body : bodies) {
        for (const std::string form : {"raw", "base64", "head"}) {
          scene_.sim().SetScript(api,
                                 absl::StrCat(R"({"fault": "ok", "status": )", status, R"(, "body": )", body,
                                              R"(, "headers": )", headers, R"(, "echo": ")", form, R"("})"));
          const std::string where = absl::StrCat(api, " ", status, " ", form, " ", body);
          ExpectKept(scene_.Chat("chat-" + api), where);
          ExpectKept(scene_.Door("chat-" + api, true), where);
        }
      }
    }
  }
}

TEST_P(CanaryTest, AnAnswersIdTellsNoKey) {
  ASSERT_TRUE(scene_.running());
  const std::pair<const char*, const char*> answers[] = {
      {"openai",
       R"({"id": "{{credential}}", "object": "chat.completion", "created": 1, "model": "m", "choices": [
           {"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}]})"},
      {"anthropic",
       R"({"id": "msg_{{credential}}", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
           "content": [{"type": "text", "text": "Yes."}], "usage": {"input_tokens": 1, "output_tokens": 1}})"},
      {"gemini",
       R"({"responseId": "{{credential}}", "candidates": [{"content": {"role": "model", "parts": [{"text": "Yes."}]},
           "finishReason": "STOP"}]})"},
      {"bedrock",
       R"({"output": {"message": {"role": "assistant", "content": [{"text": "Yes."}]}}, "stopReason": "end_turn",
           "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}})"}};
  for (const auto& [api, body] : answers) {
    for (const char* form : {"raw", "base64", "url", "hex"}) {
      scene_.sim().SetScript(
          api,
          absl::StrCat(R"({"fault": "ok", "body": )", body,
                       R"(, "headers": {"x-amzn-requestid": "{{credential}}"}, "echo": ")", form, R"("})"));
      for (const std::string& said :
           {scene_.Chat(absl::StrCat("chat-", api)), scene_.Door(absl::StrCat("chat-", api), false)}) {
        ExpectKept(said, absl::StrCat(api, " ", form));
        EXPECT_THAT(said, HasSubstr("Yes."));
        EXPECT_THAT(said, HasSubstr("[redacted]"));
      }
    }
  }
}

TEST_P(CanaryTest, AStreamedAnswersIdTellsNoKey) {
  ASSERT_TRUE(scene_.running());
  const std::string chunk =
      R"(data: {\"id\": \"{{credential}}\", \"object\": \"chat.completion.chunk\", \"created\": 1, \"model\": \"m\", )"
      R"(\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"Yes.\"}, \"finish_reason\": \"stop\"}]}\n\n)";
  scene_.sim().SetScript("openai",
                         absl::StrCat(R"({"fault": "ok", "body": ")", chunk,
                                      R"(data: [DONE]\n\n", "echo": "raw", "headers": {"content-type": )"
                                      R"("text/event-stream"}})"));
  for (const std::string& said : {scene_.Stream("chat-openai"), scene_.Door("chat-openai", true)}) {
    ExpectKept(said, "a stream");
    EXPECT_THAT(said, HasSubstr("Yes."));
    EXPECT_THAT(said, HasSubstr("[redacted]"));
  }
}

TEST_P(CanaryTest, NoFailureOfAConnectionTellsAKey) {
  ASSERT_TRUE(scene_.running());
  const std::string said = scene_.Chat("chat-stranger");
  EXPECT_THAT(said, HasSubstr("certificate")) << "the handshake failed";
  ExpectKept(said, "TLS");
  for (const std::string fault :
       {"garbage", "reset", "reset_after_headers", "cut", "bad_json", "invalid_utf8", "empty_body",
        "oversized_header", "garbage_event", "no_finish"}) {
    for (const std::string api : kApis) scene_.sim().SetScript(api, fault);
    for (const std::string api : kApis) {
      ExpectKept(scene_.Chat("chat-" + api), fault);
      ExpectKept(scene_.Stream("chat-" + api), fault);
    }
    ExpectKept(scene_.Chat("chat-all"), fault);
  }
  EXPECT_THAT(scene_.sim().Log({.personality = "stranger"}), IsEmpty());
}

TEST_P(CanaryTest, AWrongKeyOfACallersIsNotRepeated) {
  ASSERT_TRUE(scene_.running());
  const std::string key = CanaryScene::CallerKey();
  for (const std::string& wrong : {key + "x", "Bearer " + key, key + ", Bearer " + key, key + " x"}) {
    const std::string said = scene_.Chat("chat-openai", wrong);
    EXPECT_THAT(said, HasSubstr("_KEY"));
    ExpectKept(said, "gRPC");
  }
  for (const std::string& headers :
       {absl::StrCat("authorization: ", key, "\r\n"), absl::StrCat("authorization: Basic ", key, "\r\n"),
        absl::StrCat("api-key: ", key, "x\r\n"),
        absl::StrCat("authorization: Bearer ", key, "\r\napi-key: other\r\n"),
        absl::StrCat("authorization: Bearer ", key, "\r\nauthorization: Bearer ", key, "\r\n"),
        absl::StrCat("authorization: Bearer ", key, "\r\nContent-Length: ", key, "\r\n"),
        absl::StrCat("authorization: Bearer ", key, "\r\n", key, "\r\n")}) {
    ExpectKept(scene_.Door("chat-openai", false, headers), headers);
  }
}

TEST_P(CanaryTest, TheCommandsTellNoKey) {
  ASSERT_TRUE(scene_.running());
  for (const std::string api : kApis) scene_.sim().SetScript(api, "invalid_key:echo=raw");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"chat", "--json", "--verbose", "--model", "chat-all", "hi"},
        {"chat", "--verbose", "--model", "chat-all", "hi"},
        {"chat", "--stream", "--json", "--verbose", "--model", "chat-openai", "hi"},
        {"chat", "--stream", "--verbose", "--model", "chat-anthropic", "hi"},
        {"route", "--json", "--model", "chat-all"},
        {"route", "--model", "chat-all"},
        {"targets", "--json"},
        {"targets"},
        {"reload", "--json"},
        {"chat", "--no-such-flag"}}) {
    const std::string said = scene_.Command(arguments);
    EXPECT_THAT(said, Not(IsEmpty()));
    ExpectKept(said, absl::StrCat(arguments[0], " ", arguments[1 % arguments.size()]));
  }
}

using Flags = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(LogFormats, CanaryTest, ::testing::Values(Flags{}, Flags{"--log-format", "text"}),
                         [](const auto& info) { return info.param.empty() ? "Json" : "Text"; });

}  // namespace
}  // namespace spillway::e2e
