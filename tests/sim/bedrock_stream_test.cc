// What Bedrock streams, beside what it answers whole: framed, and checked byte by byte.

#include "tests/sim/bedrock_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/bedrock_api.h"
#include "tests/sim/bedrock_frame.h"
#include "tests/sim/stream_fault.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kStream[] = "/model/anthropic.claude-v1%3A0/converse-stream";
constexpr char kWhole[] = "/model/anthropic.claude-v1%3A0/converse";

std::string Asked(const std::string& text) {
  return R"("messages":[{"role":"user","content":[{"text":")" + text + R"("}]}])";
}

ApiAnswer Respond(const std::string& members, const std::string& path) {
  return MakeBedrockApi({.name = "p"})->Respond({"POST", path, {}, "{" + members + "}"}, {kNow});
}

std::uint32_t Number(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes) number = number * 256 + static_cast<unsigned char>(byte);
  return number;
}

struct Frame {
  std::map<std::string, std::string> headers;
  std::string payload;

  std::string type() const {
    return headers.contains(":event-type") ? headers.at(":event-type") : headers.at(":exception-type");
  }
};

// Reads the frames of `bytes`, whose checksums must be right.
std::vector<Frame> FramesIn(std::string_view bytes) {
  std::vector<Frame> frames;
  while (bytes.size() >= 16) {
    const std::size_t total = Number(bytes.substr(0, 4));
    const std::size_t headers_size = Number(bytes.substr(4, 4));
    EXPECT_LE(total, bytes.size());
    EXPECT_EQ(Number(bytes.substr(8, 4)), Crc32(bytes.substr(0, 8)));
    EXPECT_EQ(Number(bytes.substr(total - 4, 4)), Crc32(bytes.substr(0, total - 4)));
    Frame frame;
    std::string_view headers = bytes.substr(12, headers_size);
    while (!headers.empty()) {
      const std::size_t name_size = static_cast<unsigned char>(headers[0]);
      const std::string name(headers.substr(1, name_size));
      EXPECT_EQ(headers[1 + name_size], 7);
      const std::size_t value_size = Number(headers.substr(2 + name_size, 2));
      frame.headers[name] = headers.substr(4 + name_size, value_size);
      headers.remove_prefix(4 + name_size + value_size);
    }
    frame.payload = bytes.substr(12 + headers_size, total - 16 - headers_size);
    frames.push_back(std::move(frame));
    bytes.remove_prefix(total);
  }
  EXPECT_TRUE(bytes.empty());
  return frames;
}

std::vector<Frame> FramesOf(const std::string& members) {
  const ApiAnswer answer = Respond(members, kStream);
  EXPECT_EQ(answer.http.status, 200) << answer.http.body;
  EXPECT_EQ(*FindHeader(answer.http.headers, "content-type"), "application/vnd.amazon.eventstream");
  return answer.stream ? FramesIn(answer.stream->bytes) : std::vector<Frame>();
}

// One delta's part of a content block.
void AddTo(json::object& block, const json::object& delta) {
  if (delta.contains("text"))
    block["text"] = (block.contains("text") ? std::string(block.at("text").as_string()) : "") +
                    std::string(delta.at("text").as_string());
  if (delta.contains("toolUse")) {
    json::object& use = block.at("toolUse").as_object();
    use["input"] = (use.contains("input") ? std::string(use.at("input").as_string()) : "") +
                   std::string(delta.at("toolUse").at("input").as_string());
  }
  if (!delta.contains("reasoningContent")) return;
  json::object& thought = block["reasoningContent"].is_null()
                              ? block["reasoningContent"].emplace_object()["reasoningText"].emplace_object()
                              : block.at("reasoningContent").at("reasoningText").as_object();
  for (const auto& [name, value] : delta.at("reasoningContent").as_object()) {
    thought[name] = (thought.contains(name) ? std::string(thought.at(name).as_string()) : "") +
                    std::string(value.as_string());
  }
}

