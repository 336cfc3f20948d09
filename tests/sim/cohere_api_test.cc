#include "tests/sim/cohere_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
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
constexpr char kTools[] = R"("tools":[{"type":"function","function":{"name":"get_weather",
    "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
    {"type":"function","function":{"name":"get_time","parameters":{"type":"object"}}}])";

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":")" + text + R"("}])";
}

// A conversation up to `results`.
std::string Loop(const std::string& results, const std::string& arguments = "{}") {
  return R"("messages":[{"role":"user","content":"weather?"},{"role":"assistant","tool_plan":"I look.",
      "tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":")" +
         arguments + R"("}}]})" + results + "]";
}

class CohereApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& members, const HttpHeaders& headers = {},
                    const std::string& path = "/v2/chat") {
    return MakeCohereApi(options_)
        ->Respond({"POST", path, headers, R"({"model":"command-a-03-2025",)" + members + "}"}, {kNow})
        .http;
  }

  json::object Ask(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  // The message of a 400.
  std::string Mistake(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 400) << answer.body;
    const json::object error = json::parse(answer.body).as_object();
    EXPECT_TRUE(error.contains("id"));
    return std::string(error.at("message").as_string());
  }

  ApiOptions options_{.name = "cohere"};
};

TEST_F(CohereApiTest, AnswersTheDocumentationsQuestionWithAListOfContents) {
  const json::object answer = Ask(Asked("Say this is a test!"));
  EXPECT_EQ(answer.at("message"),
            json::parse(R"({"role":"assistant","content":[{"type":"text","text":"This is a test!"}]})"));
  EXPECT_EQ(answer.at("finish_reason"), "COMPLETE");
  const json::value& usage = answer.at("usage");
  EXPECT_EQ(usage.at("tokens").at("output_tokens"), 4);
  EXPECT_GT(usage.at("tokens").at("input_tokens").as_int64(),
            usage.at("billed_units").at("input_tokens").as_int64());
}

TEST_F(CohereApiTest, TextEndsAtTheLimitOrAStopSequence) {
  EXPECT_EQ(Ask(Asked("hello") + R"(,"max_tokens":2)").at("finish_reason"), "MAX_TOKENS");
  const json::object stopped = Ask(Asked("one END two") + R"(,"stop_sequences":["END"])");
  EXPECT_EQ(stopped.at("finish_reason"), "STOP_SEQUENCE");
  EXPECT_EQ(stopped.at("message").at("content").at(0).at("text"), "cohere heard: one ");
}

TEST_F(CohereApiTest, CallsComeWithAPlanAndWithoutContent) {
  const json::object named = Ask(Asked("get_weather, get_time") + "," + kTools);
  EXPECT_EQ(named.at("finish_reason"), "TOOL_CALL");
  const json::object message = named.at("message").as_object();
  EXPECT_FALSE(message.contains("content"));
  EXPECT_EQ(message.at("tool_plan"), "I will call get_weather.");
  ASSERT_EQ(message.at("tool_calls").as_array().size(), 2u);
  const json::value call = message.at("tool_calls").at(0);
  EXPECT_THAT(std::string(call.at("id").as_string()), StartsWith("get_weather_"));
  EXPECT_EQ(call.at("function").at("arguments"), R"({"city":"example"})");
  EXPECT_EQ(Ask(Asked("hi") + "," + kTools + R"(,"tool_choice":"REQUIRED")").at("finish_reason"),
            "TOOL_CALL");
  EXPECT_EQ(Ask(Asked("get_time") + "," + kTools + R"(,"tool_choice":"NONE")").at("finish_reason"),
            "COMPLETE");
}

TEST_F(CohereApiTest, AResultIsATextOrDocumentsAndEndsTheLoop) {
  for (const char* content : {R"("sunny")", R"([{"type":"document","document":{"data":{"sky":"blue"}}}])"}) {
    const json::object answer =
        Ask(Loop(std::string(R"(,{"role":"tool","tool_call_id":"c1","content":)") + content + "}") + "," +
            kTools);
    EXPECT_EQ(answer.at("message").at("content").at(0).at("text"), "cohere heard: weather?");
  }
}

TEST_F(CohereApiTest, ASchemaIsAnsweredWithAValueThatFits) {
  for (const char* member : {"json_schema", "schema"}) {
    const json::object answer = Ask(Asked("hi") + R"(,"response_format":{"type":"json_object",")" + member +
                                    R"(":{"type":"object","properties":{"age":{"type":"integer"}}}})");
    EXPECT_EQ(answer.at("message").at("content").at(0).at("text"), R"({"age":1})");
  }
  EXPECT_THAT(Mistake(Asked("hi") + R"(,"response_format":{"type":"json_schema"})"),
              HasSubstr("must be text or json_object"));
  EXPECT_THAT(Mistake(Asked("hi") + R"(,"response_format":{"type":"json_object"},)" + kTools),
              HasSubstr("not supported with tools"));
}

