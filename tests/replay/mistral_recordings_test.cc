// What recordings_test.cc does not compare of Mistral's answers: reasoning, and that nothing is left
// unscoped.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "tests/replay/joined_stream.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// The texts of the thinking parts of a message.
std::string ThinkingOf(const json::value& message) {
  std::string text;
  const json::value* content = message.as_object().if_contains("content");
  if (content == nullptr || !content->is_array()) return text;
  for (const auto& part : content->get_array()) {
    if (part.at("type") != "thinking") continue;
    for (const auto& piece : part.at("thinking").as_array()) text += piece.at("text").as_string().c_str();
  }
  return text;
}

bool OnlyScoped(const google::protobuf::Struct& extra) {
  return extra.fields_size() == (extra.fields().contains("mistral") ? 1 : 0);
}

TEST(MistralRecordingsTest, ReasoningIsReadAndNothingIsLeftForOthersToMistake) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "mistral.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int thought = 0;
  for (const Recording& recording : *recordings) {
    const Replayed replayed = Replay(recording);
    if (replayed.answer() == nullptr) continue;
    SCOPED_TRACE(recording.id);
    const json::value body =
        recording.IsStream() ? json::value(JoinedBody(recording)) : json::parse(recording.response.body);
    for (int i = 0; i < replayed.answer()->choices_size(); ++i) {
      const v1::Message& message = replayed.answer()->choices(i).message();
      const std::string thinking = ThinkingOf(body.at("choices").as_array().at(i).at("message"));
      EXPECT_EQ(message.reasoning_content(), thinking);
      EXPECT_TRUE(OnlyScoped(message.extra()));
      for (const v1::ToolCall& call : message.tool_calls()) EXPECT_TRUE(OnlyScoped(call.extra()));
      thought += thinking.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(thought, 0);
}

}  // namespace
}  // namespace spillway::replay
