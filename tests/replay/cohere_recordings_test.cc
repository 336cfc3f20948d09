// Every recorded answer of Cohere's, read in a way of its own and compared.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "tests/replay/joined_stream.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/replay/stream_check.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

const json::value& ValueAt(const json::value& object, const char* name) {
  static const json::value kNothing;
  const json::value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value == nullptr ? kNothing : *value;
}

std::string TextAt(const json::value& object, const char* name) {
  const json::value& value = ValueAt(object, name);
  return value.is_string() ? std::string(value.get_string().c_str()) : std::string();
}

std::int64_t CountAt(const json::value& object, const char* name) {
  const json::value& value = ValueAt(object, name);
  return value.is_number() ? value.to_number<std::int64_t>() : 0;
}

std::size_t SizeAt(const json::value& object, const char* name) {
  const json::value& value = ValueAt(object, name);
  return value.is_array() ? value.get_array().size() : 0;
}

// The texts of the parts of one type, which bears the name of its text.
std::string Parts(const json::value& message, const char* type) {
  std::string text;
  for (std::size_t i = 0; i < SizeAt(message, "content"); ++i) {
    const json::value& part = ValueAt(message, "content").at(i);
    if (TextAt(part, "type") == type) text += TextAt(part, type);
  }
  return text;
}

std::string ExpectedFinish(const std::string& word) {
  if (word == "MAX_TOKENS") return "length";
  return word == "TOOL_CALL" ? "tool_calls" : "stop";
}

void ExpectSameUsage(const json::value& usage, const v1::Usage& read) {
  const json::value& tokens = ValueAt(usage, "tokens");
  EXPECT_EQ(read.prompt_tokens(), CountAt(tokens, "input_tokens"));
  EXPECT_EQ(read.completion_tokens(), CountAt(tokens, "output_tokens"));
  EXPECT_EQ(read.total_tokens(), read.prompt_tokens() + read.completion_tokens());
  EXPECT_EQ(read.reasoning_tokens(), CountAt(tokens, "reasoning_tokens"));
  EXPECT_EQ(read.cached_tokens(), CountAt(usage, "cached_tokens"));
  if (!ValueAt(usage, "billed_units").is_object()) return;
  const auto& billed = read.extra().fields().at("billed_units").struct_value().fields();
  for (const char* name : {"input_tokens", "output_tokens"}) {
    if (CountAt(ValueAt(usage, "billed_units"), name) == 0) continue;
    EXPECT_EQ(billed.at(name).number_value(),
              static_cast<double>(CountAt(ValueAt(usage, "billed_units"), name)));
  }
}

void ExpectSameMessage(const json::value& message, const v1::Message& read) {
  const std::string text = Parts(message, "text");
  EXPECT_EQ(read.content(), text.empty() ? TextAt(message, "tool_plan") : text);
  EXPECT_EQ(read.reasoning_content(), Parts(message, "thinking"));
  ASSERT_EQ(static_cast<std::size_t>(read.tool_calls_size()), SizeAt(message, "tool_calls"));
  for (int i = 0; i < read.tool_calls_size(); ++i) {
    const json::value& call = ValueAt(message, "tool_calls").at(i);
    EXPECT_EQ(read.tool_calls(i).id(), TextAt(call, "id"));
    EXPECT_EQ(read.tool_calls(i).function().name(), TextAt(ValueAt(call, "function"), "name"));
    EXPECT_EQ(read.tool_calls(i).function().arguments(), TextAt(ValueAt(call, "function"), "arguments"));
  }
  if (SizeAt(message, "citations") == 0) return;
  const auto& scope = read.extra().fields().at("cohere").struct_value().fields();
  EXPECT_EQ(static_cast<std::size_t>(scope.at("citations").list_value().values_size()),
            SizeAt(message, "citations"));
}

bool BrokeDown(const json::value& body) {
  const std::string end = TextAt(body, "finish_reason");
  return end == "ERROR" || end == "TIMEOUT";
}

void ExpectSameAnswer(const json::value& body, const v1::ChatResponse& answer) {
  EXPECT_EQ(answer.id(), TextAt(body, "id"));
  ASSERT_EQ(answer.choices_size(), 1);
  EXPECT_EQ(answer.choices(0).finish_reason(), ExpectedFinish(TextAt(body, "finish_reason")));
  ExpectSameMessage(ValueAt(body, "message"), answer.choices(0).message());
  ExpectSameUsage(ValueAt(body, "usage"), answer.usage());
}

TEST(CohereRecordingsTest, AnswersAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "cohere.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  for (const Recording& recording : *recordings) {
    if (recording.IsStream() || recording.HasTag("error")) continue;
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    const json::value body = json::parse(recording.response.body);
    if (BrokeDown(body)) {
      ASSERT_NE(replayed.failure(), nullptr);
      EXPECT_EQ(replayed.failure()->failure, router::Failure::kServerError);
      continue;
    }
    ASSERT_NE(replayed.answer(), nullptr) << replayed.failure()->message;
    ExpectSameAnswer(body, *replayed.answer());
    ++read;
  }
  EXPECT_GE(read, 6);
}

TEST(CohereRecordingsTest, StreamsAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "cohere.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  int failed = 0;
  for (const Recording& recording : StreamsOf(v1::API_COHERE, *recordings)) {
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    const json::object joined = JoinedBody(recording);
    if (BrokeDown(joined)) {
      ASSERT_NE(replayed.failure(), nullptr);
      EXPECT_EQ(replayed.failure()->failure, router::Failure::kServerError);
      EXPECT_EQ(replayed.failure()->message, TextAt(joined, "error"));
      ++failed;
      continue;
    }
    ExpectLikeUnary(recording, joined, replayed);
    ASSERT_NE(replayed.answer(), nullptr);
    ExpectSameAnswer(joined, *replayed.answer());
    ++read;
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(failed, 0);
}

}  // namespace
}  // namespace spillway::replay
