// What Anthropic streams, beside what it answers whole.

#include "tests/sim/anthropic_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/sim/anthropic_api.h"
#include "tests/sim/sse_events.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};

ApiAnswer Respond(const std::string& members) {
  return MakeAnthropicApi({.name = "p"})
      ->Respond({"POST",
                 "/v1/messages",
                 {{"anthropic-version", "2023-06-01"}},
                 R"({"model":"claude-haiku-4-5","max_tokens":4096,)" + members + "}"},
                {kNow});
}

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":")" + text + R"("}])";
}

json::object Whole(const std::string& members) { return json::parse(Respond(members).http.body).as_object(); }

std::vector<SseData> EventsOf(const std::string& members) {
  const ApiAnswer answer = Respond(members + R"(,"stream":true)");
  EXPECT_EQ(answer.http.status, 200) << answer.http.body;
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "text/event-stream; charset=utf-8");
  return answer.stream ? SseEventsIn(answer.stream->bytes) : std::vector<SseData>();
}

std::vector<std::string> NamesOf(const std::vector<SseData>& events) {
  std::vector<std::string> names;
  for (const SseData& event : events) {
    if (names.empty() || names.back() != event.name) names.push_back(event.name);
    EXPECT_EQ(event.Json().at("type"), json::value(event.name));
  }
  return names;
}

void Append(const json::value& delta, const char* name, json::object& block) {
  const json::value* part = delta.as_object().if_contains(name);
  if (part == nullptr) return;
  const char* member = std::string_view(name) == "partial_json" ? "input" : name;
  if (!block[member].is_string()) block[member] = "";
  block[member] = std::string(block.at(member).as_string()) + std::string(part->as_string());
}

// The message the events make, put together as the vendor's SDKs do.
json::object Assembled(const std::vector<SseData>& events) {
  json::object message;
  for (const SseData& event : events) {
    const json::value data = event.Json();
    if (event.name == "message_start") message = data.at("message").as_object();
    if (event.name == "content_block_start")
      message.at("content").as_array().push_back(data.at("content_block"));
    if (event.name == "content_block_delta") {
      json::object& block = message.at("content").at(data.at("index").to_number<std::size_t>()).as_object();
      for (const char* name : {"text", "thinking", "signature", "partial_json"})
        Append(data.at("delta"), name, block);
    }
    if (event.name == "message_delta") {
      for (const auto& [name, value] : data.at("delta").as_object()) message[name] = value;
      for (const auto& [name, value] : data.at("usage").as_object())
        message.at("usage").as_object()[name] = value;
    }
  }
  for (json::value& block : message.at("content").as_array()) {
    json::value* input = block.as_object().if_contains("input");
    if (input == nullptr) continue;
    const std::string text(input->as_string());
    *input = text.empty() ? json::value(json::object()) : json::parse(text);
  }
  return message;
}

TEST(AnthropicStreamTest, EventsComeInTheirOrder) {
  EXPECT_THAT(NamesOf(EventsOf(Asked("hi"))),
              ElementsAre("message_start", "content_block_start", "ping", "content_block_delta",
                          "content_block_stop", "message_delta", "message_stop"));
}

TEST(AnthropicStreamTest, SaysWhatTheWholeAnswerSays) {
  const std::string tools =
      R"("tools":[{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},
         {"name":"get_time","input_schema":{"type":"object","properties":{}}}],)";
  for (const std::string& members :
       {Asked("Say this is a test!"), tools + Asked("call get_weather and get_time"),
        R"("thinking":{"type":"enabled","budget_tokens":1024},)" + Asked("hi"),
        R"("stop_sequences":["heard"],)" + Asked("hi")}) {
    EXPECT_EQ(Assembled(EventsOf(members)), Whole(members)) << members;
  }
}

TEST(AnthropicStreamTest, AnErrorEventSaysWhatItIs) {
  const auto api = MakeAnthropicApi({.name = "p"});
  EXPECT_EQ(api->StreamError(Step(), {"POST", "/v1/messages"}),
            "event: error\ndata: "
            R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"
            "\n\n");
  Step step;
  step.error_class = Fault::kContextLength;
  EXPECT_THAT(api->StreamError(step, {"POST", "/v1/messages"}), HasSubstr("prompt is too long"));
}

}  // namespace
}  // namespace spillway::sim
