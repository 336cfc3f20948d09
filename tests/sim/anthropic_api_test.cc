#include "tests/sim/anthropic_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <utility>

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kTools[] = R"("tools":[{"name":"get_weather","input_schema":{"type":"object",
    "properties":{"city":{"type":"string"}}}},{"name":"get_time","input_schema":{"type":"object"}}])";

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":")" + text + R"("}])";
}

class AnthropicApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& body, const HttpHeaders& headers = {},
                    const std::string& path = "/v1/messages") {
    HttpHeaders all = headers;
    if (FindHeader(headers, "anthropic-version") == nullptr)
      all.emplace_back("anthropic-version", "2023-06-01");
    return MakeAnthropicApi(options_)->Respond({"POST", path, all, body}, {kNow}).http;
  }

  // With a model and a limit.
  static std::string Body(const std::string& members) {
    return R"({"model":"claude-haiku-4-5","max_tokens":4096,)" + members + "}";
  }

  json::object Ask(const std::string& members) {
    const HttpResponse answer = Post(Body(members));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  // The message of a 400.
  std::string Mistake(const std::string& members) { return MistakeOf(Post(Body(members))); }

  static std::string MistakeOf(const HttpResponse& answer) {
    const json::value body = json::parse(answer.body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(body.at("error").at("type"), "invalid_request_error");
    return std::string(body.at("error").at("message").as_string());
  }

  ApiOptions options_{.name = "claude"};
};

// A conversation up to a tool's result; `before` stands before the call, `result` is the user's content.
std::string Loop(const std::string& result, const std::string& before = "") {
  return kTools + std::string(R"(,"messages":[{"role":"user","content":"weather?"},
    {"role":"assistant","content":[)") +
         before + R"({"type":"tool_use","id":"t1","name":"get_weather","input":{"city":"Rome"}}]},
    {"role":"user","content":)" +
         result + "}]";
}

TEST_F(AnthropicApiTest, AnswersTheDocumentationsQuestion) {
  const json::object answer = Ask(Asked("Say this is a test!"));
  EXPECT_EQ(answer.at("type"), "message");
  EXPECT_EQ(answer.at("content"), json::parse(R"([{"type":"text","text":"This is a test!"}])"));
  EXPECT_EQ(answer.at("stop_reason"), "end_turn");
  EXPECT_EQ(answer.at("model"), "claude-haiku-4-5");
  EXPECT_THAT(std::string(answer.at("id").as_string()), StartsWith("msg_01"));
  EXPECT_GT(answer.at("usage").at("input_tokens").as_int64(), 0);
  EXPECT_EQ(answer.at("usage").at("output_tokens"), 4);
}

TEST_F(AnthropicApiTest, HeadersAreLikeAnthropics) {
  const HttpResponse answer = Post(Body(Asked("hi")));
  EXPECT_THAT(*FindHeader(answer.headers, "request-id"), StartsWith("req_01"));
  EXPECT_EQ(*FindHeader(answer.headers, "anthropic-ratelimit-requests-reset"), "2023-11-14T22:13:21Z");
  EXPECT_EQ(*FindHeader(answer.headers, "anthropic-ratelimit-input-tokens-remaining"), "3999999");
}

TEST_F(AnthropicApiTest, TextEndsAtTheLimitOrAStopSequence) {
  EXPECT_EQ(
      json::parse(Post(R"({"model":"m","max_tokens":2,)" + Asked("hello") + "}").body).at("stop_reason"),
      "max_tokens");
  const json::object stopped = Ask(Asked("one END two") + R"(,"stop_sequences":["two","END"])");
  EXPECT_EQ(stopped.at("stop_reason"), "stop_sequence");
  EXPECT_EQ(stopped.at("stop_sequence"), "END");
  EXPECT_EQ(stopped.at("content").at(0).at("text"), "claude heard: one ");
}

TEST_F(AnthropicApiTest, ToolsAreCalledWhenNamedOrForced) {
  const json::object named = Ask(Asked("use get_weather and get_time") + "," + kTools);
  EXPECT_EQ(named.at("stop_reason"), "tool_use");
  EXPECT_EQ(named.at("content").as_array().size(), 2u);
  EXPECT_EQ(named.at("content").at(0).at("input"), json::parse(R"({"city":"example"})"));
  EXPECT_NE(named.at("content").at(0).at("id"), named.at("content").at(1).at("id"));
  const auto called = [&](const std::string& choice) {
    const json::object answer = Ask(Asked("hi") + "," + kTools + R"(,"tool_choice":)" + choice);
    const json::value& block = answer.at("content").at(0);
    return std::string((block.at("type") == "tool_use" ? block.at("name") : block.at("type")).as_string());
  };
  EXPECT_EQ(called(R"({"type":"any"})"), "get_weather");
  EXPECT_EQ(called(R"({"type":"tool","name":"get_time"})"), "get_time");
  EXPECT_EQ(called(R"({"type":"none"})"), "text");
  const json::object one = Ask(Asked("get_weather get_time") + "," + kTools +
                               R"(,"tool_choice":{"type":"auto","disable_parallel_tool_use":true})");
  EXPECT_EQ(one.at("content").as_array().size(), 1u);
}

TEST_F(AnthropicApiTest, AResultEndsTheLoop) {
  const json::object answer =
      Ask(Loop(R"([{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"sunny"}]}])"));
  EXPECT_EQ(answer.at("content").at(0).at("text"), "claude heard: weather?");
  Ask(Loop(R"([{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":"no"},
               {"type":"text","text":"and now?"}])"));
}

TEST_F(AnthropicApiTest, ASchemaIsAnsweredWithAValueThatFits) {
  const std::string format = R"(,"output_config":{"format":{"type":"json_schema","schema":)";
  const json::object answer =
      Ask(Asked("hi") + format +
          R"({"type":"object","additionalProperties":false,"properties":{"age":{"type":"integer"}}}}})");
  EXPECT_EQ(answer.at("content").at(0).at("text"), R"({"age":1})");
  EXPECT_THAT(Mistake(Asked("hi") + format + R"({"type":"object","properties":{}}}})"),
              HasSubstr("additionalProperties"));
}

TEST_F(AnthropicApiTest, TheRequestIsCheckedFieldByField) {
  const auto whole = [&](const std::string& body) { return MistakeOf(Post(body)); };
  EXPECT_THAT(whole("{"), HasSubstr("not valid JSON"));
  EXPECT_EQ(whole(R"({"max_tokens":1,)" + Asked("hi") + "}"), "model: Field required");
  EXPECT_EQ(whole(R"({"model":"m",)" + Asked("hi") + "}"), "max_tokens: Field required");
  EXPECT_EQ(whole(R"({"model":"m","max_tokens":0,)" + Asked("hi") + "}"),
            "max_tokens: must be greater than or equal to 1");
  const std::pair<const char*, const char*> cases[] = {
      {R"("seed":1)", "seed: Extra inputs are not permitted"},
      {R"("temperature":1.5)", "temperature: range: 0..1"},
      {R"("top_k":1.5)", "top_k: Input should be a valid integer"},
      {R"("stop_sequences":[" "])", "stop_sequences: each stop sequence must contain non-whitespace"},
      {R"("stream":1)", "stream: Input should be a valid boolean"},
      {R"("metadata":{"team":"x"})", "metadata.team: Extra inputs are not permitted"},
      {R"("system":[{"type":"text","text":""}])", "messages: text content blocks must be non-empty"},
      {R"("tool_choice":{"type":"auto"})", "tool_choice: may only be specified while providing tools"},
      {R"("tools":[{"name":"f","input_schema":{}}])", "tools.0.custom.input_schema.type: Field required"},
      {R"("tools":[{"name":"f g","input_schema":{"type":"object"}}])",
       "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"},
      {R"("tools":[{"name":"f","parameters":{}}])",
       "tools.0.custom.parameters: Extra inputs are not permitted"},
  };
  for (const auto& [members, message] : cases) {
    EXPECT_EQ(Mistake(Asked("hi") + "," + members), message);
  }
  EXPECT_THAT(Mistake(Asked("hi") + "," + kTools + R"(,"tool_choice":{"type":"tool","name":"f"})"),
              HasSubstr("Tool 'f' not found"));
}

TEST_F(AnthropicApiTest, MessagesHaveTheirRolesAndContents) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "messages: at least one message is required"},
      {R"(["x"])", "messages.0: Input does not match the expected shape."},
      {R"([{"role":"tool","content":"x"}])", "messages.0.role: Input should be 'user' or 'assistant'"},
      {R"([{"role":"assistant","content":"x"}])", "messages: first message must use the \"user\" role"},
      {R"([{"role":"user","content":""}])",
       "messages.0: all messages must have non-empty content except for the optional final assistant "
       "message"},
      {R"([{"role":"user","content":[{"type":"text","text":" "}]}])",
       "messages: text content blocks must contain non-whitespace text"},
      {R"([{"role":"user","name":"x","content":"x"}])", "messages.0.name: Extra inputs are not permitted"},
      {R"([{"role":"user","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]}])",
       "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages"},
      {R"([{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/tiff","data":"AA=="}}]}])",
       "messages.0.content.0.source.base64.media_type: Input should be 'image/jpeg', 'image/png', "
       "'image/gif' or 'image/webp'"},
  };
  for (const auto& [messages, message] : cases) {
    EXPECT_EQ(Mistake(std::string(R"("messages":)") + messages), message);
  }
  Ask(R"("messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":""}])");
  Ask(R"("messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://a.b/c.png"}}]}])");
}

