// What reaches the provider: the caller's request, with the target's model in it and nothing else changed.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <string>
#include <utility>

#include "providers/codec.h"
#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// `text` with its one `from` replaced.
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " is not in " << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string Header(const sim::LogEntry& entry, const std::string& name) {
  const std::string* value = FindHeader(entry.request.headers, name);
  return value == nullptr ? "" : *value;
}

v1::ChatRequest RichCall() {
  v1::ChatRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      model: "gpt-4o"
      messages {role: ROLE_SYSTEM content: "Be \"brief\"\n and kind. \xf0\x9f\x98\x80"}
      messages {role: ROLE_USER name: "ann" parts {text: "Look:"} parts {image_url {url: "data:image/png;base64,AA==" detail: "low"}}}
      messages {role: ROLE_ASSISTANT tool_calls {id: "call_1" type: "function" function {name: "f" arguments: "{\"a\": 1.50}"}}}
      messages {role: ROLE_TOOL tool_call_id: "call_1" content: "42"}
      tools {type: "function" function {name: "f" description: "d" parameters {fields {key: "type" value {string_value: "object"}}}}}
      temperature: 0.7 top_p: 0.1 max_tokens: 50 stop: "END" seed: 7 user: "u-1"
      logit_bias {key: "50256" value: -100}
      extra {fields {key: "vendor_field" value {bool_value: true}}})",
                                                            &request));
  return request;
}

TEST(RequestTest, TheModelIsRewrittenForEachAttemptAndNothingElse) {
  Scene scene({.primary = "tls,fault=overloaded"});
  const auto result = scene.Chat(RichCall());
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  const sim::LogEntry first = scene.Asked("primary").at(0);
  const sim::LogEntry second = scene.Asked("backup").at(0);
  EXPECT_EQ(boost::json::parse(first.request.body).at("model"), "gpt-4o");
  EXPECT_EQ(boost::json::parse(second.request.body).at("model"), "gpt-4o-mini");
  EXPECT_EQ(Replaced(first.request.body, R"("model":"gpt-4o")", R"("model":"gpt-4o-mini")"),
            second.request.body);
  EXPECT_EQ(first.request.target, "/v1/chat/completions");
  EXPECT_EQ(second.request.target, "/v1/chat/completions");
  EXPECT_THAT(Header(first, "content-type"), HasSubstr("application/json"));
  EXPECT_EQ(Header(first, "accept-encoding"), "identity");
  EXPECT_EQ(Header(first, "authorization"), "Bearer " + sim::Fingerprint(kPrimaryKey));
  EXPECT_EQ(Header(second, "authorization"), "Bearer " + sim::Fingerprint(kBackupKey));
  EXPECT_EQ(Header(first, "host"), scene.sim().address("primary"));
}

TEST(RequestTest, WhatTheCallerWroteIsWhatTheProviderReads) {
  Scene scene;
  ASSERT_TRUE(scene.Chat(RichCall()).ok());
  const boost::json::object body = boost::json::parse(scene.Asked("primary").at(0).request.body).as_object();
  EXPECT_EQ(body.at("messages").at(0).at("content"), "Be \"brief\"\n and kind. 😀");
  EXPECT_EQ(body.at("messages").at(2).at("tool_calls").at(0).at("function").at("arguments"), "{\"a\": 1.50}");
  EXPECT_EQ(body.at("temperature").as_double(), 0.7);
  EXPECT_EQ(body.at("seed"), 7);
  EXPECT_EQ(body.at("vendor_field"), true);
  EXPECT_FALSE(body.contains("stream"));
  EXPECT_FALSE(body.contains("frequency_penalty")) << "what was not given is not sent";
}

TEST(RequestTest, ALeafsPathReplacesTheApis) {
  Scene scene({.primary = "tls,fault=overloaded",
               .backup = "tls,path=/v1/engines/x",
               .backup_path = "/v1/engines/x"});
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("backup").at(0).request.target, "/v1/engines/x");
}

