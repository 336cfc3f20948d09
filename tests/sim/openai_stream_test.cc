// What OpenAI and Azure stream, beside what they answer whole.

#include "tests/sim/openai_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/azure_openai_api.h"
#include "tests/sim/openai_api.h"
#include "tests/sim/sse_events.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kAzurePath[] = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
constexpr char kTools[] =
    R"("tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}}},)"
    R"({"type":"function","function":{"name":"get_time"}}],)"
    R"("messages":[{"role":"user","content":"call get_weather and get_time"}])";

std::string Asking(const std::string& members, const std::string& text = "Say this is a test!") {
  return R"({"model":"gpt-4o","messages":[{"role":"user","content":")" + text + "\"}]" +
         (members.empty() ? "" : ",") + members + "}";
}

ApiAnswer Respond(const std::string& body) {
  return MakeOpenAiApi({.name = "p"})->Respond({"POST", "/v1/chat/completions", {}, body}, {kNow});
}

ApiAnswer RespondAzure(const std::string& body) {
  return MakeAzureOpenAiApi({.name = "p"})->Respond({"POST", kAzurePath, {}, body}, {kNow});
}

std::vector<json::value> ChunksOf(const ApiAnswer& answer) {
  std::vector<json::value> chunks;
  if (!answer.stream) return chunks;
  for (const SseData& event : SseEventsIn(answer.stream->bytes)) {
    if (event.data != "[DONE]") chunks.push_back(event.Json());
  }
  return chunks;
}

// What the chunks say of one choice.
struct Said {
  std::string text;
  std::string finish_reason;
  std::map<std::int64_t, std::string> arguments;
  std::map<std::int64_t, json::value> heads;
};

std::map<std::int64_t, Said> SaidIn(const std::vector<json::value>& chunks) {
  std::map<std::int64_t, Said> said;
  for (const json::value& chunk : chunks) {
    for (const json::value& choice : chunk.at("choices").as_array()) {
      Said& of = said[choice.at("index").as_int64()];
      const json::object& delta = choice.at("delta").as_object();
      if (delta.contains("content") && delta.at("content").is_string())
        of.text += std::string(delta.at("content").as_string());
      if (choice.at("finish_reason").is_string())
        of.finish_reason = std::string(choice.at("finish_reason").as_string());
      if (!delta.contains("tool_calls")) continue;
      for (const json::value& call : delta.at("tool_calls").as_array()) {
        const std::int64_t index = call.at("index").as_int64();
        of.arguments[index] += std::string(call.at("function").at("arguments").as_string());
        if (call.as_object().contains("id")) of.heads[index] = call;
      }
    }
  }
  return said;
}

TEST(OpenAiStreamTest, SaysWhatTheWholeAnswerSays) {
  const json::value whole = json::parse(Respond(Asking("")).http.body);
  const ApiAnswer answer = Respond(Asking(R"("stream":true)"));
  EXPECT_EQ(answer.http.body, "");
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "text/event-stream; charset=utf-8");
  const std::vector<json::value> chunks = ChunksOf(answer);
  ASSERT_EQ(chunks.size(), 6u);
  for (const json::value& chunk : chunks) {
    EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
    EXPECT_FALSE(chunk.as_object().contains("usage"));
    for (const char* name : {"id", "created", "model", "service_tier", "system_fingerprint"})
      EXPECT_EQ(chunk.at(name), whole.at(name)) << name;
  }
  EXPECT_EQ(chunks[0].at("choices").at(0).at("delta").at("role"), "assistant");
  const Said said = SaidIn(chunks)[0];
  EXPECT_EQ(said.text, whole.at("choices").at(0).at("message").at("content").as_string());
  EXPECT_EQ(said.finish_reason, "stop");
  EXPECT_EQ(SseEventsIn(answer.stream->bytes).back().data, "[DONE]");
}

