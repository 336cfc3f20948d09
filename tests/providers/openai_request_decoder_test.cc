#include "providers/openai_request_decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "providers/openai_request_encoder.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

OpenAiRequest Read(const std::string& body) {
  auto read = DecodeOpenAiRequest(body);
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *std::move(read) : OpenAiRequest();
}

std::string ErrorOf(const std::string& body) {
  const auto read = DecodeOpenAiRequest(body);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(read.status().message());
}

TEST(OpenAiRequestDecoderTest, EveryFieldIsReadFromItsName) {
  EXPECT_TRUE(SameProto(
      Read(
          R"({"model":"m","messages":[],"temperature":0.7,"top_p":1,"max_tokens":5,"max_completion_tokens":6,)"
          R"("stop":"a","n":2,"seed":9007199254740993,"logprobs":true,"top_logprobs":3.0,"presence_penalty":-0.5,)"
          R"("frequency_penalty":0.25,"logit_bias":{"7":-100},"user":"u","reasoning_effort":"low","verbosity":"high",)"
          R"("parallel_tool_calls":false,"service_tier":"flex","store":true,"metadata":{"k":"v"},"modalities":["text"],)"
          R"("audio":{"voice":"v"},"prediction":{},"web_search_options":{},"prompt_cache_key":"p",)"
          R"("prompt_cache_retention":"24h","safety_identifier":"s","top_k":40,"tools":null,)"
          R"("stream_options":{"include_usage":true,"include_obfuscation":false}})")
          .request,
      R"(model: "m" temperature: 0.7 top_p: 1 max_tokens: 5 max_completion_tokens: 6 stop: "a" n: 2
         seed: 9007199254740993 logprobs: true top_logprobs: 3 presence_penalty: -0.5 frequency_penalty: 0.25
         logit_bias { key: "7" value: -100 } user: "u" reasoning_effort: "low" verbosity: "high"
         parallel_tool_calls: false service_tier: "flex" store: true metadata { key: "k" value: "v" }
         modalities: "text" audio { fields { key: "voice" value { string_value: "v" } } } prediction {}
         web_search_options {} prompt_cache_key: "p" prompt_cache_retention: "24h" safety_identifier: "s"
         stream_options { include_usage: true
           extra { fields { key: "include_obfuscation" value { bool_value: false } } } }
         extra { fields { key: "top_k" value { number_value: 40 } } })"));
}

TEST(OpenAiRequestDecoderTest, TheStreamIsAMatterOfTheCall) {
  EXPECT_TRUE(Read(R"({"stream":true})").stream);
  EXPECT_FALSE(Read(R"({"stream":false})").stream);
  EXPECT_FALSE(Read(R"({"stream":null})").stream);
  EXPECT_FALSE(Read("{}").stream);
}

TEST(OpenAiRequestDecoderTest, WhatWasWrittenIsReadBack) {
  const std::string text = R"(
    model: "m"
    messages { role: ROLE_SYSTEM content: "s" name: "n" }
    messages { role: ROLE_USER
      parts { text: "t" extra { fields { key: "cache_control" value { struct_value {} } } } }
      parts { image_url { url: "u" detail: "low" } } parts { input_audio { data: "d" format: "wav" } }
      parts { file { file_data: "a" file_id: "b" filename: "c" } } parts { refusal: "r" }
      parts { other { fields { key: "type" value { string_value: "video" } } } } }
    messages { role: ROLE_ASSISTANT refusal: "no" reasoning_content: "hm"
      annotations { fields { key: "a" value { number_value: 1 } } }
      audio { fields { key: "id" value { string_value: "x" } } }
      tool_calls { id: "c" type: "function" function { name: "f" arguments: "{" }
                   extra { fields { key: "index" value { number_value: 0 } } } }
      function_call { name: "g" arguments: "{}" }
      extra { fields { key: "reasoning" value { string_value: "r" } } } }
    messages { role: ROLE_TOOL content: "r" tool_call_id: "c" }
    tools { type: "function" function { name: "f" description: "d" strict: true parameters {}
            extra { fields { key: "e" value { number_value: 1 } } } }
            extra { fields { key: "c" value { number_value: 2 } } } }
    tools { type: "custom" custom { fields { key: "name" value { string_value: "g" } } } }
    tool_choice { function: "f" }
    response_format { type: "json_schema" json_schema { name: "s" description: "d" strict: false schema {} }
                      extra { fields { key: "x" value { number_value: 3 } } } }
    stop: "a" stop: "b" temperature: 0.1)";
  const auto body = EncodeOpenAiRequest(Proto<v1::ChatRequest>(text), {});
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_TRUE(SameProto(Read(*body).request, text));
}