TEST_F(CohereApiTest, AThoughtStandsBeforeTheText) {
  const json::object answer = Ask(Asked("hi") + R"(,"thinking":{"type":"enabled","token_budget":100})");
  EXPECT_EQ(answer.at("message").at("content").at(0).at("type"), "thinking");
  EXPECT_EQ(answer.at("message").at("content").at(1).at("type"), "text");
  EXPECT_EQ(answer.at("usage").at("tokens").at("reasoning_tokens"), 12);
}

TEST_F(CohereApiTest, TheRequestIsCheckedFieldByField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("n":1)", "parameter 'n' is not a valid field"},
      {R"("stop":["x"])", "parameter 'stop' is not a valid field"},
      {R"("top_p":1)", "parameter 'top_p' is not a valid field"},
      {R"("p":1.5)", "p must be between 0 and 1"},
      {R"("k":1.5)", "k must be of type integer"},
      {R"("stream":1)", "stream must be of type boolean"},
      {R"("tool_choice":"REQUIRED")", "only be set with tools"},
      {R"("tool_choice":"auto")", "must be REQUIRED or NONE"},
      {R"("stop_sequences":["1","2","3","4","5","6"])", "at most 5"},
      {R"("thinking":{"type":"enabled","budget_tokens":1})", "'thinking.budget_tokens' is not a valid"},
      {R"("tools":[{"type":"function","function":{"name":"f"}}])", "must be a JSON schema"},
      {R"("tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{}}}])",
       "'tools[0].function.strict' is not a valid field"},
  };
  for (const auto& [members, message] : cases) {
    EXPECT_THAT(Mistake(Asked("hi") + "," + members), HasSubstr(message)) << members;
  }
}

TEST_F(CohereApiTest, MessagesHaveTheirRolesAndContents) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "must not be empty"},
      {R"([{"role":"developer","content":"x"}])", "one of user, assistant, system, tool"},
      {R"([{"role":"user","content":""}])", "at least 1 token long"},
      {R"([{"role":"user","name":"x","content":"x"}])", "'messages[0].name' is not a valid field"},
      {R"([{"role":"user","content":[{"type":"input_audio"}]}])", "content of type 'input_audio'"},
      {R"([{"role":"user","content":"x"},{"role":"assistant","content":"y"}])", "the last message"},
      {R"([{"role":"user","content":"x"},{"role":"assistant"}])", "must have content or tool_calls"},
  };
  for (const auto& [messages, message] : cases) {
    EXPECT_THAT(Mistake(std::string(R"("messages":)") + messages), HasSubstr(message)) << messages;
  }
}

TEST_F(CohereApiTest, EveryCallHasItsResultById) {
  const std::string result = R"(,{"role":"tool","tool_call_id":"c1","content":"sunny"})";
  EXPECT_THAT(Mistake(Loop(R"(,{"role":"user","content":"x"})")), HasSubstr("'c1' has none"));
  EXPECT_THAT(Mistake(Loop(result + result)), HasSubstr("does not match a tool call"));
  EXPECT_THAT(Mistake(Loop(R"(,{"role":"tool","content":"x"})")), HasSubstr("tool_call_id is required"));
  EXPECT_THAT(Mistake(Loop(result, "")), HasSubstr("a JSON object in a string"));
}

TEST_F(CohereApiTest, AWrongKeyAModelAndAPathAreRefused) {
  options_.api_key = "right";
  options_.models = {"command-r"};
  const HttpResponse wrong = Post(Asked("hi"), {{"authorization", "Bearer wrong"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.body, HasSubstr("Incorrect API key provided: ***********"));
  EXPECT_THAT(Post(Asked("hi")).body, HasSubstr("no api key supplied"));
  const HttpResponse model = Post(Asked("hi"), {{"authorization", "Bearer right"}});
  EXPECT_EQ(model.status, 404);
  EXPECT_THAT(model.body, HasSubstr("model 'command-a-03-2025' not found"));
  EXPECT_EQ(Post(Asked("hi"), {{"authorization", "Bearer right"}}, "/v1/chat").status, 404);
  EXPECT_FALSE(MakeCohereApi(options_)->IsChat({"GET", "/v2/chat"}));
}

}  // namespace
}  // namespace spillway::sim