TEST(RequestTest, AnUnnamedModelGoesToThePrimaryEndpointUntouched) {
  Scene scene({.primary_endpoint = true});
  const auto result = scene.Chat(TestCall("meta/llama-3.1 70b:free"));
  ExpectServedBy("primary", result);
  EXPECT_EQ(boost::json::parse(scene.Asked("primary").at(0).request.body).at("model"),
            "meta/llama-3.1 70b:free");
  EXPECT_EQ(result.metadata.at("x-spillway-model"), "meta/llama-3.1 70b:free");
  EXPECT_EQ(result.metadata.at("x-spillway-policy"), "");
  EXPECT_EQ(result.response.route().policy(), "");
  EXPECT_EQ(scene.Metric(R"(spillway_attempts_total{endpoint="primary",model="*",outcome="ok"})"), 1);
  EXPECT_THAT(scene.server().Get("/metrics").body, Not(HasSubstr("llama")));
}

TEST(RequestTest, WithoutAPrimaryEndpointAnUnnamedModelIsNotFound) {
  Scene scene;
  const auto result = scene.Chat(TestCall("gpt-9"));
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(result.status.error_message(), HasSubstr("gpt-9"));
  ASSERT_TRUE(result.details.error_info);
  EXPECT_EQ(result.details.error_info->reason(), "UNKNOWN_MODEL");
  EXPECT_TRUE(scene.sim().Log().empty());
}

TEST(RequestTest, AModelThePrimaryEndpointDoesNotHaveIsNotFoundEither) {
  Scene scene({.primary = "tls,model=gpt-4o", .primary_endpoint = true});
  const auto result = scene.Chat(TestCall("gpt-9"));
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(result.status.error_message(), HasSubstr("does not exist"));
  ExpectServedBy("primary", scene.Chat());
}

// Numbered words, so that a lost or doubled piece is noticed.
std::string Megabytes(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; text.size() < count << 20; ++i) {
    char word[16];
    std::snprintf(word, sizeof word, "%07zu ", i);
    text += word;
  }
  return text;
}

TEST(LargeRequestTest, FiveMegabytesArriveWholeAtEveryTarget) {
  Scene scene({.primary = "tls,fault=overloaded"});
  v1::ChatRequest request = TestCall();
  request.mutable_messages(0)->set_content(Megabytes(5));
  const auto result = scene.Chat(request);
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(result.response.route().served_by().endpoint(), "backup");
  for (const auto& [name, model] : {std::pair("primary", "gpt-4o"), std::pair("backup", "gpt-4o-mini")}) {
    const std::string expected =
        providers::MakeCodec(v1::API_OPENAI, {"/v1", model, ""})->Encode(request)->body;
    const sim::LogEntry entry = scene.Asked(name).at(0);
    EXPECT_EQ(entry.request_bytes, expected.size());
    // The simulator keeps the beginning; the tokens it counted are those of the whole.
    EXPECT_TRUE(entry.request.body == expected.substr(0, entry.request.body.size()));
  }
  EXPECT_GE(result.response.usage().prompt_tokens(), (5 << 20) / 8);
}

TEST(LargeRequestTest, FortyMegabytesAreRefusedClearly) {
  Scene scene;
  v1::ChatRequest request = TestCall();
  request.mutable_messages(0)->set_content(std::string(40 << 20, 'x'));
  const auto result = scene.Chat(request);
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(result.status.error_message(), HasSubstr("larger than max"));
  EXPECT_TRUE(scene.sim().Log().empty());
  ExpectServedBy("primary", scene.Chat());
}

TEST(LargeRequestTest, TheLimitIsTheConfigurations) {
  Scene scene({.grpc = ", max_message_bytes: 1024"});
  v1::ChatRequest request = TestCall();
  request.mutable_messages(0)->set_content(std::string(2000, 'x'));
  EXPECT_EQ(scene.Chat(request).status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  ExpectServedBy("primary", scene.Chat());
}

}  // namespace
}  // namespace spillway::e2e