TEST(OpenAiRequestDecoderTest, MembersNobodyKnowsComeOutWhereTheyWentIn) {
  const std::string body =
      R"({"messages":[{"content":[{"text":"t","type":"text","x":1},{"type":"image_url","image_url":{"url":"u","x":2}}],)"
      R"("role":"user","x":3},{"content":null,"function_call":{"arguments":"{}","name":"f","x":4},"role":"assistant",)"
      R"("tool_calls":[{"function":{"arguments":"{}","name":"f","x":5},"id":"c","type":"function","x":6},)"
      R"({"custom":{"input":"i","name":"g","x":7},"id":"d","type":"custom"}]}],"model":"m",)"
      R"("response_format":{"json_schema":{"name":"s","x":8,"y":null},"type":"json_schema","x":9},"stream":true,)"
      R"("stream_options":{"include_obfuscation":false,"include_usage":true,"x":10},)"
      R"("tool_choice":{"function":{"name":"f","x":11},"type":"function"},)"
      R"("tools":[{"function":{"name":"f","parameters":{"x":12},"x":13},"type":"function","x":14},)"
      R"({"custom":{"name":"g","x":15},"type":"custom"}],"x":{"y":[null,1.5]}})";
  const OpenAiRequest read = Read(body);
  const auto written = EncodeOpenAiRequest(read.request, {.stream = read.stream});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(boost::json::parse(*written), boost::json::parse(body)) << *written;
}

