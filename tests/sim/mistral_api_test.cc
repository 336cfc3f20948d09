#include "tests/sim/mistral_api.h"

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

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kTools[] = R"("tools":[{"type":"function","function":{"name":"get_weather",
    "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
    {"type":"function","function":{"name":"get_time","parameters":{}}}])";

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":")" + text + R"("}])";
}

// A conversation up to `results`.
std::string Loop(const std::string& results, const std::string& id = "abcDEF123") {
  return R"("messages":[{"role":"user","content":"weather?"},{"role":"assistant","content":"","tool_calls":[
      {"id":")" +
         id + R"(","type":"function","function":{"name":"get_weather","arguments":"{}"}}]})" + results + "]";
}

class MistralApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& members, const HttpHeaders& headers = {}) {
    return MakeMistralApi(options_)
        ->Respond(
            {"POST", "/v1/chat/completions", headers, R"({"model":"mistral-small-latest",)" + members + "}"},
            {kNow})
        .http;
  }

  json::object Ask(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  // "type loc" of a 422.
  std::string Mistake(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 422) << answer.body;
    const json::value detail = json::parse(answer.body).at("detail").at(0);
    return std::string(detail.at("type").as_string()) + " " + json::serialize(detail.at("loc"));
  }

  // "code message" of a 400.
  std::string Refusal(const std::string& members) {
    const HttpResponse answer = Post(members);
    EXPECT_EQ(answer.status, 400) << answer.body;
    const json::object error = json::parse(answer.body).as_object();
    EXPECT_EQ(error.at("object"), "error");
    return json::serialize(error.at("code")) + " " + std::string(error.at("message").as_string());
  }

  ApiOptions options_{.name = "le-chat"};
};

TEST_F(MistralApiTest, AnswersTheDocumentationsQuestion) {
  const json::object answer = Ask(Asked("Say this is a test!"));
  EXPECT_EQ(answer.at("choices"), json::parse(R"([{"index":0,"finish_reason":"stop","message":
      {"role":"assistant","tool_calls":null,"content":"This is a test!"}}])"));
  EXPECT_EQ(answer.at("object"), "chat.completion");
  EXPECT_EQ(answer.at("created"), 1'700'000'000);
  EXPECT_EQ(answer.at("id").as_string().size(), 32u);
  EXPECT_EQ(answer.at("usage").at("completion_tokens"), 4);
  EXPECT_NE(FindHeader(Post(Asked("hi")).headers, "mistral-correlation-id"), nullptr);
}

TEST_F(MistralApiTest, TextEndsAtTheLimitOrAStop) {
  EXPECT_EQ(Ask(Asked("hello") + R"(,"max_tokens":2)").at("choices").at(0).at("finish_reason"), "length");
  const json::object stopped = Ask(Asked("one END two") + R"(,"stop":"END","n":2)");
  EXPECT_EQ(stopped.at("choices").at(1).at("message").at("content"), "le-chat heard: one ");
  EXPECT_EQ(stopped.at("choices").at(1).at("finish_reason"), "stop");
}

TEST_F(MistralApiTest, ToolsAreCalledWhenNamedOrForcedWithIdsOfNineCharacters) {
  const json::object named = Ask(Asked("get_weather, get_time") + "," + kTools);
  const json::value choice = named.at("choices").at(0);
  EXPECT_EQ(choice.at("finish_reason"), "tool_calls");
  const json::array calls = choice.at("message").at("tool_calls").as_array();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls.at(0).at("function").at("arguments"), R"({"city":"example"})");
  EXPECT_EQ(calls.at(0).at("id").as_string().size(), 9u);
  EXPECT_NE(calls.at(0).at("id"), calls.at(1).at("id"));
  const std::string id(calls.at(0).at("id").as_string());
  Ask(Loop(R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":"sunny"})", id));
  for (const char* choice_text :
       {R"("any")", R"("required")", R"({"type":"function","function":{"name":"get_weather"}})"}) {
    const json::object answer = Ask(Asked("hi") + "," + kTools + R"(,"tool_choice":)" + choice_text);
    EXPECT_EQ(answer.at("choices").at(0).at("finish_reason"), "tool_calls") << choice_text;
  }
}

