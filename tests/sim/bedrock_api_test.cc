#include "tests/sim/bedrock_api.h"

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
constexpr char kPath[] = "/model/anthropic.claude-v1%3A0/converse";
constexpr char kTools[] = R"("tools":[
    {"toolSpec":{"name":"get_weather","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}}}}}},
    {"toolSpec":{"name":"get_time","inputSchema":{"json":{"type":"object"}}}}])";

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":[{"text":")" + text + R"("}]}])";
}

std::string ToolConfig(const std::string& choice = "") {
  return R"("toolConfig":{)" + std::string(kTools) + (choice.empty() ? "" : R"(,"toolChoice":)" + choice) +
         "}";
}

// A conversation up to a tool's result, `result` being the blocks of the last message.
std::string Loop(const std::string& result, const std::string& before = "") {
  return R"("messages":[{"role":"user","content":[{"text":"weather?"}]},
    {"role":"assistant","content":[)" +
         before + R"({"toolUse":{"toolUseId":"t1","name":"get_weather","input":{"city":"Rome"}}}]},
    {"role":"user","content":[)" +
         result + "]}]";
}

class BedrockApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& members, const HttpHeaders& headers = {},
                    const std::string& path = kPath) {
    return MakeBedrockApi(options_)->Respond({"POST", path, headers, "{" + members + "}"}, {kNow}).http;
  }

  json::object Ask(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  static json::array ContentOf(const json::object& answer) {
    return answer.at("output").at("message").at("content").as_array();
  }

  // The message of a ValidationException.
  std::string Mistake(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(*FindHeader(answer.headers, "x-amzn-errortype"),
              "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/");
    return std::string(json::parse(answer.body).at("message").as_string());
  }

  ApiOptions options_{.name = "aws"};
};

TEST_F(BedrockApiTest, AnswersTheDocumentationsQuestion) {
  const json::object answer = Ask(Asked("Say this is a test!"));
  EXPECT_EQ(answer.at("output"),
            json::parse(R"({"message":{"content":[{"text":"This is a test!"}],"role":"assistant"}})"));
  EXPECT_EQ(answer.at("stopReason"), "end_turn");
  EXPECT_EQ(answer.at("usage").at("outputTokens"), 4);
  const json::value& usage = answer.at("usage");
  EXPECT_EQ(usage.at("totalTokens").as_int64(), usage.at("inputTokens").as_int64() + 4);
  EXPECT_EQ(FindHeader(Post(Asked("hi")).headers, "x-amzn-requestid")->size(), 36u);
}

TEST_F(BedrockApiTest, TextEndsAtTheLimitOrAStopSequence) {
  EXPECT_EQ(Ask(Asked("hello") + R"(,"inferenceConfig":{"maxTokens":2})").at("stopReason"), "max_tokens");
  const json::object stopped = Ask(Asked("one END") + R"(,"inferenceConfig":{"stopSequences":["END"]})");
  EXPECT_EQ(stopped.at("stopReason"), "stop_sequence");
  EXPECT_EQ(ContentOf(stopped).at(0).at("text"), "aws heard: one ");
}

TEST_F(BedrockApiTest, ToolsAreCalledWhenNamedOrForced) {
  const json::object named = Ask(Asked("get_weather, get_time") + "," + ToolConfig());
  EXPECT_EQ(named.at("stopReason"), "tool_use");
  EXPECT_EQ(ContentOf(named).size(), 2u);
  const json::value use = ContentOf(named).at(0).at("toolUse");
  EXPECT_EQ(use.at("input"), json::parse(R"({"city":"example"})"));
  EXPECT_THAT(std::string(use.at("toolUseId").as_string()), StartsWith("tooluse_"));
  const auto called = [&](const std::string& choice) {
    const json::array content = ContentOf(Ask(Asked("hi") + "," + ToolConfig(choice)));
    return std::string(content.at(0).at("toolUse").at("name").as_string());
  };
  EXPECT_EQ(called(R"({"any":{}})"), "get_weather");
  EXPECT_EQ(called(R"({"tool":{"name":"get_time"}})"), "get_time");
}

TEST_F(BedrockApiTest, AResultEndsTheLoop) {
  const json::object answer = Ask(
      ToolConfig() + "," +
      Loop(R"({"toolResult":{"toolUseId":"t1","content":[{"json":{"sky":"blue"}}],"status":"success"}})"));
  EXPECT_EQ(ContentOf(answer).at(0).at("text"), "aws heard: weather?");
}

TEST_F(BedrockApiTest, ASchemaIsAStringAndIsAnsweredWithAValueThatFits) {
  const std::string format =
      R"(,"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"x","schema":)";
  const json::object answer =
      Ask(Asked("hi") + format +
          R"("{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\"}}}"}}}})");
  EXPECT_EQ(ContentOf(answer).at(0).at("text"), R"({"age":1})");
  EXPECT_THAT(Mistake(Asked("hi") + format + R"({"type":"object"}}}}})"), HasSubstr("in a string"));
}

