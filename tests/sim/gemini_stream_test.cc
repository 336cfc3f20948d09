// What Gemini streams, beside what it answers whole.

#include "tests/sim/gemini_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/sim/gemini_api.h"
#include "tests/sim/sse_events.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kTools[] = R"("tools":[{"functionDeclarations":[
    {"name":"get_weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}},
    {"name":"get_time"}]}],)";

std::string Asked(const std::string& text) {
  return R"("contents":[{"role":"user","parts":[{"text":")" + text + R"("}]}])";
}

ApiAnswer Respond(const std::string& members, const std::string& method,
                  const std::string& model = "gemini-2.0-flash") {
  return MakeGeminiApi({.name = "p"})
      ->Respond({"POST", "/v1beta/models/" + model + ":" + method, {}, "{" + members + "}"}, {kNow});
}

std::vector<json::value> ChunksOf(const std::string& members, const std::string& model = "gemini-2.0-flash") {
  const ApiAnswer answer = Respond(members, "streamGenerateContent?alt=sse", model);
  EXPECT_EQ(answer.http.status, 200) << answer.http.body;
  std::vector<json::value> chunks;
  if (!answer.stream) return chunks;
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "text/event-stream");
  for (const SseData& event : SseEventsIn(answer.stream->bytes, "\r\n")) chunks.push_back(event.Json());
  return chunks;
}

// The first candidate's parts, texts of a kind joined, without the empty ones that nothing says of.
json::array PartsIn(const std::vector<json::value>& chunks) {
  json::array parts;
  for (const json::value& chunk : chunks) {
    const json::object& content = chunk.at("candidates").at(0).at("content").as_object();
    if (!content.contains("parts")) continue;
    for (const json::value& part : content.at("parts").as_array()) {
      const bool text = part.as_object().contains("text");
      const bool joins = text && !parts.empty() && parts.back().as_object().contains("text") &&
                         parts.back().as_object().contains("thought") == part.as_object().contains("thought");
      if (!joins) {
        if (!text || !part.at("text").as_string().empty()) parts.push_back(part);
        continue;
      }
      json::object& last = parts.back().as_object();
      last["text"] = std::string(last.at("text").as_string()) + std::string(part.at("text").as_string());
      if (part.as_object().contains("thoughtSignature"))
        last["thoughtSignature"] = part.at("thoughtSignature");
    }
  }
  return parts;
}

void ExpectSame(const std::string& members, const std::string& model = "gemini-2.0-flash") {
  const json::value whole = json::parse(Respond(members, "generateContent", model).http.body);
  const std::vector<json::value> chunks = ChunksOf(members, model);
  ASSERT_GE(chunks.size(), 2u);
  EXPECT_EQ(PartsIn(chunks), whole.at("candidates").at(0).at("content").at("parts").as_array()) << members;
  EXPECT_EQ(chunks.back().at("candidates").at(0).at("finishReason"),
            whole.at("candidates").at(0).at("finishReason"));
  EXPECT_EQ(chunks.back().at("usageMetadata"), whole.at("usageMetadata"));
  EXPECT_EQ(chunks.front().at("responseId"), whole.at("responseId"));
  EXPECT_FALSE(chunks.front().at("candidates").at(0).as_object().contains("finishReason"));
}

TEST(GeminiStreamTest, SaysWhatTheWholeAnswerSays) {
  ExpectSame(Asked("Say this is a test!"));
  ExpectSame(kTools + Asked("call get_weather and get_time"));
  ExpectSame(R"("generationConfig":{"thinkingConfig":{"includeThoughts":true}},)" + Asked("hi"));
  ExpectSame(Asked("hi"), "gemini-3-flash");
  ExpectSame(kTools + Asked("call get_weather"), "gemini-3-flash");
}

TEST(GeminiStreamTest, CandidatesInterleave) {
  const std::vector<json::value> chunks =
      ChunksOf(R"("generationConfig":{"candidateCount":2},)" + Asked("Say this is a test!"));
  ASSERT_EQ(chunks.size(), 10u);
  EXPECT_EQ(chunks[0].at("candidates").at(0).at("index"), 0);
  EXPECT_EQ(chunks[1].at("candidates").at(0).at("index"), 1);
}

TEST(GeminiStreamTest, WithoutAltSseItIsOneArray) {
  const ApiAnswer answer = Respond(Asked("Say this is a test!"), "streamGenerateContent");
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "application/json; charset=UTF-8");
  ASSERT_TRUE(answer.stream.has_value());
  const json::array chunks = json::parse(answer.stream->bytes).as_array();
  ASSERT_EQ(chunks.size(), 5u);
  EXPECT_EQ(chunks[0].at("candidates").at(0).at("content").at("parts").at(0).at("text"), "This");
}

TEST(GeminiStreamTest, AnErrorIsBareJson) {
  const auto api = MakeGeminiApi({.name = "p"});
  const Request request{"POST", "/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse"};
  const std::string error = api->StreamError(Step(), request);
  EXPECT_THAT(error, StartsWith("{\n  \"error\": {\n    \"code\": 503,\n"));
  EXPECT_EQ(json::parse(error).at("error").at("status"), "UNAVAILABLE");
  Step blocked;
  blocked.error_class = Fault::kContentFilter;
  EXPECT_THAT(api->StreamError(blocked, request), HasSubstr(R"("blockReason":"PROHIBITED_CONTENT")"));
}

TEST(GeminiStreamTest, ABlockedPromptIsAStreamOfOne) {
  const auto api = MakeGeminiApi({.name = "p"});
  Step step;
  step.fault = Fault::kContentFilter;
  const ApiAnswer answer =
      api->Fail(step, {"POST", "/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse"});
  ASSERT_TRUE(answer.stream.has_value());
  EXPECT_THAT(answer.stream->bytes, StartsWith(R"(data: {"promptFeedback":{"blockReason")"));
}

}  // namespace
}  // namespace spillway::sim