TEST_F(AnthropicApiTest, EveryCallHasItsResultInTheNextMessageBeforeAnythingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("and?")", "`tool_use` ids were found without `tool_result` blocks immediately after: t1"},
      {R"([{"type":"tool_result","tool_use_id":"t2"},{"type":"tool_result","tool_use_id":"t1"}])",
       "unexpected `tool_use_id` found in `tool_result` blocks: t2"},
      {R"([{"type":"tool_result","tool_use_id":"t1"},{"type":"tool_result","tool_use_id":"t1"}])",
       "each tool_use must have a single result"},
      {R"([{"type":"text","text":"x"},{"type":"tool_result","tool_use_id":"t1"}])",
       "`tool_result` blocks must come before other content"},
      {R"([{"type":"tool_result","tool_use_id":"t 1"}])", "tool_use_id: String should match pattern"},
  };
  for (const auto& [result, message] : cases) EXPECT_THAT(Mistake(Loop(result)), HasSubstr(message));
  const std::string call = R"({"type":"tool_use","id":"t1","name":"get_time","input":{}},)";
  EXPECT_THAT(Mistake(Loop(R"([{"type":"tool_result","tool_use_id":"t1"}])", call)),
              HasSubstr("ids must be unique"));
  EXPECT_THAT(Mistake(R"("messages":[{"role":"user","content":"x"},{"role":"assistant","content":[
      {"type":"tool_use","id":"a","name":"f","input":"{}"}]}])"),
              HasSubstr("input: Input should be a valid dictionary"));
}

