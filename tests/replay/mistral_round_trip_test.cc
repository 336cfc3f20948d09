// Recorded requests of Mistral's clients, read and written again by the codec.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstddef>
#include <map>
#include <string>

#include "providers/codec.h"
#include "tests/replay/mistral_request_reader.h"
#include "tests/replay/plain_json.h"
#include "tests/replay/recording.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// The text of a list of parts; reasoning of earlier turns stays here.
void Flatten(json::value& content) {
  if (!content.is_array()) return;
  std::string text;
  for (const auto& part : content.get_array()) {
    if (part.at("type") == "text") text += part.at("text").as_string().c_str();
  }
  content = text;
}

// Each id by the order in which they appear: those of other forms than Mistral's get others.
class Ids {
 public:
  void Number(json::object& owner, json::string_view name) {
    json::value* id = owner.if_contains(name);
    if (id == nullptr || !id->is_string()) return;
    const auto [known, added] = numbers_.try_emplace(id->get_string().c_str(), numbers_.size());
    *id = known->second;
  }

 private:
  std::map<std::string, std::size_t> numbers_;
};

void ReadCall(json::object& call, Ids& ids) {
  ids.Number(call, "id");
  // The only type there is, and the place in the list.
  call.erase("type");
  call.erase("index");
  json::value& arguments = call["function"].as_object()["arguments"];
  if (arguments.is_string()) arguments = json::parse(arguments == "" ? "{}" : arguments.get_string());
}

void ReadMessage(json::object& message, Ids& ids) {
  // A turn that only called tools has empty text, not none.
  if (message["role"] == "assistant") Flatten(message["content"]);
  if (message["role"] == "assistant" && message["content"].is_null()) message["content"] = "";
  if (message["prefix"] == false || message["prefix"].is_null()) message.erase("prefix");
  // Results get the name of their function, where the client left it out.
  if (message["role"] == "tool") message.erase("name");
  ids.Number(message, "tool_call_id");
  if (json::value* calls = message.if_contains("tool_calls")) {
    for (auto& call : calls->as_array()) ReadCall(call.as_object(), ids);
    if (calls->get_array().empty()) message.erase("tool_calls");
  }
  if (!message["content"].is_array()) return;
  for (auto& part : message["content"].get_array()) {
    json::value* image = part.as_object().if_contains("image_url");
    if (image != nullptr && image->is_string()) *image = json::object{{"url", *image}};
  }
}

// An assistant's turn that says nothing is not sent, and one is added between a result and its user.
bool IsFiller(const json::array& messages, std::size_t at) {
  const json::object& message = messages[at].get_object();
  if (message.at("role") != "assistant" || message.if_contains("tool_calls") != nullptr) return false;
  const bool after_tool = at > 0 && messages[at - 1].at("role") == "tool";
  return message.at("content") == "" || (after_tool && message.at("content") == "OK.");
}

bool Streams(const json::object& body) {
  const json::value* stream = body.if_contains("stream");
  return stream != nullptr && *stream == json::value(true);
}

// Members that say nothing, or nothing new.
void DropDefaults(json::object& body) {
  // The default.
  if (!Streams(body)) body.erase("stream");
  const json::value* tools = body.if_contains("tools");
  if (tools == nullptr || tools->as_array().empty()) {
    for (const char* name : {"tools", "tool_choice", "parallel_tool_calls"}) body.erase(name);
  } else {
    for (auto& tool : body["tools"].as_array()) {
      json::object& function = tool.at("function").as_object();
      if (function["description"] == "" || function["description"].is_null()) function.erase("description");
    }
  }
  const json::value* format = body.if_contains("response_format");
  if (format != nullptr && format->at("type") == "text") body.erase("response_format");
  // One stop is a list of one, and an empty list is none.
  json::value* stop = body.if_contains("stop");
  if (stop != nullptr && stop->is_string()) *stop = json::array{*stop};
  if (stop != nullptr && stop->as_array().empty()) body.erase("stop");
  // Two words for one thing.
  if (body["tool_choice"] == "required") body["tool_choice"] = "any";
  if (body["tool_choice"].is_null()) body.erase("tool_choice");
}

// What a body means: the differences that writing it again may make are gone.
json::object Meaning(const std::string& text) {
  json::value value = Plain(json::parse(text));
  json::object& body = value.as_object();
  DropDefaults(body);
  Ids ids;
  for (auto& message : body["messages"].as_array()) ReadMessage(message.as_object(), ids);
  json::array said;
  const json::array& all = body["messages"].as_array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!IsFiller(all, i)) said.push_back(all[i]);
  }
  body["messages"] = std::move(said);
  return body;
}

// Requests that Mistral refused may ask for what the codec refuses, too: log probabilities, say.
bool IsRefusedAtOnce(const Recording& recording, const absl::Status& status) {
  return recording.HasTag("error") && !status.ok();
}

TEST(MistralRoundTripTest, RecordedRequestsComeOutAsTheyWentIn) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "mistral.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int compared = 0;
  int streamed = 0;
  for (const Recording& recording : *recordings) {
    if (!recording.request_body || recording.url.find("chat/completions") == std::string::npos) continue;
    SCOPED_TRACE(recording.id);
    const auto request = ReadMistralRequest(*recording.request_body);
    if (IsRefusedAtOnce(recording, request.status())) continue;
    ASSERT_TRUE(request.ok()) << request.status();
    const auto codec = providers::MakeCodec(v1::API_MISTRAL, {});
    const bool streams = Streams(json::parse(*recording.request_body).as_object());
    const auto encoded = streams ? codec->EncodeStream(*request) : codec->Encode(*request);
    if (IsRefusedAtOnce(recording, encoded.status())) continue;
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    EXPECT_TRUE(encoded->dropped.empty()) << encoded->dropped.front();
    EXPECT_EQ(Meaning(encoded->body), Meaning(*recording.request_body));
    ++compared;
    streamed += streams ? 1 : 0;
  }
  EXPECT_GE(compared, 13);
  EXPECT_GE(streamed, 6);
}

TEST(MistralRequestReaderTest, WhatMistralSpellsOtherwiseIsUnderstood) {
  const auto request =
      ReadMistralRequest(R"({"model":"m","random_seed":3,"tool_choice":"any","safe_prompt":true,
      "messages":[{"role":"user","content":[{"type":"image_url","image_url":"u"},
      {"type":"input_audio","input_audio":"AA"}]},{"role":"assistant","content":"x","prefix":true}]})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->seed(), 3);
  EXPECT_EQ(request->tool_choice().mode(), "required");
  EXPECT_EQ(request->messages(0).parts(0).image_url().url(), "u");
  EXPECT_EQ(request->messages(0).parts(1).input_audio().data(), "AA");
  EXPECT_TRUE(request->extra().fields().contains("safe_prompt"));
}

TEST(MistralRequestReaderTest, WhatChatRequestCannotHoldIsNamed) {
  EXPECT_FALSE(ReadMistralRequest("[").ok());
  EXPECT_FALSE(ReadMistralRequest("[]").ok());
  const auto request = ReadMistralRequest(R"({"messages":[{"role":"user","content":7}]})");
  EXPECT_NE(std::string(request.status().message()).find("messages[0].content"), std::string::npos);
}

}  // namespace
}  // namespace spillway::replay
