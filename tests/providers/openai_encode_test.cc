#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "providers/codec.h"
#include "providers/openai_request_encoder.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

constexpr char kHello[] = R"(model: "m" messages { role: ROLE_USER content: "hi" })";

std::string Encoded(const std::string& text, OpenAiRequestOptions options = {}) {
  const auto body = EncodeOpenAiRequest(Proto<v1::ChatRequest>(text), options);
  EXPECT_TRUE(body.ok()) << body.status();
  return body.ok() ? *body : "";
}

std::string ErrorOf(const v1::ChatRequest& request) {
  const auto body = EncodeOpenAiRequest(request, {});
  EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(body.status().message());
}

std::string ErrorOf(const std::string& text) { return ErrorOf(Proto<v1::ChatRequest>(text)); }

// The body of a request whose one message is `message`, from its messages on.
std::string Message(const std::string& message) {
  const std::string body = Encoded("messages { " + message + " }");
  return body.substr(std::string(R"({"messages":[)").size(),
                     body.size() - std::string(R"({"messages":[]})").size());
}

TEST(OpenAiCodecTest, TheExchangeIsAPostOfJsonToChatCompletions) {
  const auto codec = MakeCodec(v1::API_OPENAI, {.base_path = "/v1", .model = "gpt-x"});
  const auto request = codec->Encode(Proto<v1::ChatRequest>(kHello));
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->path, "/v1/chat/completions");
  EXPECT_EQ(request->body, R"({"model":"gpt-x","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(*FindHeader(request->headers, "Content-Type"), "application/json");
  EXPECT_EQ(*FindHeader(request->headers, "Accept"), "application/json");
}

TEST(OpenAiCodecTest, ATargetsPathReplacesTheApisOwn) {
  const auto codec =
      MakeCodec(v1::API_OPENAI, {.base_path = "/v1", .model = "", .path = "/engines/x/completions"});
  const auto request = codec->Encode(Proto<v1::ChatRequest>(kHello));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->path, "/engines/x/completions");
  EXPECT_NE(request->body.find(R"("model":"m")"), std::string::npos);
}

TEST(OpenAiCodecTest, AFaultInTheRequestIsNamed) {
  const auto codec = MakeCodec(v1::API_OPENAI, {});
  EXPECT_EQ(codec->Encode(Proto<v1::ChatRequest>("messages { content: \"x\" }")).status().message(),
            "messages[0].role is not set");
}

TEST(OpenAiCodecTest, AnApiThatIsNoneHasNoCodec) { EXPECT_EQ(MakeCodec(v1::API_UNSPECIFIED, {}), nullptr); }

TEST(OpenAiEncodeTest, EveryFieldIsWrittenUnderItsName) {
  const std::string body = Encoded(R"(
    model: "m" temperature: 0.7 top_p: 1 max_tokens: 5 max_completion_tokens: 6 stop: "a" stop: "b" n: 2 seed: -7
    logprobs: true top_logprobs: 3 presence_penalty: -0.5 frequency_penalty: 0.25
    logit_bias { key: "50256" value: -100 } logit_bias { key: "100" value: 1.5 } user: "u" reasoning_effort: "low" verbosity: "high"
    parallel_tool_calls: false service_tier: "flex" store: false metadata { key: "k" value: "v" }
    modalities: "text" modalities: "audio"
    audio { fields { key: "voice" value { string_value: "alloy" } } }
    prediction { fields { key: "type" value { string_value: "content" } } }
    web_search_options {} prompt_cache_key: "pk" prompt_cache_retention: "24h" safety_identifier: "s"
    extra { fields { key: "top_k" value { number_value: 40 } } } allow_reset: true
    stream_options { include_usage: true })");
  EXPECT_EQ(
      body,
      R"({"model":"m","messages":[],"max_tokens":5,"max_completion_tokens":6,"n":2,"seed":-7,"logprobs":true,)"
      R"("top_logprobs":3,"parallel_tool_calls":false,"store":false,"temperature":0.7,"top_p":1,)"
      R"("presence_penalty":-0.5,"frequency_penalty":0.25,"logit_bias":{"100":1.5,"50256":-100},)"
      R"("metadata":{"k":"v"},"audio":{"voice":"alloy"},"prediction":{"type":"content"},)"
      R"("web_search_options":{},"stop":["a","b"],"modalities":["text","audio"],"user":"u",)"
      R"("reasoning_effort":"low","verbosity":"high","service_tier":"flex","prompt_cache_key":"pk",)"
      R"("prompt_cache_retention":"24h","safety_identifier":"s","top_k":40})");
}

