// Every recorded answer of Bedrock, against what its JSON says at first sight.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <string>

#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "tests/replay/joined_stream.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/replay/stream_check.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using providers::Member;

std::string TextAt(const json::value& object, const char* name) {
  const json::value* value = Member(object, name);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::int64_t CountAt(const json::value& object, const char* name) {
  const json::value* value = Member(object, name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

void ExpectSameMessage(const json::array& blocks, const v1::Message& message) {
  std::string text, reasoning;
  int calls = 0;
  for (const auto& block : blocks) {
    text += TextAt(block, "text");
    if (const json::value* thought = Member(block, "reasoningContent")) {
      const json::value* said = Member(*thought, "reasoningText");
      if (said != nullptr) reasoning += TextAt(*said, "text");
    }
    const json::value* use = Member(block, "toolUse");
    if (use == nullptr || TextAt(*use, "type") == "server_tool_use") continue;
    ASSERT_LT(calls, message.tool_calls_size());
    const v1::ToolCall& call = message.tool_calls(calls++);
    EXPECT_EQ(call.id(), TextAt(*use, "toolUseId"));
    EXPECT_EQ(call.function().name(), TextAt(*use, "name"));
    EXPECT_EQ(json::parse(call.function().arguments()), use->at("input"));
  }
  EXPECT_EQ(message.role(), v1::ROLE_ASSISTANT);
  EXPECT_EQ(message.content(), text);
  EXPECT_EQ(message.reasoning_content(), reasoning);
  EXPECT_EQ(message.tool_calls_size(), calls);
}

std::string ExpectedFinish(const std::string& stop_reason) {
  static const std::map<std::string, std::string> kWords = {{"end_turn", "stop"},
                                                            {"stop_sequence", "stop"},
                                                            {"tool_use", "tool_calls"},
                                                            {"max_tokens", "length"},
                                                            {"model_context_window_exceeded", "length"},
                                                            {"guardrail_intervened", "content_filter"},
                                                            {"content_filtered", "content_filter"}};
  const auto word = kWords.find(stop_reason);
  EXPECT_NE(word, kWords.end()) << stop_reason;
  return word == kWords.end() ? "" : word->second;
}

void ExpectSameUsage(const json::value& usage, const v1::Usage& read) {
  const std::int64_t cached = CountAt(usage, "cacheReadInputTokens");
  const std::int64_t written = CountAt(usage, "cacheWriteInputTokens");
  EXPECT_EQ(read.prompt_tokens(), CountAt(usage, "inputTokens") + cached + written);
  EXPECT_EQ(read.completion_tokens(), CountAt(usage, "outputTokens"));
  // In every recording the total is right.
  EXPECT_EQ(read.total_tokens(), CountAt(usage, "totalTokens"));
  EXPECT_EQ(read.cached_tokens(), cached);
}

// Whatever has no field is found again under its own name.
void ExpectRestKept(const json::object& body, const v1::ChatResponse& answer) {
  for (const auto& member : body) {
    const std::string name = member.key();
    if (name == "output" || name == "stopReason" || name == "usage" || name == "serviceTier") continue;
    google::protobuf::Value value;
    providers::ReadValue(member.value(), value);
    const auto& fields = answer.extra().fields();
    ASSERT_TRUE(fields.contains(name)) << name;
    EXPECT_EQ(fields.at(name).DebugString(), value.DebugString());
  }
}

void ExpectTags(const Recording& recording, const v1::Choice& choice) {
  EXPECT_EQ(choice.finish_reason(), ExpectedFinish(recording.TagValue("finish:").value_or("")));
  EXPECT_TRUE(!recording.HasTag("resp:text") || !choice.message().content().empty());
  EXPECT_EQ(recording.HasTag("resp:tool_call"), choice.message().tool_calls_size() > 0);
  EXPECT_EQ(recording.HasTag("resp:reasoning"), choice.message().has_reasoning_content() ||
                                                    choice.message().extra().fields().contains("anthropic"));
}

void ExpectSameAnswer(const Recording& recording, const json::value& body, const v1::ChatResponse& answer) {
  ASSERT_EQ(answer.choices_size(), 1);
  ExpectSameMessage(body.at("output").at("message").at("content").as_array(), answer.choices(0).message());
  EXPECT_EQ(answer.choices(0).finish_reason(), ExpectedFinish(TextAt(body, "stopReason")));
  ExpectTags(recording, answer.choices(0));
  ExpectSameUsage(body.at("usage"), answer.usage());
  ExpectRestKept(body.as_object(), answer);
  const std::string* id = FindHeader(recording.response.headers, "x-amzn-requestid");
  EXPECT_EQ(answer.id(), id == nullptr ? "" : *id);
}

TEST(BedrockRecordingsTest, AnswersAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "bedrock.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  for (const Recording& recording : *recordings) {
    if (recording.IsStream() || recording.HasTag("error")) continue;
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    ASSERT_NE(replayed.answer(), nullptr) << replayed.failure()->message;
    ExpectSameAnswer(recording, json::parse(recording.response.body), *replayed.answer());
    ++read;
  }
  EXPECT_GT(read, 0);
}

TEST(BedrockRecordingsTest, StreamsAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "bedrock.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  const auto streams = StreamsOf(v1::API_BEDROCK, *recordings);
  EXPECT_FALSE(streams.empty());
  for (const Recording& recording : streams) {
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    const json::object joined = JoinedBody(recording);
    ExpectLikeUnary(recording, joined, replayed);
    ASSERT_NE(replayed.answer(), nullptr);
    ExpectSameAnswer(recording, joined, *replayed.answer());
  }
}

}  // namespace
}  // namespace spillway::replay
