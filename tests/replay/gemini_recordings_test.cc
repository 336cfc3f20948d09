// Every recorded answer of Gemini, beside what the codec reads in it.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/replay/joined_stream.h"
#include "tests/replay/recorded_events.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/replay/stream_check.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;

// What stands at a place of a document; null where nothing does.
json::value At(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  const json::value* member = object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
  return member == nullptr ? json::value() : *member;
}

std::string TextAt(const json::value& value, std::string_view name) {
  const json::value text = At(value, name);
  return text.is_string() ? std::string(text.get_string().c_str()) : std::string();
}

std::int64_t CountAt(const json::value& value, std::string_view name) {
  const json::value count = At(value, name);
  return count.is_int64() ? count.get_int64() : 0;
}

json::array ListAt(const json::value& value, std::string_view name) {
  const json::value list = At(value, name);
  return list.is_array() ? list.get_array() : json::array();
}

json::value AsJson(const google::protobuf::Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return json::parse(text);
}

struct Expected {
  std::string text;
  std::string thoughts;
  std::vector<json::value> calls;
};

Expected Expect(const json::value& candidate) {
  Expected out;
  for (const auto& part : ListAt(At(candidate, "content"), "parts")) {
    const bool thought = At(part, "thought") == json::value(true);
    (thought ? out.thoughts : out.text) += TextAt(part, "text");
    if (At(part, "functionCall").is_object()) out.calls.push_back(part);
  }
  return out;
}

std::string ExpectedFinish(const json::value& candidate, bool calls) {
  static const std::set<std::string> kFiltered = {"SAFETY",
                                                  "RECITATION",
                                                  "LANGUAGE",
                                                  "BLOCKLIST",
                                                  "PROHIBITED_CONTENT",
                                                  "SPII",
                                                  "IMAGE_SAFETY",
                                                  "MODEL_ARMOR",
                                                  "IMAGE_OTHER",
                                                  "IMAGE_PROHIBITED_CONTENT",
                                                  "IMAGE_RECITATION"};
  const std::string word = TextAt(candidate, "finishReason");
  if (word == "MAX_TOKENS" || CountAt(candidate, "finishReason") == 2) return "length";
  if (kFiltered.contains(word)) return "content_filter";
  return calls ? "tool_calls" : "stop";
}

void ExpectSameCalls(const std::vector<json::value>& parts, const v1::Message& message) {
  ASSERT_EQ(static_cast<std::size_t>(message.tool_calls_size()), parts.size());
  std::set<std::string> ids;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const v1::ToolCall& call = message.tool_calls(static_cast<int>(i));
    const json::value native = At(parts[i], "functionCall");
    const json::value args = At(native, "args");
    EXPECT_EQ(call.function().name(), TextAt(native, "name"));
    EXPECT_EQ(json::parse(call.function().arguments()), args.is_null() ? json::object() : args);
    EXPECT_FALSE(call.id().empty());
    EXPECT_TRUE(ids.insert(call.id()).second) << call.id();
    const std::string id = TextAt(native, "id");
    EXPECT_TRUE(id.empty() || call.id() == id);
    const json::value kept = At(AsJson(call), "extra");
    EXPECT_EQ(TextAt(At(kept, "gemini"), "thought_signature"), TextAt(parts[i], "thoughtSignature"));
  }
}

void ExpectSameUsage(const json::value& usage, const v1::Usage& decoded) {
  const std::int64_t prompt = CountAt(usage, "promptTokenCount") + CountAt(usage, "toolUsePromptTokenCount");
  const std::int64_t thoughts = CountAt(usage, "thoughtsTokenCount");
  EXPECT_EQ(decoded.prompt_tokens(), prompt);
  EXPECT_EQ(decoded.completion_tokens(), CountAt(usage, "candidatesTokenCount") + thoughts);
  EXPECT_EQ(decoded.total_tokens(), decoded.prompt_tokens() + decoded.completion_tokens());
  EXPECT_EQ(decoded.reasoning_tokens(), thoughts);
  EXPECT_EQ(decoded.cached_tokens(), CountAt(usage, "cachedContentTokenCount"));
}

// Every text in a document, and where the decoder joined texts, the joined ones.
void CollectTexts(const json::value& value, std::vector<std::string>& out) {
  if (value.is_string()) out.emplace_back(value.get_string().c_str());
  if (value.is_array()) {
    for (const auto& element : value.get_array()) CollectTexts(element, out);
  }
  if (value.is_object()) {
    for (const auto& member : value.get_object()) CollectTexts(member.value(), out);
  }
}