TEST(OpenAiEncodeTest, EveryFieldOfTheRequestIsKnownHere) {
  // A new field of ChatRequest has to be decided on: 32 of OpenAI's, `extra`, `allow_reset`.
  EXPECT_EQ(v1::ChatRequest::descriptor()->field_count(), 34);
  EXPECT_EQ(v1::Message::descriptor()->field_count(), 12);
}

TEST(OpenAiEncodeTest, AStreamIsAskedForWithItsUsage) {
  EXPECT_EQ(Encoded(kHello, {.stream = true}),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,)"
            R"("stream_options":{"include_usage":true}})");
}

TEST(OpenAiEncodeTest, TheTargetsModelReplacesTheRequests) {
  EXPECT_EQ(Encoded(R"(model: "asked")", {.model = "given"}), R"({"model":"given","messages":[]})");
  EXPECT_EQ(Encoded(""), R"({"messages":[]})");
}

TEST(OpenAiEncodeTest, MessagesOfEveryRole) {
  EXPECT_EQ(Message(R"(role: ROLE_SYSTEM content: "s" name: "n")"),
            R"({"role":"system","content":"s","name":"n"})");
  EXPECT_EQ(Message(R"(role: ROLE_DEVELOPER content: "")"), R"({"role":"developer","content":""})");
  EXPECT_EQ(Message(R"(role: ROLE_TOOL content: "r" tool_call_id: "c1")"),
            R"({"role":"tool","content":"r","tool_call_id":"c1"})");
  EXPECT_EQ(Message(R"(role: ROLE_FUNCTION content: "r" name: "f")"),
            R"({"role":"function","content":"r","name":"f"})");
}

TEST(OpenAiEncodeTest, AnAssistantTurnKeepsAllItSaid) {
  EXPECT_EQ(Message(R"(role: ROLE_ASSISTANT refusal: "no" reasoning_content: "hm"
                       annotations { fields { key: "a" value { number_value: 1 } } }
                       audio { fields { key: "id" value { string_value: "x" } } }
                       extra { fields { key: "b" value { bool_value: true } } })"),
            R"({"role":"assistant","refusal":"no","reasoning_content":"hm","annotations":[{"a":1}],)"
            R"("audio":{"id":"x"},"b":true})");
}

TEST(OpenAiEncodeTest, ATurnThatOnlyCalledToolsHasNullContent) {
  EXPECT_EQ(
      Message(R"(role: ROLE_ASSISTANT tool_calls { id: "c" function { name: "f" arguments: "{\"a\":" } })"),
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
      R"("function":{"name":"f","arguments":"{\"a\":"}}]})");
  EXPECT_EQ(Message(R"(role: ROLE_ASSISTANT function_call { name: "f" })"),
            R"({"role":"assistant","content":null,"function_call":{"name":"f","arguments":""}})");
}

TEST(OpenAiEncodeTest, CallsCarryWhatTheirProviderAdded) {
  EXPECT_EQ(Message(R"(role: ROLE_ASSISTANT
              tool_calls { type: "custom" custom { name: "c" input: "i" } extra {
                fields { key: "custom" value { struct_value { fields { key: "x" value { number_value: 1 } } } } }
                fields { key: "index" value { number_value: 0 } } } }
              tool_calls { function { name: "f" } extra {
                fields { key: "function" value { struct_value { fields { key: "y" value { number_value: 2 } } } } } } }
              tool_calls { custom { name: "d" } })"),
            R"({"role":"assistant","content":null,"tool_calls":[)"
            R"({"type":"custom","custom":{"name":"c","input":"i","x":1},"index":0},)"
            R"({"type":"function","function":{"name":"f","arguments":"","y":2}},)"
            R"({"type":"custom","custom":{"name":"d","input":""}}]})");
  EXPECT_EQ(
      Message(
          R"(role: ROLE_ASSISTANT function_call { name: "f" } extra { fields { key: "function_call" value {
                         struct_value { fields { key: "z" value { number_value: 3 } } } } } })"),
      R"({"role":"assistant","content":null,"function_call":{"name":"f","arguments":"","z":3}})");
}

