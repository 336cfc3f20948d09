// Providers that tell the credential they were shown.
#include "tests/sim/echo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/config.h"
#include "tests/sim/personality.h"
#include "tests/sim/request_log.h"

namespace spillway::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "velvet/marble+lantern=";

class EchoTest : public ::testing::Test {
 protected:
  Reply Answer(const std::string& script, const std::string& api = "openai", const std::string& body = "") {
    PersonalityConfig config;
    config.name = "p";
    config.api = api;
    config.script = ParseScript(script);
    const std::string target = api == "bedrock" ? "/model/m/converse-stream" : "/v1/chat/completions";
    Personality personality(config, &log_);
    return personality.Handle({"POST", target, {{"authorization", std::string("Bearer ") + kKey}}, body});
  }

  RequestLog log_;
};

TEST_F(EchoTest, AnErrorsMessageHoldsIt) {
  for (const char* api : {"openai", "azure_openai", "anthropic", "gemini", "bedrock", "mistral", "cohere"}) {
    PersonalityConfig config;
    config.name = "p";
    config.api = api;
    const auto made = MakeApi(api, {.name = "p"});
    const Step step = ParseScript("server_error:echo=raw").Next();
    EXPECT_EQ(step.echo, EchoForm::kRaw);
    std::string body = made->Fail(step, {"POST", "/", {}, "{}"}).http.body;
    TellInError(kKey, body);
    EXPECT_THAT(body, HasSubstr(std::string("\":\"") + kKey)) << api;
  }
  EXPECT_THAT(Answer("bad_gateway:echo=raw").answer.body, HasSubstr(std::string("<title>") + kKey));
}

TEST_F(EchoTest, EachFormIsItsOwn) {
  EXPECT_EQ(InEchoForm(kKey, EchoForm::kBase64), "dmVsdmV0L21hcmJsZStsYW50ZXJuPQ==");
  EXPECT_EQ(InEchoForm(kKey, EchoForm::kUrl), "velvet%2Fmarble%2Blantern%3D");
  EXPECT_EQ(InEchoForm(kKey, EchoForm::kHex), "76656c7665742f6d6172626c652b6c616e7465726e3d");
  EXPECT_EQ(InEchoForm(kKey, EchoForm::kHead), "velvet/marbl");
  EXPECT_EQ(InEchoForm(kKey, EchoForm::kMasked), "velvet/marbl********ern=");
  EXPECT_EQ(InEchoForm(kKey, EchoForm::kDotted), "velvet/marbl...ern=");
}

TEST_F(EchoTest, ABodyAndHeadersHoldItWhereTheySaySo) {
  const Reply reply = Answer(
      R"({"fault": "ok", "status": 500, "body": "no {{credential}}", "headers": {"x-request-id": "{{credential}}"}, "echo": "head"})");
  EXPECT_EQ(reply.answer.body, "no velvet/marbl");
  EXPECT_EQ(*FindHeader(reply.answer.headers, "x-request-id"), "velvet/marbl");
}

TEST_F(EchoTest, AStreamsErrorHoldsIt) {
  const Reply reply = Answer("error_event:echo=raw", "openai",
                             R"({"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]})");
  ASSERT_TRUE(reply.stream);
  EXPECT_THAT(reply.stream->bytes, HasSubstr(std::string(R"("message":")") + kKey));
  const Reply frames = Answer("error_event:echo=raw", "bedrock",
                              R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})");
  ASSERT_TRUE(frames.stream);
  EXPECT_THAT(frames.stream->bytes, HasSubstr(kKey));
}

TEST_F(EchoTest, AmazonsTokenAndKeyIdAreToldToo) {
  const Request request{
      "POST",
      "/",
      {{"x-amz-security-token", "token"}, {"authorization", "AWS4-HMAC-SHA256 Credential=id/x"}}};
  EXPECT_EQ(PresentedCredential(request), "token AWS4-HMAC-SHA256 Credential=id/x");
  EXPECT_EQ(PresentedCredential({"POST", "/x?key=k", {}}), "k");
  EXPECT_EQ(PresentedCredential({"POST", "/", {{"api-key", "k"}}}), "k");
}

TEST_F(EchoTest, WithoutEchoNothingIsTold) {
  EXPECT_THAT(Answer("server_error").answer.body, Not(HasSubstr("velvet")));
}

}  // namespace
}  // namespace spillway::sim
