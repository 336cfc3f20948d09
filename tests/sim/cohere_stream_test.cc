// What Cohere streams, beside what it answers whole.

#include "tests/sim/cohere_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/cohere_api.h"
#include "tests/sim/sse_events.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};

ApiAnswer Respond(const std::string& members) {
  return MakeCohereApi({.name = "p"})
      ->Respond({"POST", "/v2/chat", {}, R"({"model":"command-a-03-2025",)" + members + "}"}, {kNow});
}

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":")" + text + R"("}])";
}

std::vector<SseData> EventsOf(const std::string& members) {
  const ApiAnswer answer = Respond(members + R"(,"stream":true)");
  EXPECT_EQ(answer.http.status, 200) << answer.http.body;
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "text/event-stream");
  return answer.stream ? SseEventsIn(answer.stream->bytes) : std::vector<SseData>();
}

void Append(json::value& target, const json::value& part) {
  target = std::string(target.as_string()) + std::string(part.as_string());
}

// One event's part of the message.
void AddTo(json::object& message, std::string_view type, const json::value& data) {
  const json::object& part = data.at("delta").at("message").as_object();
  if (type == "content-start") message["content"].as_array().push_back(part.at("content"));
  if (type == "content-delta") {
    json::object& block = message["content"].as_array().back().as_object();
    for (const auto& [name, value] : part.at("content").as_object()) Append(block[name], value);
  }
  if (type == "tool-plan-delta") Append(message["tool_plan"], part.at("tool_plan"));
  if (type == "tool-call-start") message["tool_calls"].as_array().push_back(part.at("tool_calls"));
  if (type == "tool-call-delta")
    Append(message["tool_calls"].as_array().back().at("function").at("arguments"),
           part.at("tool_calls").at("function").at("arguments"));
}

json::object Assembled(const std::vector<SseData>& events) {
  json::object answer;
  for (const SseData& event : events) {
    if (event.data == "[DONE]") continue;
    const json::value data = event.Json();
    EXPECT_EQ(data.at("type"), json::value(event.name));
    if (event.name == "message-start") {
      answer["id"] = data.at("id");
      answer["message"] = data.at("delta").at("message");
    } else if (event.name == "message-end") {
      for (const auto& [name, value] : data.at("delta").as_object()) answer[name] = value;
    } else if (data.as_object().contains("delta")) {
      AddTo(answer.at("message").as_object(), event.name, data);
    }
  }
  // What stayed empty is not in a whole answer.
  json::object& message = answer.at("message").as_object();
  for (const char* name : {"content", "tool_calls", "citations"}) {
    if (message.at(name).as_array().empty()) message.erase(name);
  }
  if (message.at("tool_plan").as_string().empty()) message.erase("tool_plan");
  return answer;
}

TEST(CohereStreamTest, SaysWhatTheWholeAnswerSays) {
  const std::string tools =
      R"("tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}],)";
  for (const std::string& members : {Asked("Say this is a test!"), tools + Asked("call get_weather"),
                                     R"("thinking":{"type":"enabled","token_budget":100},)" + Asked("hi")}) {
    const std::vector<SseData> events = EventsOf(members);
    EXPECT_EQ(events.back().data, "[DONE]");
    EXPECT_EQ(events.back().name, "");
    EXPECT_EQ(Assembled(events), json::parse(Respond(members).http.body).as_object()) << members;
  }
}

TEST(CohereStreamTest, AnErrorIsAnEndWithAReason) {
  Step step;
  step.error_class = Fault::kContextLength;
  const std::vector<SseData> events =
      SseEventsIn(MakeCohereApi({.name = "p"})->StreamError(step, {"POST", "/v2/chat"}));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].Json().at("delta").at("finish_reason"), "ERROR");
  EXPECT_EQ(events[0].Json().at("delta").at("error_type"), "TOO_MANY_TOKENS");
  EXPECT_THAT(events[0].data, HasSubstr("too many tokens"));
  EXPECT_EQ(events[1].data, "[DONE]");
}

}  // namespace
}  // namespace spillway::sim