TEST(OpenAiEncodeTest, WhatAProviderGaveInAnotherFormIsNotSentBack) {
  EXPECT_EQ(Message(R"(role: ROLE_ASSISTANT content: "x" tool_calls { function { name: "f" }
                         extra { fields { key: "id" value { number_value: 1 } } } }
                       extra { fields { key: "content" value { list_value { values { string_value: "y" } } } }
                               fields { key: "role" value { string_value: "model" } }
                               fields { key: "more" value { number_value: 2 } } })"),
            R"({"role":"assistant","content":"x","tool_calls":[{"type":"function",)"
            R"("function":{"name":"f","arguments":""}}],"more":2})");
}

TEST(OpenAiEncodeTest, PartsOfEveryKind) {
  EXPECT_EQ(Message(R"(role: ROLE_USER
              parts { text: "t" extra { fields { key: "cache_control" value { struct_value {} } } } }
              parts { image_url { url: "u" detail: "low" } } parts { image_url { url: "v" } }
              parts { input_audio { data: "d" format: "wav" } }
              parts { file { file_data: "a" file_id: "b" filename: "c" } } parts { refusal: "r" }
              parts { other { fields { key: "type" value { string_value: "video" } } } })"),
            R"({"role":"user","content":[{"type":"text","text":"t","cache_control":{}},)"
            R"({"type":"image_url","image_url":{"url":"u","detail":"low"}},)"
            R"({"type":"image_url","image_url":{"url":"v"}},)"
            R"({"type":"input_audio","input_audio":{"data":"d","format":"wav"}},)"
            R"({"type":"file","file":{"file_data":"a","file_id":"b","filename":"c"}},)"
            R"({"type":"refusal","refusal":"r"},{"type":"video"}]})");
}

TEST(OpenAiEncodeTest, ToolsChoiceAndFormat) {
  EXPECT_EQ(
      Encoded(R"(
    tools { function { name: "f" description: "d" strict: true
      parameters { fields { key: "type" value { string_value: "object" } } }
      extra { fields { key: "e" value { number_value: 1 } } } } extra { fields { key: "c" value { number_value: 2 } } } }
    tools { custom { fields { key: "name" value { string_value: "g" } } } }
    tools { type: "web_search" }
    tool_choice { function: "f" }
    response_format { type: "json_schema" json_schema { name: "s" description: "d" strict: false
      schema { fields { key: "type" value { string_value: "object" } } } } extra { fields { key: "x" value { number_value: 3 } } } })"),
      R"({"messages":[],"tools":[{"type":"function","function":{"name":"f","description":"d",)"
      R"("parameters":{"type":"object"},"strict":true,"e":1},"c":2},{"type":"custom","custom":{"name":"g"}},)"
      R"({"type":"web_search"}],"tool_choice":{"type":"function","function":{"name":"f"}},)"
      R"("response_format":{"type":"json_schema","json_schema":{"name":"s","description":"d",)"
      R"("schema":{"type":"object"},"strict":false},"x":3}})");
  EXPECT_EQ(Encoded(R"(tool_choice { mode: "required" })"), R"({"messages":[],"tool_choice":"required"})");
  EXPECT_EQ(
      Encoded(R"(tool_choice { other { fields { key: "type" value { string_value: "allowed_tools" } } } })"),
      R"({"messages":[],"tool_choice":{"type":"allowed_tools"}})");
}

TEST(OpenAiEncodeTest, ExtraMayNotTakeTheNameOfAField) {
  const auto extra = [](const std::string& name) {
    return ErrorOf(R"(extra { fields { key: ")" + name + R"(" value { bool_value: true } } })");
  };
  EXPECT_EQ(extra("temperature"), "extra.temperature has a field of its own");
  EXPECT_EQ(extra("messages"), "extra.messages has a field of its own");
  EXPECT_EQ(extra("stream_options"), "extra.stream_options has a field of its own");
  EXPECT_EQ(extra("stream"), "extra.stream is decided by the call");
}

