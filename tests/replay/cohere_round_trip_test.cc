// Recorded requests of Cohere's clients, read and written again by the codec.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "providers/codec.h"
#include "tests/replay/cohere_request_reader.h"
#include "tests/replay/plain_json.h"
#include "tests/replay/recording.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// The texts of a list of parts, joined; anything else as it is. Thinking is not sent back.
json::value Flat(const json::value& content) {
  if (!content.is_array()) return content;
  std::string text;
  for (const auto& part : content.get_array()) {
    if (part.as_object().if_contains("document") != nullptr) return content;
    if (part.at("type") == "text") text += part.at("text").as_string().c_str();
  }
  return json::value(text);
}

bool Streams(const json::object& body) {
  const json::value* stream = body.if_contains("stream");
  return stream != nullptr && *stream == json::value(true);
}

// The differences that writing a request again may make.
json::object Meaning(const std::string& body) {
  json::value value = Plain(json::parse(body));
  json::object& object = value.as_object();
  // The default.
  if (!Streams(object)) object.erase("stream");
  // Nothing said of a function is no description.
  if (json::value* tools = object.if_contains("tools")) {
    for (auto& tool : tools->as_array()) {
      json::object& function = tool.at("function").as_object();
      if (function["description"] == "" || function["description"].is_null()) function.erase("description");
    }
  }
  // An older name for the same thing.
  if (json::value* format = object.if_contains("response_format"); format != nullptr && format->is_object()) {
    if (const json::value* schema = format->get_object().if_contains("schema")) {
      format->get_object()["json_schema"] = json::value(*schema);
      format->get_object().erase("schema");
    }
  }
  for (auto& entry : object["messages"].as_array()) {
    json::object& message = entry.as_object();
    if (message["role"] == "user") continue;
    // Only users' messages stay in parts.
    if (message.if_contains("content") != nullptr) message["content"] = json::value(Flat(message["content"]));
    if (message.if_contains("tool_calls") == nullptr) continue;
    // What an assistant said beside its calls is the plan, and nothing said is no plan.
    if (message.if_contains("tool_plan") == nullptr && message.if_contains("content") != nullptr) {
      message["tool_plan"] = json::value(message["content"]);
    }
    message.erase("content");
    if (message["tool_plan"] == "" || message["tool_plan"].is_null()) message.erase("tool_plan");
    // Citations of earlier turns stay here.
    message.erase("citations");
  }
  return object;
}

TEST(CohereRoundTripTest, RecordedRequestsComeOutAsTheyWentIn) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "cohere.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int compared = 0;
  int streamed = 0;
  for (const Recording& recording : *recordings) {
    if (!recording.request_body || recording.url.find("/v2/chat") == std::string::npos) continue;
    SCOPED_TRACE(recording.id);
    const auto request = ReadCohereRequest(*recording.request_body);
    // What Cohere refused may be what the codec refuses, too.
    if (recording.HasTag("error") && !request.ok()) continue;
    ASSERT_TRUE(request.ok()) << request.status();
    const auto codec = providers::MakeCodec(v1::API_COHERE, {});
    const bool streams = Streams(json::parse(*recording.request_body).as_object());
    const auto encoded = streams ? codec->EncodeStream(*request) : codec->Encode(*request);
    if (recording.HasTag("error") && !encoded.ok()) continue;
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    EXPECT_TRUE(encoded->dropped.empty()) << encoded->dropped.front();
    EXPECT_EQ(Meaning(encoded->body), Meaning(*recording.request_body));
    ++compared;
    streamed += streams ? 1 : 0;
  }
  EXPECT_GE(compared, 13);
  EXPECT_GE(streamed, 6);
}

TEST(CohereRequestReaderTest, WhatCohereSpellsOtherwiseIsUnderstood) {
  const auto request = ReadCohereRequest(R"({"model":"m","p":0.5,"k":3,"stop_sequences":["s"],
      "tool_choice":"REQUIRED","strict_tools":true,"thinking":{"type":"disabled"},
      "tools":[{"type":"function","function":{"name":"f"}}],
      "response_format":{"type":"json_object","schema":{"type":"object"}},
      "messages":[{"role":"assistant","tool_plan":"p","citations":[{}]},
      {"role":"tool","tool_call_id":"i","content":[{"type":"document","document":{}}]}]})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->top_p(), 0.5);
  EXPECT_EQ(request->stop(0), "s");
  EXPECT_EQ(request->tool_choice().mode(), "required");
  EXPECT_TRUE(request->tools(0).function().strict());
  EXPECT_TRUE(request->response_format().json_schema().has_schema());
  EXPECT_EQ(request->messages(0).content(), "p");
  EXPECT_TRUE(request->messages(1).extra().fields().at("cohere").struct_value().fields().contains("content"));
  const auto& own = request->extra().fields().at("cohere").struct_value().fields();
  EXPECT_TRUE(own.contains("k"));
  EXPECT_TRUE(own.contains("thinking"));
}

TEST(CohereRequestReaderTest, WhatChatRequestCannotHoldIsNamed) {
  EXPECT_FALSE(ReadCohereRequest("[").ok());
  EXPECT_FALSE(ReadCohereRequest("[]").ok());
  const auto request = ReadCohereRequest(R"({"messages":[{"role":"user","content":7}]})");
  EXPECT_NE(std::string(request.status().message()).find("messages[0].content"), std::string::npos);
}

}  // namespace
}  // namespace spillway::replay