TEST(OpenAiStreamTest, UsageComesOnlyIfAskedForInAChunkOfItsOwn) {
  const json::value whole = json::parse(Respond(Asking("")).http.body);
  const std::vector<json::value> chunks =
      ChunksOf(Respond(Asking(R"("stream":true,"stream_options":{"include_usage":true})")));
  ASSERT_EQ(chunks.size(), 7u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_TRUE(chunks[i].at("usage").is_null());
  EXPECT_TRUE(chunks[6].at("choices").as_array().empty());
  EXPECT_EQ(chunks[6].at("usage"), whole.at("usage"));
}

TEST(OpenAiStreamTest, PaddingCanBeRefused) {
  EXPECT_THAT(Respond(Asking(R"("stream":true)")).stream->bytes, HasSubstr("obfuscation"));
  EXPECT_THAT(
      Respond(Asking(R"("stream":true,"stream_options":{"include_obfuscation":false})")).stream->bytes,
      Not(HasSubstr("obfuscation")));
}

TEST(OpenAiStreamTest, ChoicesInterleave) {
  const std::vector<json::value> chunks = ChunksOf(Respond(Asking(R"("stream":true,"n":2)")));
  EXPECT_EQ(chunks[2].at("choices").at(0).at("index"), 0);
  EXPECT_EQ(chunks[3].at("choices").at(0).at("index"), 1);
  std::map<std::int64_t, Said> said = SaidIn(chunks);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].text, "This is a test!");
  EXPECT_EQ(said[1].text, "This is a test!");
  EXPECT_EQ(said[1].finish_reason, "stop");
}

TEST(OpenAiStreamTest, CallsComeInParts) {
  const std::string body = std::string(R"({"model":"gpt-4o",)") + kTools;
  const json::value whole = json::parse(Respond(body + "}").http.body);
  const ApiAnswer answer = Respond(body + R"(,"stream":true})");
  Said said = SaidIn(ChunksOf(answer))[0];
  EXPECT_EQ(said.text, "");
  EXPECT_EQ(said.finish_reason, "tool_calls");
  const json::array& calls = whole.at("choices").at(0).at("message").at("tool_calls").as_array();
  ASSERT_EQ(calls.size(), 2u);
  for (std::int64_t i = 0; i < 2; ++i) {
    const json::value& call = calls[static_cast<std::size_t>(i)];
    EXPECT_EQ(said.heads[i].at("id"), call.at("id"));
    EXPECT_EQ(said.heads[i].at("function").at("name"), call.at("function").at("name"));
    EXPECT_EQ(said.heads[i].at("function").at("arguments"), "");
    EXPECT_EQ(said.arguments[i], call.at("function").at("arguments").as_string());
  }
  EXPECT_THAT(answer.stream->bytes, HasSubstr(R"({"index":0,"function":{"arguments":)"));
}

TEST(OpenAiStreamTest, LogprobsComeWithTheirTokens) {
  const std::vector<json::value> chunks =
      ChunksOf(Respond(Asking(R"("stream":true,"logprobs":true,"top_logprobs":1)")));
  EXPECT_EQ(chunks[2].at("choices").at(0).at("logprobs").at("content").at(0).at("token"), " is");
}

TEST(OpenAiStreamTest, TextsWithSpecialCharactersSurvive) {
  const ApiAnswer answer = Respond(Asking(R"("stream":true)", R"(a \"b\" \\ \n\t \u0001 é)"));
  EXPECT_EQ(SaidIn(ChunksOf(answer))[0].text, "p heard: a \"b\" \\ \n\t \x01 \xC3\xA9");
}

TEST(OpenAiStreamTest, AMistakeIsNoStream) {
  const ApiAnswer answer = Respond(Asking(R"("stream":true,"n":0)"));
  EXPECT_EQ(answer.http.status, 400);
  EXPECT_FALSE(answer.stream.has_value());
}

TEST(AzureStreamTest, FilterResultsComeFirstAndWithEveryText) {
  const std::vector<json::value> chunks =
      ChunksOf(RespondAzure(Asking(R"("stream":true,"stream_options":{"include_usage":true})")));
  ASSERT_EQ(chunks.size(), 8u);
  EXPECT_TRUE(chunks[0].at("choices").as_array().empty());
  EXPECT_EQ(chunks[0].at("id"), "");
  EXPECT_TRUE(chunks[0].at("prompt_filter_results").is_array());
  EXPECT_TRUE(chunks[1].at("choices").at(0).at("content_filter_results").as_object().empty());
  EXPECT_EQ(chunks[2].at("choices").at(0).at("content_filter_results").at("hate").at("severity"), "safe");
  EXPECT_EQ(SaidIn(chunks)[0].text, "This is a test!");
  EXPECT_TRUE(chunks[7].at("usage").is_object());
}

TEST(AzureStreamTest, AnErrorEventIsAzures) {
  Step step;
  step.error_class = Fault::kRateLimited;
  const Request request{"POST", kAzurePath, {}, Asking("")};
  EXPECT_THAT(MakeAzureOpenAiApi({.name = "p"})->StreamError(step, request),
              HasSubstr(R"(data: {"error":{"code":"429")"));
}

}  // namespace
}  // namespace spillway::sim