TEST(OpenAiEncodeTest, EveryFaultIsNamedByItsPath) {
  const std::string nan_value = R"(value { number_value: nan })";
  const std::string nan_struct = R"({ fields { key: "x" )" + nan_value + " } }";
  const std::string user = "messages { role: ROLE_USER ";
  const std::pair<std::string, std::string> cases[] = {
      {"temperature: nan", "temperature is not a finite number"},
      {"top_p: inf", "top_p is not a finite number"},
      {"presence_penalty: -inf", "presence_penalty is not a finite number"},
      {"frequency_penalty: nan", "frequency_penalty is not a finite number"},
      {R"(logit_bias { key: "7" value: nan })", "logit_bias.7 is not a finite number"},
      {"extra " + nan_struct, "extra.x is not a finite number"},
      {"audio " + nan_struct, "audio.x is not a finite number"},
      {"prediction " + nan_struct, "prediction.x is not a finite number"},
      {"web_search_options " + nan_struct, "web_search_options.x is not a finite number"},
      {"tools { function { parameters " + nan_struct + " } }",
       "tools[0].function.parameters.x is not a finite number"},
      {"tools { function { extra " + nan_struct + " } }", "tools[0].function.extra.x is not a finite number"},
      {"tools { custom " + nan_struct + " }", "tools[0].custom.x is not a finite number"},
      {"tools { extra " + nan_struct + " }", "tools[0].extra.x is not a finite number"},
      {"tool_choice { other " + nan_struct + " }", "tool_choice.other.x is not a finite number"},
      {"tool_choice {}", "tool_choice has no choice"},
      {"response_format {}", "response_format.type is not set"},
      {"response_format { type: \"t\" extra " + nan_struct + " }",
       "response_format.extra.x is not a finite number"},
      {"response_format { type: \"t\" json_schema { schema " + nan_struct + " } }",
       "response_format.json_schema.schema.x is not a finite number"},
      {"messages {}", "messages[0].role is not set"},
      {user + R"(content: "a" parts { text: "b" } })", "messages[0].content and parts exclude each other"},
      {user + "parts { text: \"a\" } parts {} }", "messages[0].parts[1] has no content"},
      {user + "parts { other " + nan_struct + " } }", "messages[0].parts[0].other.x is not a finite number"},
      {user + "parts { other {} extra " + nan_struct + " } }",
       "messages[0].parts[0].extra cannot accompany `other`"},
      {user + "parts { text: \"a\" extra " + nan_struct + " } }",
       "messages[0].parts[0].extra.x is not a finite number"},
      {user + R"(parts { text: "a" extra { fields { key: "type" value { number_value: 1 } } } } })",
       "messages[0].parts[0].extra.type has a field of its own"},
      {user + "annotations {} annotations " + nan_struct + " }",
       "messages[0].annotations[1].x is not a finite number"},
      {user + "audio " + nan_struct + " }", "messages[0].audio.x is not a finite number"},
      {user + "extra " + nan_struct + " }", "messages[0].extra.x is not a finite number"},
      {user + R"(extra { fields { key: "content" value { list_value {} } } } })",
       "messages[0].extra.content has a field of its own"},
      {user + "tool_calls { extra " + nan_struct + " } }",
       "messages[0].tool_calls[0].extra.x is not a finite number"},
      {user + R"(tool_calls { function {} extra { fields { key: "function" value { struct_value )" +
           nan_struct + " } } } } }",
       "messages[0].tool_calls[0].extra.function.x is not a finite number"},
      {user + R"(tool_calls { custom {} extra { fields { key: "custom" value { struct_value )" + nan_struct +
           " } } } } }",
       "messages[0].tool_calls[0].extra.custom.x is not a finite number"},
      {user + R"(function_call {} extra { fields { key: "function_call" value { struct_value )" + nan_struct +
           " } } } }",
       "messages[0].extra.function_call.x is not a finite number"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(ErrorOf(text), message) << text;
}

}  // namespace
}  // namespace spillway::providers
