// Recorded requests to Anthropic, read and written again.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "providers/anthropic_request_encoder.h"
#include "providers/json_document.h"
#include "tests/replay/anthropic_request_reader.h"
#include "tests/replay/plain_json.h"
#include "tests/replay/recording.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// As many as there were when this was written.
constexpr int kFewestCompared = 28;

bool Is(const json::value* value, std::string_view text) {
  return value != nullptr && value->is_string() && providers::View(value->get_string()) == text;
}

bool IsBlankText(const json::value& block) {
  const json::value* text = providers::Member(block, "text");
  return Is(providers::Member(block, "type"), "text") && text != nullptr && text->is_string() &&
         absl::StripAsciiWhitespace(std::string(text->get_string().c_str())).empty();
}

// A text alone is short for a list of one block; and blank blocks, which the API refuses, are not written.
json::array BlocksOf(const json::value& content) {
  json::array blocks = content.is_array() ? content.get_array()
                                          : json::array{json::object{{"type", "text"}, {"text", content}}};
  json::array out;
  for (auto& block : blocks) {
    if (IsBlankText(block)) continue;
    json::object& members = block.as_object();
    if (json::value* inner = members.if_contains("content")) *inner = BlocksOf(*inner);
    if (members.contains("content") && members["content"].get_array().empty()) members.erase("content");
    out.push_back(block);
  }
  return out;
}

// Messages of one role in a row are one turn, as the API itself says.
json::array TurnsOf(const json::array& messages) {
  json::array turns;
  for (const auto& message : messages) {
    json::array blocks = BlocksOf(message.at("content"));
    if (turns.empty() || turns.back().at("role") != message.at("role")) {
      turns.push_back(json::object{{"role", message.at("role")}, {"content", json::array()}});
    }
    json::array& turn = turns.back().at("content").as_array();
    turn.insert(turn.end(), blocks.begin(), blocks.end());
  }
  return turns;
}

// A tool of no type is `custom`, one of no description needs none, and `strict` is off unless on.
void Simplify(json::object& tool) {
  if (Is(tool.if_contains("type"), "custom")) tool.erase("type");
  if (Is(tool.if_contains("description"), "")) tool.erase("description");
  if (tool.contains("strict") && tool["strict"] == json::value(false)) tool.erase("strict");
}

// Objects of an answer's schema are closed by the codec, as the API demands.
void OpenObjects(json::value& schema) {
  if (schema.is_array()) {
    for (auto& element : schema.get_array()) OpenObjects(element);
  }
  if (!schema.is_object()) return;
  json::object& object = schema.get_object();
  const json::value* more = object.if_contains("additionalProperties");
  if (more != nullptr && *more == json::value(false)) object.erase("additionalProperties");
  for (auto& member : object) OpenObjects(member.value());
}

// What a body means. Each step here is a difference that writing it again may make.
json::value Meaning(std::string_view text) {
  const providers::JsonDocument document(text);
  json::value value = Plain(document.root());
  json::object& body = value.as_object();
  body["messages"] = TurnsOf(body["messages"].as_array());
  if (body.contains("system")) body["system"] = BlocksOf(body["system"]);
  // No tools are as good as an empty list of them, and need no choice.
  if (body.contains("tools") && body["tools"].as_array().empty()) body.erase("tools");
  if (!body.contains("tools")) body.erase("tool_choice");
  if (body.contains("tools")) {
    for (auto& tool : body["tools"].as_array()) Simplify(tool.as_object());
  }
  if (body.contains("output_config")) OpenObjects(body["output_config"]);
  // The default.
  if (body.contains("stream") && body["stream"] == json::value(false)) body.erase("stream");
  return value;
}

bool Streams(std::string_view text) {
  const providers::JsonDocument document(text);
  const json::value* stream = providers::Member(document.root(), "stream");
  return stream != nullptr && *stream == json::value(true);
}

bool IsBeyondChatRequest(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnimplemented &&
         std::any_of(kBeyondChatRequest.begin(), kBeyondChatRequest.end(), [&](std::string_view reason) {
           return std::string(status.message()).starts_with(reason);
         });
}

// Fields that the codec leaves out for this model, and says so, cannot be in what it wrote.
void EraseDropped(const std::vector<std::string_view>& dropped, json::value& body) {
  for (const std::string_view name : dropped) {
    ASSERT_TRUE(name == "temperature" || name == "top_p") << name;
    body.as_object().erase({name.data(), name.size()});
  }
}

TEST(AnthropicRoundTripTest, RecordedRequestsComeOutAsTheyWentIn) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "anthropic.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int compared = 0;
  for (const Recording& recording : *recordings) {
    if (!recording.request_body) continue;
    SCOPED_TRACE(recording.id);
    const auto read = ReadAnthropicRequest(*recording.request_body);
    if (!read.ok() && (recording.HasTag("error") || IsBeyondChatRequest(read.status()))) continue;
    ASSERT_TRUE(read.ok()) << read.status();
    const auto written =
        providers::EncodeAnthropicRequest(*read, {.stream = Streams(*recording.request_body)});
    // What Anthropic refused may be refused here, too.
    if (!written.ok() && recording.HasTag("error")) continue;
    ASSERT_TRUE(written.ok()) << written.status();
    json::value expected = Meaning(*recording.request_body);
    EraseDropped(written->dropped, expected);
    EXPECT_EQ(Meaning(written->body), expected);
    ++compared;
  }
  EXPECT_GE(compared, kFewestCompared);
  RecordProperty("compared", compared);
}

TEST(AnthropicRequestReaderTest, WhatChatRequestCannotHoldIsNamed) {
  const auto status_of = [](const std::string& role, const std::string& blocks) {
    return ReadAnthropicRequest(R"({"messages":[{"role":")" + role + R"(","content":[)" + blocks + "]}]}")
        .status();
  };
  for (const absl::Status& status :
       {status_of("user", R"({"type":"image","source":{"type":"file","file_id":"f"}})"),
        status_of("user", R"({"type":"document","source":{"type":"url","url":"u"}})"),
        status_of("user", R"({"type":"search_result"})"),
        status_of("assistant", R"({"type":"tool_use"},{"type":"text","text":"x"})"),
        status_of("assistant", R"({"type":"thinking","thinking":"x"})"),
        status_of("assistant", R"({"type":"server_tool_use"})")}) {
    EXPECT_TRUE(IsBeyondChatRequest(status)) << status;
  }
  EXPECT_EQ(status_of("user", "7").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status_of("system", "").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace spillway::replay
