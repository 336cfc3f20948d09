// Recorded requests of Bedrock's callers, read and written again by the codec.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "providers/codec.h"
#include "providers/json_document.h"
#include "tests/replay/bedrock_request_reader.h"
#include "tests/replay/recording.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using providers::Member;

bool IsEmpty(const json::value& value) {
  return (value.is_array() && value.get_array().empty()) || (value.is_object() && value.get_object().empty());
}

// Numbers are doubles in a Struct.
json::value WithDoubles(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (value.is_array()) {
    json::array out;
    for (const auto& element : value.get_array()) out.push_back(WithDoubles(element));
    return out;
  }
  if (!value.is_object()) return json::value(value, json::storage_ptr());
  json::object out;
  for (const auto& member : value.get_object()) out[member.key()] = WithDoubles(member.value());
  return out;
}

bool IsBlank(const json::value& block) {
  const json::value* text = Member(block, "text");
  return text != nullptr && text->is_string() &&
         absl::StripAsciiWhitespace(text->get_string().c_str()).empty();
}

// Reasoning without a signature is not sent back: no model wants it.
bool IsUnsigned(const json::value& block) {
  const json::value* reasoning = Member(block, "reasoningContent");
  const json::value* text = reasoning == nullptr ? nullptr : Member(*reasoning, "reasoningText");
  return text != nullptr && Member(*text, "signature") == nullptr;
}

// The text of a tool's result that is a JSON object goes as that object, one that is blank not at all.
void MeanResult(json::value& block) {
  json::value* content = block.as_object()["toolResult"].as_object().if_contains("content");
  if (content == nullptr) return;
  json::array parts;
  for (const json::value& part : content->as_array()) {
    const json::value* text = Member(part, "text");
    const providers::JsonDocument document(text == nullptr ? "" : text->get_string().c_str());
    if (document.ok() && document.root().is_object()) {
      parts.push_back(json::object{{"json", WithDoubles(document.root())}});
    } else if (!IsBlank(part)) {
      parts.push_back(part);
    }
  }
  *content = std::move(parts);
}

// Blank texts, which Bedrock refuses nearly everywhere, are left out; results of tools come first.
json::array MeantBlocks(const json::array& blocks) {
  json::array results, others;
  for (json::value block : blocks) {
    const bool result = Member(block, "toolResult") != nullptr;
    if (result) MeanResult(block);
    if (!IsBlank(block) && !IsUnsigned(block)) (result ? results : others).push_back(block);
  }
  for (const auto& other : others) results.push_back(other);
  return results;
}

// Messages of the same role are one turn; those that say nothing are none.
json::array MeantMessages(const json::array& messages) {
  json::array out;
  for (const auto& message : messages) {
    const json::array& content = message.at("content").as_array();
    if (std::all_of(content.begin(), content.end(), IsBlank)) continue;
    if (out.empty() || out.back().at("role") != message.at("role")) {
      out.push_back({{"role", message.at("role")}, {"content", json::array()}});
    }
    json::array& turn = out.back().as_object()["content"].as_array();
    turn.insert(turn.end(), content.begin(), content.end());
  }
  for (json::value& turn : out) {
    turn.as_object()["content"] = MeantBlocks(turn.at("content").as_array());
  }
  return out;
}

void MeanTools(json::object& config) {
  // What happens without a choice.
  const json::value* choice = config.if_contains("toolChoice");
  if (choice != nullptr && Member(*choice, "auto") != nullptr) config.erase("toolChoice");
  json::value* tools = config.if_contains("tools");
  if (tools == nullptr) return;
  for (json::value& tool : tools->as_array()) {
    if (Member(tool, "toolSpec") == nullptr) continue;
    json::object& spec = tool.as_object()["toolSpec"].as_object();
    if (spec.contains("strict") && spec["strict"] == json::value(false)) spec.erase("strict");
  }
}

// The schema of an answer is text, in which space and order mean nothing.
void MeanOutput(json::object& config) {
  json::value* format = config.if_contains("textFormat");
  if (format == nullptr || Member(*format, "structure") == nullptr) return;
  json::object& schema = format->as_object()["structure"].as_object()["jsonSchema"].as_object();
  schema["schema"] = WithDoubles(json::parse(schema["schema"].as_string()));
}

// What a body means; each of the differences that writing it again may make is named at its function.
json::object Meaning(std::string_view text) {
  const providers::JsonDocument document(text);
  json::object body = WithDoubles(document.root()).as_object();
  body["messages"] = MeantMessages(body["messages"].as_array());
  if (json::value* config = body.if_contains("inferenceConfig")) {
    json::object& sampling = config->as_object();
    if (sampling.contains("stopSequences") && IsEmpty(sampling["stopSequences"]))
      sampling.erase("stopSequences");
  }
  if (json::value* config = body.if_contains("toolConfig")) MeanTools(config->as_object());
  if (json::value* config = body.if_contains("outputConfig")) MeanOutput(config->as_object());
  // A list or an object of nothing says nothing.
  json::object out;
  for (const auto& member : body) {
    if (!IsEmpty(member.value())) out[member.key()] = member.value();
  }
  return out;
}

std::string Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// What the reader may say of a request that ChatRequest cannot hold. So far no recorded one is such.
const std::set<std::string>& Unreadable() {
  static const std::set<std::string> kReasons = {
      "a block of several kinds", "a cachePoint with nothing before it",
      "a role that is none",      "a toolUse with more to it",
      "not of Converse's types",  "reasoningContent of another kind"};
  return kReasons;
}

// How many of the recordings known when this was written were compared: all.
constexpr int kComparedOnce = 21;

// 0 or 1 compared.
int Compare(const Recording& recording) {
  const auto request = ReadBedrockRequest(*recording.request_body);
  if (!request.ok()) {
    EXPECT_TRUE(Unreadable().contains(std::string(request.status().message()))) << request.status();
    return 0;
  }
  const std::size_t begin = recording.url.find("/model/");
  const std::size_t end = recording.url.rfind("/converse");
  const std::string model = Decoded(recording.url.substr(begin + 7, end - begin - 7));
  const auto codec = providers::MakeCodec(v1::API_BEDROCK, {.model = model});
  const bool streams = recording.url.ends_with("/converse-stream");
  const auto encoded = streams ? codec->EncodeStream(*request) : codec->Encode(*request);
  // What Bedrock refused, too, may be refused before.
  EXPECT_TRUE(encoded.ok() || recording.HasTag("error")) << encoded.status();
  if (!encoded.ok()) return 0;
  EXPECT_TRUE(encoded->dropped.empty());
  // Some clients leave the colon as it is.
  EXPECT_EQ(Decoded(encoded->path), "/model/" + model + recording.url.substr(end));
  json::object written = Meaning(encoded->body);
  const json::object recorded = Meaning(*recording.request_body);
  // Wanted where the conversation holds calls, also of those who leave it out.
  if (!recorded.contains("toolConfig")) written.erase("toolConfig");
  EXPECT_EQ(written, recorded);
  return 1;
}

TEST(BedrockRoundTripTest, RecordedRequestsComeOutAsTheyWentIn) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "bedrock.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int requests = 0;
  int compared = 0;
  for (const Recording& recording : *recordings) {
    if (!recording.request_body || recording.url.find("/converse") == std::string::npos) continue;
    SCOPED_TRACE(recording.id);
    ++requests;
    compared += Compare(recording);
  }
  RecordProperty("compared", compared);
  EXPECT_GT(requests, 0);
  EXPECT_GE(compared, std::min(requests, kComparedOnce));
}

}  // namespace
}  // namespace spillway::replay