json::object Assembled(const std::vector<Frame>& frames) {
  json::object message{{"content", json::array()}};
  json::object answer;
  for (const Frame& frame : frames) {
    const json::object data = json::parse(frame.payload).as_object();
    EXPECT_EQ(frame.headers.at(":message-type"), "event");
    EXPECT_EQ(frame.headers.at(":content-type"), "application/json");
    EXPECT_TRUE(data.contains("p"));
    json::array& content = message.at("content").as_array();
    if (data.contains("contentBlockIndex"))
      content.resize(data.at("contentBlockIndex").as_int64() + 1, json::object());
    if (frame.type() == "messageStart") message["role"] = data.at("role");
    if (frame.type() == "contentBlockStart") content.back() = data.at("start");
    if (frame.type() == "contentBlockDelta") AddTo(content.back().as_object(), data.at("delta").as_object());
    if (frame.type() == "messageStop") answer["stopReason"] = data.at("stopReason");
    if (frame.type() != "metadata") continue;
    answer["metrics"] = data.at("metrics");
    answer["usage"] = data.at("usage");
  }
  for (json::value& block : message.at("content").as_array()) {
    if (!block.as_object().contains("toolUse")) continue;
    json::object& use = block.at("toolUse").as_object();
    use["input"] =
        use.contains("input") ? json::parse(use.at("input").as_string()) : json::value(json::object());
  }
  answer["output"] = json::object{{"message", std::move(message)}};
  return answer;
}

TEST(BedrockFrameTest, TheChecksumIsTheOneOfTheStandard) {
  EXPECT_EQ(Crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(Crc32(""), 0u);
}

TEST(BedrockStreamTest, SaysWhatTheWholeAnswerSays) {
  const std::string tools = R"("toolConfig":{"tools":[
    {"toolSpec":{"name":"get_weather","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}},
    {"toolSpec":{"name":"get_time","inputSchema":{"json":{"type":"object"}}}}]},)";
  for (const std::string& members :
       {Asked("Say this is a test!"), tools + Asked("call get_weather and get_time"),
        R"("additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}},)" +
            Asked("hi")}) {
    EXPECT_EQ(Assembled(FramesOf(members)), json::parse(Respond(members, kWhole).http.body).as_object())
        << members;
  }
}

TEST(BedrockStreamTest, MetadataIsLastAndTextsHaveNoStart) {
  const std::vector<Frame> frames = FramesOf(Asked("hi"));
  EXPECT_EQ(frames.front().type(), "messageStart");
  EXPECT_EQ(frames[1].type(), "contentBlockDelta");
  EXPECT_EQ(frames[frames.size() - 2].type(), "messageStop");
  EXPECT_EQ(frames.back().type(), "metadata");
}

TEST(BedrockStreamTest, AnErrorIsAnException) {
  const auto api = MakeBedrockApi({.name = "p"});
  const Request request{"POST", kStream};
  const std::vector<Frame> frames = FramesIn(api->StreamError(Step(), request));
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].headers.at(":message-type"), "exception");
  EXPECT_EQ(frames[0].headers.at(":exception-type"), "serviceUnavailableException");
  Step step;
  step.error_class = Fault::kRateLimited;
  EXPECT_EQ(FramesIn(api->StreamError(step, request))[0].type(), "throttlingException");
  step.error_class = Fault::kContextLength;
  EXPECT_EQ(FramesIn(api->StreamError(step, request))[0].type(), "validationException");
}

TEST(BedrockStreamTest, GarbageHasAWrongChecksumAndPingsARightOne) {
  const ApiAnswer answer = Respond(Asked("hi"), kStream);
  const std::string_view garbage = answer.stream->garbage;
  EXPECT_NE(Number(garbage.substr(garbage.size() - 4)), Crc32(garbage.substr(0, garbage.size() - 4)));
  EXPECT_EQ(FramesIn(answer.stream->ping).size(), 1u);
}

TEST(BedrockStreamTest, InvalidUtf8IsInAFrameThatIsRight) {
  const ApiAnswer answer = Respond(Asked("Say this is a test!"), kStream);
  const std::string broken = MakeBedrockApi({.name = "p"})->BreakUtf8(FirstToken(*answer.stream));
  EXPECT_THAT(FramesIn(broken).at(0).payload, HasSubstr("\"text\":\"\xC3\x28This\""));
}

TEST(BedrockStreamTest, AGuardrailIsAStreamToo) {
  Step step;
  step.fault = Fault::kContentFilter;
  const ApiAnswer answer = MakeBedrockApi({.name = "p"})->Fail(step, {"POST", kStream});
  ASSERT_TRUE(answer.stream.has_value());
  EXPECT_EQ(Assembled(FramesIn(answer.stream->bytes)).at("stopReason"), "guardrail_intervened");
}

}  // namespace
}  // namespace spillway::sim
