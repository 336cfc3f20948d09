// What Mistral streams, beside what it answers whole.

#include "tests/sim/mistral_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/sim/mistral_api.h"
#include "tests/sim/sse_events.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};

ApiAnswer Respond(const std::string& members) {
  return MakeMistralApi({.name = "p"})
      ->Respond({"POST", "/v1/chat/completions", {}, R"({"model":"mistral-small-latest",)" + members + "}"},
                {kNow});
}

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":")" + text + R"("}])";
}

json::value Whole(const std::string& members) { return json::parse(Respond(members).http.body); }

std::vector<json::value> ChunksOf(const std::string& members) {
  const ApiAnswer answer = Respond(members + R"(,"stream":true)");
  std::vector<json::value> chunks;
  if (!answer.stream) return chunks;
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "text/event-stream; charset=utf-8");
  const std::vector<SseData> events = SseEventsIn(answer.stream->bytes);
  EXPECT_EQ(events.back().data, "[DONE]");
  for (std::size_t i = 0; i + 1 < events.size(); ++i) chunks.push_back(events[i].Json());
  return chunks;
}

const json::object& DeltaOf(const json::value& chunk) {
  return chunk.at("choices").at(0).at("delta").as_object();
}

TEST(MistralStreamTest, SaysWhatTheWholeAnswerSaysAndUsageComesWithTheEnd) {
  const json::value whole = Whole(Asked("Say this is a test!"));
  const std::vector<json::value> chunks = ChunksOf(Asked("Say this is a test!"));
  ASSERT_EQ(chunks.size(), 6u);
  EXPECT_EQ(DeltaOf(chunks[0]).at("role"), "assistant");
  std::string text;
  for (const json::value& chunk : chunks) {
    text += std::string(DeltaOf(chunk).at("content").as_string());
    EXPECT_EQ(chunk.at("id"), whole.at("id"));
  }
  EXPECT_EQ(text, whole.at("choices").at(0).at("message").at("content").as_string());
  EXPECT_EQ(chunks[5].at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(chunks[5].at("usage"), whole.at("usage"));
  EXPECT_FALSE(chunks[4].as_object().contains("usage"));
}

TEST(MistralStreamTest, CallsComeWhole) {
  const std::string members =
      R"("tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}],)" +
      Asked("call get_weather");
  const std::vector<json::value> chunks = ChunksOf(members);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(DeltaOf(chunks[1]).at("tool_calls"),
            Whole(members).at("choices").at(0).at("message").at("tool_calls"));
  EXPECT_EQ(chunks[2].at("choices").at(0).at("finish_reason"), "tool_calls");
}

TEST(MistralStreamTest, ThoughtsAreListsBeforeTheText) {
  const std::vector<json::value> chunks = ChunksOf(Asked("hi") + R"(,"reasoning_effort":"high")");
  std::string thought;
  std::string text;
  for (const json::value& chunk : chunks) {
    const json::value& content = DeltaOf(chunk).at("content");
    if (content.is_string()) {
      text += std::string(content.as_string());
      continue;
    }
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(content.at(0).at("type"), "thinking");
    thought += std::string(content.at(0).at("thinking").at(0).at("text").as_string());
  }
  EXPECT_EQ(thought, "This is simple enough.");
  EXPECT_EQ(text, "p heard: hi");
}

TEST(MistralStreamTest, AnErrorEventIsMistrals) {
  Step step;
  step.error_class = Fault::kRateLimited;
  EXPECT_THAT(MakeMistralApi({.name = "p"})->StreamError(step, {"POST", "/v1/chat/completions"}),
              HasSubstr(R"(data: {"object":"error","message":"Rate limit exceeded")"));
}

}  // namespace
}  // namespace spillway::sim