TEST_F(BedrockApiTest, TheRequestIsCheckedFieldByField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("modelId":"x")", "extraneous key [modelId]"},
      {R"("inferenceConfig":{"topK":1})", "extraneous key [topK]"},
      {R"("inferenceConfig":{"temperature":1.5})", "have value less than or equal to 1"},
      {R"("inferenceConfig":{"maxTokens":0})", "have value greater than or equal to 1"},
      {R"("inferenceConfig":{"stopSequences":[""]})", "have length greater than or equal to 1"},
      {R"("system":[{"text":" "}])", "system.0 is blank"},
      {R"("toolConfig":{"tools":[]})", "'toolConfig.tools' failed"},
      {R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{}}}}]})",
       "inputSchema.json.type must be"},
      {R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"","inputSchema":{"json":{"type":"object"}}}}]})",
       "description' failed"},
  };
  for (const auto& [members, message] : cases) {
    EXPECT_THAT(Mistake(Asked("hi") + "," + members), HasSubstr(message)) << members;
  }
  EXPECT_THAT(Mistake(Asked("hi") + "," + ToolConfig(R"({"none":{}})")), HasSubstr("auto, any, tool"));
  EXPECT_THAT(Mistake(Asked("hi") + "," + ToolConfig(R"({"tool":{"name":"f"}})")), HasSubstr("not among"));
}

TEST_F(BedrockApiTest, MessagesHaveTheirRolesAndContents) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "must start with a user message"},
      {R"([{"role":"assistant","content":[{"text":"x"}]}])", "must start with a user message"},
      {R"([{"role":"user","content":[{"text":"x"}]},{"role":"user","content":[{"text":"y"}]}])",
       "must alternate between user and assistant roles"},
      {R"([{"role":"tool","content":[{"text":"x"}]}])", "enum value set: [user, assistant]"},
      {R"([{"role":"user","content":[]}])", "messages.0 is empty"},
      {R"([{"role":"user","content":[{"text":""}]}])", "messages.0.content.0 is blank"},
      {R"([{"role":"user","content":[{"text":"x","type":"text"}]}])", "exactly one key"},
      {R"([{"role":"user","content":[{"toolUse":{}}]}])", "not allowed in messages of role user"},
      {R"([{"role":"user","content":[{"image":{"format":"png","source":{"url":"https://a.b"}}}]}])",
       "must be bytes or s3Location"},
  };
  for (const auto& [messages, message] : cases) {
    EXPECT_THAT(Mistake(std::string(R"("messages":)") + messages), HasSubstr(message)) << messages;
  }
  Ask(R"("messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"AA=="}}}]}])");
}