TEST(OpenAiRequestDecoderTest, NullsAreNothing) {
  EXPECT_TRUE(SameProto(
      Read(
          R"({"messages":[{"role":"assistant","content":null,"refusal":null,"tool_calls":null,"audio":null}],)"
          R"("tools":[{"type":"function","function":{"name":"f","description":null,"parameters":null,"strict":null}}],)"
          R"("response_format":{"type":"text","json_schema":null},"stream_options":{"include_usage":null}})")
          .request,
      R"(messages { role: ROLE_ASSISTANT } tools { type: "function" function { name: "f" } }
         response_format { type: "text" } stream_options {})"));
  EXPECT_TRUE(SameProto(
      Read(R"({"response_format":{"type":"json_schema","json_schema":{"name":"s","strict":null}}})").request,
      R"(response_format { type: "json_schema" json_schema { name: "s" } })"));
}

TEST(OpenAiRequestDecoderTest, PartsThatHoldMoreAreKeptWhole) {
  const auto request =
      Read(R"({"messages":[{"role":"user","content":[)"
           R"({"type":"image_url","image_url":{"url":"u","format":"png"}},)"
           R"({"type":"text","text":7},{"type":"image_url","image_url":"u"},{"type":"video","video":{}}]}]})")
          .request;
  for (const auto& part : request.messages(0).parts()) EXPECT_TRUE(part.has_other()) << part.DebugString();
}

TEST(OpenAiRequestDecoderTest, ChoicesThatHoldMoreAreKeptWhole) {
  EXPECT_EQ(Read(R"({"tool_choice":"auto"})").request.tool_choice().mode(), "auto");
  EXPECT_EQ(
      Read(R"({"tool_choice":{"type":"function","function":{"name":"f"}}})").request.tool_choice().function(),
      "f");
  for (const char* choice :
       {R"({"type":"function","function":{"name":"f","x":1}})", R"({"type":"custom","custom":{}})",
        R"({"type":"function","function":{}})", R"({"type":"function","function":{"name":"f"},"x":1})"}) {
    EXPECT_TRUE(Read(R"({"tool_choice":)" + std::string(choice) + "}").request.tool_choice().has_other())
        << choice;
  }
}

TEST(OpenAiRequestDecoderTest, EveryMistakeIsNamedByItsPath) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "the body is not JSON: it is empty"},
      {"{", "the body is not JSON: it stops before its end"},
      {R"({"model":"\ud83d"})", "the body has an escape that is half of a surrogate pair"},
      {"[]", "the body must be a JSON object"},
      {R"({"model":1})", "model must be a string"},
      {R"({"temperature":"hot"})", "temperature must be a number"},
      {R"({"top_p":1e999})", "top_p is out of range"},
      {R"({"max_tokens":1.5})", "max_tokens must be an integer"},
      {R"({"seed":1e30})", "seed must be an integer"},
      {R"({"n":3000000000})", "n is out of range"},
      {R"({"logprobs":1})", "logprobs must be true or false"},
      {R"({"stream":1})", "stream must be true or false"},
      {R"({"stop":1})", "stop must be a list of strings"},
      {R"({"stop":["a",1]})", "stop[1] must be a string"},
      {R"({"modalities":["a",{}]})", "modalities[1] must be a string"},
      {R"({"metadata":[]})", "metadata must be an object"},
      {R"({"metadata":{"k":1}})", "metadata.k must be a string"},
      {R"({"logit_bias":[]})", "logit_bias must be an object"},
      {R"({"logit_bias":{"7":"x"}})", "logit_bias.7 must be a number"},
      {R"({"audio":[]})", "audio must be an object"},
      {R"({"stream_options":[]})", "stream_options must be an object"},
      {R"({"stream_options":{"include_usage":1}})", "stream_options.include_usage must be true or false"},
      {R"({"messages":{}})", "messages must be a list"},
      {R"({"messages":[1]})", "messages[0] must be an object"},
      {R"({"messages":[{}]})", "messages[0].role is missing"},
      {R"({"messages":[{"role":"owner"}]})",
       "messages[0].role must be one of system, developer, user, assistant, tool, function"},
      {R"({"messages":[{"role":"user","content":1}]})",
       "messages[0].content must be a string or a list of parts"},
      {R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},1]}]})",
       "messages[0].content[1] must be an object"},
      {R"({"messages":[{"role":"user","content":[{}]}]})", "messages[0].content[0].type must be a string"},
      {R"({"messages":[{"role":"user","name":1}]})", "messages[0].name must be a string"},
      {R"({"messages":[{"role":"user","tool_calls":[1]}]})", "messages[0].tool_calls[0] must be an object"},
      {R"({"messages":[{"role":"user","tool_calls":[{"id":1}]}]})",
       "messages[0].tool_calls[0].id must be a string"},
      {R"({"messages":[{"role":"user","tool_calls":[{"function":1}]}]})",
       "messages[0].tool_calls[0].function must be an object"},
      {R"({"messages":[{"role":"user","tool_calls":[{"custom":{"name":1}}]}]})",
       "messages[0].tool_calls[0].custom.name must be a string"},
      {R"({"messages":[{"role":"user","annotations":1}]})", "messages[0].annotations must be a list"},
      {R"({"messages":[{"role":"user","function_call":1}]})", "messages[0].function_call must be an object"},
      {R"({"messages":[{"role":"user","audio":1}]})", "messages[0].audio must be an object"},
      {R"({"tools":[{"type":1}]})", "tools[0].type must be a string"},
      {R"({"tools":[{"function":1}]})", "tools[0].function must be an object"},
      {R"({"tools":[{"function":{"name":1}}]})", "tools[0].function.name must be a string"},
      {R"({"tools":[{"function":{"strict":1}}]})", "tools[0].function.strict must be true or false"},
      {R"({"tool_choice":1})", "tool_choice must be a string or an object"},
      {R"({"response_format":1})", "response_format must be an object"},
      {R"({"response_format":{}})", "response_format.type is missing"},
      {R"({"response_format":{"type":"json_schema","json_schema":1}})",
       "response_format.json_schema must be an object"},
      {R"({"response_format":{"type":"json_schema","json_schema":{"strict":1}}})",
       "response_format.json_schema.strict must be true or false"},
      {R"({"allow_reset":true})", "allow_reset is not a member of this request"},
  };
  for (const auto& [body, message] : cases) EXPECT_EQ(ErrorOf(body), message) << body;
}

}  // namespace
}  // namespace spillway::providers