// Texts of the body that the decoded message holds nowhere, not even as part of another text. Arguments stand
// in it as JSON text; the role of contents and times are read into other forms.
std::vector<std::string> LostTexts(const json::value& body, const v1::ChatResponse& answer) {
  std::vector<std::string> kept;
  CollectTexts(AsJson(answer), kept);
  std::vector<std::string> said;
  CollectTexts(body, said);
  std::vector<std::string> lost;
  for (const std::string& one : said) {
    const std::string quoted = json::serialize(json::value(one));
    const std::string escaped = quoted.substr(1, quoted.size() - 2);
    const bool found = std::any_of(kept.begin(), kept.end(), [&one, &escaped](const std::string& other) {
      return other.find(one) != std::string::npos || other.find(escaped) != std::string::npos;
    });
    if (!found && one != "model" && one != TextAt(body, "createTime")) lost.push_back(one);
  }
  return lost;
}

void ExpectSameAnswer(const json::value& body, const v1::ChatResponse& answer) {
  EXPECT_EQ(answer.id(), TextAt(body, "responseId"));
  EXPECT_EQ(answer.model(), TextAt(body, "modelVersion"));
  EXPECT_EQ(answer.created() > 0, !TextAt(body, "createTime").empty());
  const json::array candidates = ListAt(body, "candidates");
  ASSERT_EQ(static_cast<std::size_t>(answer.choices_size()), candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const v1::Choice& choice = answer.choices(static_cast<int>(i));
    const Expected expected = Expect(candidates[i]);
    EXPECT_EQ(choice.index(), CountAt(candidates[i], "index"));
    EXPECT_EQ(choice.message().role(), v1::ROLE_ASSISTANT);
    EXPECT_EQ(choice.message().content(), expected.text);
    EXPECT_EQ(choice.message().reasoning_content(), expected.thoughts);
    EXPECT_EQ(choice.finish_reason(), ExpectedFinish(candidates[i], !expected.calls.empty()));
    ExpectSameCalls(expected.calls, choice.message());
  }
  ExpectSameUsage(At(body, "usageMetadata"), answer.usage());
  EXPECT_THAT(LostTexts(body, answer), IsEmpty());
}

// A prompt that was blocked, and an answer that broke down, are failures with status 200.
bool IsFailure(const json::value& body) {
  static const std::set<std::string> kBroken = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                                                "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
                                                "MISSING_THOUGHT_SIGNATURE"};
  const json::array candidates = ListAt(body, "candidates");
  return candidates.empty() ||
         std::any_of(candidates.begin(), candidates.end(), [](const json::value& candidate) {
           return kBroken.contains(TextAt(candidate, "finishReason"));
         });
}

TEST(GeminiRecordingsTest, AnswersAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordingFolder(*folder / "recordings");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  for (const Recording& recording : *recordings) {
    if (ApiOf(recording.provider) != v1::API_GEMINI || recording.HasTag("error")) continue;
    if (recording.IsStream()) continue;
    const Replayed replayed = Replay(recording);
    SCOPED_TRACE(recording.id);
    const json::value body = json::parse(recording.response.body);
    if (IsFailure(body)) {
      EXPECT_NE(replayed.failure(), nullptr);
    } else {
      ASSERT_NE(replayed.answer(), nullptr) << replayed.failure()->message;
      ExpectSameAnswer(body, *replayed.answer());
    }
    ++read;
  }
  EXPECT_GT(read, 0);
}

// What came after the events, if it is an error.
json::value StrayError(const Recording& recording) {
  for (const RecordedEvent& event : EventsOf(recording.response.body, FramingOf(recording))) {
    if (event.stray) return At(json::parse(event.data), "error");
  }
  return {};
}

TEST(GeminiRecordingsTest, StreamsAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordingFolder(*folder / "recordings");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int read = 0;
  int failed = 0;
  for (const Recording& recording : StreamsOf(v1::API_GEMINI, *recordings)) {
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    const json::object joined = JoinedBody(recording);
    const json::value error = StrayError(recording);
    if (!error.is_null() || IsFailure(joined)) {
      ASSERT_NE(replayed.failure(), nullptr);
      EXPECT_FALSE(IsUndecodable(replayed)) << replayed.failure()->message;
      EXPECT_TRUE(error.is_null() || replayed.failure()->message == TextAt(error, "message"));
      EXPECT_TRUE(!error.is_null() || replayed.failure()->failure == router::Failure::kContentFilter);
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