TEST_F(BedrockApiTest, EveryCallHasItsResultInTheNextMessageAndToolsAreKept) {
  const std::string result = R"({"toolResult":{"toolUseId":"t1","content":[{"text":"sunny"}]}})";
  EXPECT_THAT(Mistake(ToolConfig() + "," + Loop(R"({"text":"and?"})")),
              HasSubstr("Expected toolResult blocks at messages.2.content for the following Ids: t1"));
  EXPECT_THAT(Mistake(ToolConfig() + "," + Loop(result + "," + result)), HasSubstr("exceeds the number"));
  EXPECT_THAT(Mistake(Loop(result)), HasSubstr("toolConfig field must be defined"));
  EXPECT_THAT(Mistake(ToolConfig() + "," +
                      Loop(result, R"({"toolUse":{"toolUseId":"t1","name":"get_time","input":{}}},)")),
              HasSubstr("duplicate Ids"));
  EXPECT_THAT(Mistake(R"("messages":[{"role":"user","content":[{"text":"x"}]},{"role":"assistant","content":[
      {"toolUse":{"toolUseId":"a","name":"f","input":"{}"}}]}])"),
              HasSubstr("Provide a json object"));
}

TEST_F(BedrockApiTest, AThoughtIsSignedAndGoesBackAsItCame) {
  const json::array content = ContentOf(
      Ask(Asked("get_weather") + "," + ToolConfig() +
          R"(,"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}})"));
  const std::string result = R"({"toolResult":{"toolUseId":"t1","content":[{"text":"sunny"}]}})";
  std::string thought = json::serialize(content.at(0));
  EXPECT_THAT(thought, HasSubstr("reasoningText"));
  Ask(ToolConfig() + "," + Loop(result, thought + ","));
  thought.replace(thought.find("What"), 4, "Why!");
  EXPECT_THAT(Mistake(ToolConfig() + "," + Loop(result, thought + ",")), HasSubstr("Invalid `signature`"));
}

TEST_F(BedrockApiTest, ThePathNamesTheModel) {
  options_.models = {"anthropic.claude-v1:0"};
  options_.aliases["anthropic.claude-v1:0"] = "unused";
  EXPECT_EQ(Post(Asked("hi")).status, 200);
  EXPECT_EQ(Post(Asked("hi"), {}, "/model/anthropic.claude-v1:0/converse").status, 200);
  EXPECT_THAT(Post(Asked("hi"), {}, "/model/other/converse").body, HasSubstr("model identifier is invalid"));
  EXPECT_EQ(Post(Asked("hi"), {}, "/model/a/b/converse").status, 404);
  EXPECT_EQ(Post(Asked("hi"), {}, "/model/anthropic.claude-v1%3A0/converse-stream").status, 200);
  const auto api = MakeBedrockApi(options_);
  EXPECT_TRUE(api->IsChat({"POST", kPath}));
  EXPECT_FALSE(api->IsChat({"GET", kPath}));
  EXPECT_FALSE(api->IsChat({"POST", "/model/x/invoke"}));
}

TEST_F(BedrockApiTest, AKeyIsABearersOrASignature) {
  const auto refusal = [&](const HttpHeaders& headers) {
    const HttpResponse answer = Post(Asked("hi"), headers);
    const std::string* type = FindHeader(answer.headers, "x-amzn-errortype");
    return type == nullptr ? std::to_string(answer.status) : type->substr(0, type->find(':'));
  };
  options_.api_key = "bearer-key";
  EXPECT_EQ(refusal({{"authorization", "Bearer bearer-key"}}), "200");
  EXPECT_EQ(refusal({{"authorization", "Bearer other"}}), "UnrecognizedClientException");
  EXPECT_EQ(refusal({{"x-api-key", "bearer-key"}}), "MissingAuthenticationTokenException");
  options_.api_key = "AKID:SECRET";
  EXPECT_EQ(refusal({{"authorization", "Bearer AKID:SECRET"}}), "UnrecognizedClientException");
  EXPECT_EQ(refusal({{"authorization", "AWS4-HMAC-SHA256 x"}}), "IncompleteSignatureException");
}

TEST_F(BedrockApiTest, AnyOtherStatusHasABodyToo) {
  EXPECT_EQ(MakeBedrockApi({})->ErrorBody(418), R"({"message":"Simulated status 418."})");
}

}  // namespace
}  // namespace spillway::sim