TEST_F(AnthropicApiTest, AThoughtIsSignedAndGoesBackAsItCame) {
  const std::string thinking = R"("thinking":{"type":"enabled","budget_tokens":1024},)";
  const json::object first = Ask(thinking + kTools + "," + Asked("get_weather"));
  ASSERT_EQ(first.at("content").at(0).at("type"), "thinking");
  EXPECT_EQ(first.at("content").at(1).at("type"), "tool_use");
  EXPECT_GT(first.at("usage").at("output_tokens_details").at("thinking_tokens").as_int64(), 0);

  const std::string result = R"([{"type":"tool_result","tool_use_id":"t1"}])";
  json::object thought = first.at("content").at(0).as_object();
  Ask(thinking + Loop(result, json::serialize(thought) + ","));
  EXPECT_THAT(Mistake(thinking + Loop(result)), HasSubstr("Expected `thinking`"));
  thought["thinking"] = "something else";
  EXPECT_THAT(Mistake(Loop(result, json::serialize(thought) + ",")), HasSubstr("Invalid `signature`"));
}

TEST_F(AnthropicApiTest, ThinkingAsksSomethingOfTheRest) {
  const auto mistake = [&](const std::string& thinking, const std::string& rest) {
    return Mistake(Asked("hi") + R"(,"thinking":)" + thinking + rest);
  };
  const std::string fine = R"({"type":"enabled","budget_tokens":2000})";
  EXPECT_THAT(mistake(R"({"type":"enabled"})", ""), HasSubstr("budget_tokens: Field required"));
  EXPECT_THAT(mistake(R"({"type":"enabled","budget_tokens":1023})", ""), HasSubstr("equal to 1024"));
  EXPECT_THAT(mistake(R"({"type":"enabled","budget_tokens":4096})", ""), HasSubstr("must be greater than"));
  EXPECT_THAT(mistake(fine, R"(,"temperature":0.5)"), HasSubstr("only be set to 1"));
  EXPECT_THAT(mistake(fine, R"(,"top_k":5)"), HasSubstr("must be unset"));
  EXPECT_THAT(mistake(fine, std::string(",") + kTools + R"(,"tool_choice":{"type":"any"})"),
              HasSubstr("forces tool use"));
  EXPECT_EQ(Ask(Asked("hi") + R"(,"thinking":{"type":"disabled"})").at("content").as_array().size(), 1u);
  EXPECT_EQ(Ask(Asked("hi") + R"(,"thinking":{"type":"adaptive"})").at("content").as_array().size(), 2u);
}