TEST_F(MistralApiTest, AThoughtMakesContentAList) {
  const json::object answer = Ask(Asked("Say this is a test!") + R"(,"reasoning_effort":"high")");
  EXPECT_EQ(answer.at("choices").at(0).at("message").at("content"), json::parse(R"([
      {"type":"thinking","thinking":[{"type":"text","text":"This is simple enough."}],"closed":true},
      {"type":"text","text":"This is a test!"}])"));
}

TEST_F(MistralApiTest, UnknownMembersAndWrongTypesAreUnprocessable) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("seed":1)", R"(extra_forbidden ["body","seed"])"},
      {R"("max_completion_tokens":1)", R"(extra_forbidden ["body","max_completion_tokens"])"},
      {R"("stream_options":{})", R"(extra_forbidden ["body","stream_options"])"},
      {R"("temperature":1.6)", R"(less_than_equal ["body","temperature"])"},
      {R"("max_tokens":1.5)", R"(int_type ["body","max_tokens"])"},
      {R"("tool_choice":"ANY")", R"(enum ["body","tool_choice"])"},
      {R"("tools":[{"type":"function","function":{"name":"f"}}])",
       R"(missing ["body","tools",0,"function","parameters"])"},
      {R"("response_format":{"type":"json_schema","json_schema":{"name":"x"}})",
       R"(missing ["body","response_format","json_schema","schema"])"},
  };
  for (const auto& [members, mistake] : cases) EXPECT_EQ(Mistake(Asked("hi") + "," + members), mistake);
  EXPECT_EQ(Mistake(R"("messages":[{"role":"user","name":"x","content":"x"}])"),
            R"(extra_forbidden ["body","messages",0,"user","name"])");
  EXPECT_EQ(Mistake(R"("messages":[{"role":"developer","content":"x"}])"),
            R"(union_tag_invalid ["body","messages",0])");
  EXPECT_EQ(Mistake(R"("messages":[{"role":"user"}])"), R"(missing ["body","messages",0,"user","content"])");
}

TEST_F(MistralApiTest, MessagesHaveTheirOrderAndCallsTheirIds) {
  const std::string result = R"(,{"role":"tool","tool_call_id":"abcDEF123","content":"sunny"})";
  Ask(Loop(result));
  Ask(Loop(result + R"(,{"role":"assistant","content":"It is","prefix":true})"));
  EXPECT_THAT(Refusal(Loop(result + R"(,{"role":"assistant","content":"x"})")),
              HasSubstr("Expected last role User or Tool"));
  EXPECT_THAT(Refusal(Loop(R"(,{"role":"user","content":"x"})")), HasSubstr("Not the same number"));
  EXPECT_THAT(Refusal(Loop(R"(,{"role":"tool","tool_call_id":"zzzzzzzzz","content":"x"})")),
              HasSubstr("Unexpected tool call id zzzzzzzzz"));
  EXPECT_THAT(Refusal(Loop(result, "call_123")), HasSubstr(R"("3280" Tool call id was call_123)"));
  EXPECT_THAT(Refusal(R"("messages":[{"role":"user","content":"x"},{"role":"assistant","content":""}])"),
              HasSubstr("either content or tool_calls"));
}

TEST_F(MistralApiTest, AWrongKeyAModelAndAPathAreRefusedEachInItsOwnForm) {
  options_.api_key = "right";
  options_.models = {"mistral-large-latest"};
  const HttpResponse wrong = Post(Asked("hi"), {{"authorization", "Bearer wrong"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, R"({"detail":"Invalid API Key"})");
  const HttpResponse model = Post(Asked("hi"), {{"authorization", "Bearer right"}});
  EXPECT_EQ(model.status, 400);
  EXPECT_THAT(model.body, HasSubstr(R"("type":"invalid_model","param":null,"code":"1500")"));
  const auto api = MakeMistralApi(options_);
  EXPECT_EQ(api->Respond({"POST", "/v1/fim/completions"}, {kNow}).http.status, 404);
  EXPECT_FALSE(api->IsChat({"GET", "/v1/chat/completions"}));
}

}  // namespace
}  // namespace spillway::sim
