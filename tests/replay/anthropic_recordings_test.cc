// Recorded answers of Anthropic's, against a plain reading of their JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"
#include "tests/replay/joined_stream.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/replay/stream_check.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

std::string TextAt(const json::value& object, const char* name) {
  const json::value* value = providers::Member(object, name);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::int64_t CountAt(const json::value& object, const char* name) {
  const json::value* value = providers::Member(object, name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

json::value ValueAt(const json::value& object, const char* name) {
  const json::value* value = providers::Member(object, name);
  return value == nullptr ? json::value() : *value;
}

std::vector<json::value> BlocksOfType(const json::array& content, std::string_view type) {
  std::vector<json::value> out;
  std::copy_if(content.begin(), content.end(), std::back_inserter(out),
               [&](const json::value& block) { return TextAt(block, "type") == type; });
  return out;
}

// The texts of all blocks of a type.
std::string TextOfType(const json::array& content, std::string_view type, const char* name) {
  std::string text;
  for (const json::value& block : BlocksOfType(content, type)) text += TextAt(block, name);
  return text;
}

void ExpectSameCalls(const json::array& content, const v1::Message& decoded) {
  const auto calls = BlocksOfType(content, "tool_use");
  ASSERT_EQ(static_cast<std::size_t>(decoded.tool_calls_size()), calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const v1::ToolCall& read = decoded.tool_calls(static_cast<int>(i));
    EXPECT_EQ(read.id(), TextAt(calls[i], "id"));
    EXPECT_EQ(read.type(), "function");
    EXPECT_EQ(read.function().name(), TextAt(calls[i], "name"));
    EXPECT_EQ(json::parse(read.function().arguments()), ValueAt(calls[i], "input"));
  }
}

void ExpectSameThinking(const json::array& content, const v1::Message& decoded) {
  EXPECT_EQ(decoded.reasoning_content(), TextOfType(content, "thinking", "thinking"));
  std::vector<std::string> signatures;
  for (const json::value& block : content) {
    const std::string mark = TextAt(block, "signature") + TextAt(block, "data");
    const std::string type = TextAt(block, "type");
    if (!mark.empty() && (type == "thinking" || type == "redacted_thinking")) signatures.push_back(mark);
  }
  const auto kept = providers::ThinkingBlocksOf(decoded);
  ASSERT_EQ(kept.size(), signatures.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(std::string(kept[i].signature) + std::string(kept[i].redacted), signatures[i]);
  }
}

// Blocks of types without a field are kept whole, in their order.
void ExpectOthersKept(const json::array& content, const v1::Message& decoded) {
  google::protobuf::ListValue others;
  for (const json::value& block : content) {
    const std::string type = TextAt(block, "type");
    const json::value citations = ValueAt(block, "citations");
    const bool cites = citations.is_array() && !citations.get_array().empty();
    const bool known =
        type == "text" || type == "tool_use" || type == "thinking" || type == "redacted_thinking";
    if (known && !cites) continue;
    providers::ReadValue(block, *others.add_values());
  }
  const auto scope = decoded.extra().fields().find("anthropic");
  const google::protobuf::Struct none;
  const auto& fields =
      scope == decoded.extra().fields().end() ? none.fields() : scope->second.struct_value().fields();
  const auto kept = fields.find("content");
  ASSERT_EQ(kept != fields.end(), others.values_size() > 0);
  if (kept == fields.end()) return;
  ASSERT_EQ(kept->second.list_value().values_size(), others.values_size());
  for (int i = 0; i < others.values_size(); ++i) {
    EXPECT_EQ(kept->second.list_value().values(i).DebugString(), others.values(i).DebugString());
  }
}

void ExpectSameUsage(const json::value& usage, const v1::Usage& decoded) {
  const std::int64_t cached = CountAt(usage, "cache_read_input_tokens");
  const std::int64_t prompt =
      CountAt(usage, "input_tokens") + cached + CountAt(usage, "cache_creation_input_tokens");
  const std::int64_t completion = CountAt(usage, "output_tokens");
  EXPECT_EQ(decoded.prompt_tokens(), prompt);
  EXPECT_EQ(decoded.completion_tokens(), completion);
  EXPECT_EQ(decoded.total_tokens(), prompt + completion);
  EXPECT_EQ(decoded.cached_tokens(), cached);
  EXPECT_EQ(decoded.reasoning_tokens(), CountAt(ValueAt(usage, "output_tokens_details"), "thinking_tokens"));
}

const std::map<std::string, std::string>& FinishOfWord() {
  static const std::map<std::string, std::string> kWords = {
      {"end_turn", "stop"},         {"stop_sequence", "stop"},  {"pause_turn", "stop"},
      {"max_tokens", "length"},     {"tool_use", "tool_calls"}, {"model_context_window_exceeded", "length"},
      {"refusal", "content_filter"}};
  return kWords;
}

void ExpectSameAnswer(const json::value& body, const v1::ChatResponse& answer) {
  const json::array content = ValueAt(body, "content").as_array();
  ASSERT_EQ(answer.choices_size(), 1);
  const v1::Message& message = answer.choices(0).message();
  EXPECT_EQ(answer.id(), TextAt(body, "id"));
  EXPECT_EQ(answer.model(), TextAt(body, "model"));
  EXPECT_EQ(message.role(), v1::ROLE_ASSISTANT);
  EXPECT_EQ(message.content(), TextOfType(content, "text", "text"));
  EXPECT_EQ(answer.choices(0).finish_reason(), FinishOfWord().at(TextAt(body, "stop_reason")));
  const auto& extra = answer.choices(0).extra().fields();
  EXPECT_EQ(extra.at("native_finish_reason").string_value(), TextAt(body, "stop_reason"));
  EXPECT_EQ(extra.contains("stop_sequence"), !TextAt(body, "stop_sequence").empty());
  ExpectSameCalls(content, message);
  ExpectSameThinking(content, message);
  ExpectOthersKept(content, message);
  ExpectSameUsage(ValueAt(body, "usage"), answer.usage());
}

TEST(AnthropicRecordingsTest, AnswersAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "anthropic.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  for (const Recording& recording : *recordings) {
    if (recording.IsStream() || recording.HasTag("error")) continue;
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    ASSERT_NE(replayed.answer(), nullptr) << replayed.failure()->message;
    ExpectSameAnswer(json::parse(recording.response.body), *replayed.answer());
    ++read;
  }
  EXPECT_GT(read, 0);
}

TEST(AnthropicRecordingsTest, StreamsAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "anthropic.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  const auto streams = StreamsOf(v1::API_ANTHROPIC, *recordings);
  EXPECT_FALSE(streams.empty());
  for (const Recording& recording : streams) {
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    const json::object joined = JoinedBody(recording);
    ExpectLikeUnary(recording, joined, replayed);
    ASSERT_NE(replayed.answer(), nullptr);
    ExpectSameAnswer(joined, *replayed.answer());
  }
}

TEST(AnthropicRecordingsTest, ErrorsAreTheCodecsToo) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "anthropic.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  for (const Recording& recording : *recordings) {
    if (!recording.HasTag("error") || recording.IsStream()) continue;
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    ASSERT_NE(replayed.failure(), nullptr);
    EXPECT_FALSE(IsUndecodable(replayed)) << recording.response.body;
    ++read;
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace spillway::replay