TEST_F(AnthropicApiTest, TheVersionIsRequiredAndTheLatestTakesNoSampling) {
  const auto with = [&](const std::string& version, const std::string& rest) {
    return Post(Body(Asked("hi") + rest), {{"anthropic-version", version}});
  };
  EXPECT_EQ(MistakeOf(with("", "")), "anthropic-version: header is required");
  EXPECT_THAT(MistakeOf(with("2024-01-01", "")), HasSubstr("not a valid version"));
  EXPECT_EQ(with("2026-10-21", "").status, 200);
  EXPECT_EQ(with("2023-06-01", R"(,"temperature":0.5,"top_p":0.5,"top_k":5)").status, 200);
  for (const char* sampling : {R"(,"temperature":1)", R"(,"top_p":1)", R"(,"top_k":1)"}) {
    EXPECT_THAT(MistakeOf(with("2026-10-21", sampling)), HasSubstr("Extra inputs")) << sampling;
  }
}

TEST_F(AnthropicApiTest, TheKeyComesInEitherHeader) {
  options_.api_key = "right";
  const auto post = [&](const HttpHeaders& headers) { return Post(Body(Asked("hi")), headers); };
  EXPECT_EQ(post({{"x-api-key", "right"}}).status, 200);
  EXPECT_EQ(post({{"authorization", "Bearer right"}}).status, 200);
  for (const HttpHeaders& headers :
       {HttpHeaders{}, HttpHeaders{{"x-api-key", "wrong"}}, HttpHeaders{{"authorization", "Bearer wrong"}}}) {
    const HttpResponse answer = post(headers);
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(answer.body, HasSubstr(R"("type":"authentication_error")"));
    EXPECT_EQ(*FindHeader(answer.headers, "x-should-retry"), "false");
  }
}

TEST_F(AnthropicApiTest, ChatIsAPostToMessagesAndUnknownModelsAreNotFound) {
  options_.models = {"claude-haiku-4-5"};
  const auto api = MakeAnthropicApi(options_);
  EXPECT_TRUE(api->IsChat({"POST", "/v1/messages?beta=true"}));
  EXPECT_FALSE(api->IsChat({"GET", "/v1/messages"}));
  EXPECT_FALSE(api->IsChat({"POST", "/v1/messages/count_tokens"}));
  EXPECT_EQ(Post(Body(Asked("hi"))).status, 200);
  EXPECT_EQ(Post(Body(Asked("hi")), {}, "/v1/chat/completions").status, 404);
  EXPECT_THAT(Post(R"({"model":"other","max_tokens":1,)" + Asked("hi") + "}").body,
              HasSubstr(R"("type":"not_found_error","message":"model: other")"));
}

TEST_F(AnthropicApiTest, AnyOtherStatusHasABodyToo) {
  EXPECT_THAT(MakeAnthropicApi({})->ErrorBody(504), HasSubstr(R"("type":"timeout_error")"));
}

}  // namespace
}  // namespace spillway::sim
