// Requests to Mistral, but for their messages: mistral_messages_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/providers/encoding.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kBeyond[] = " is more than Mistral can do";
const std::string kHello = R"(model: "m" messages { role: ROLE_USER content: "hi" } )";
const std::string kTool = R"(tools { function { name: "f" } } )";
const std::string kSchema = R"(schema { fields { key: "type" value { string_value: "object" } } })";

Encoding To(std::string_view model) { return {v1::API_MISTRAL, model}; }

json::value Member(const std::string& more, std::string_view name) {
  return To("mistral-small-2603").Member(kHello + more, name);
}

std::string PathUnder(const std::string& base) {
  const auto codec = MakeCodec(v1::API_MISTRAL, {.base_path = base});
  return codec->Encode(Proto<v1::ChatRequest>(kHello))->path;
}

TEST(MistralCodecTest, TheExchangeIsAPostOfJsonToChatCompletions) {
  const auto request = To("mistral-small-2603").Request(kHello);
  EXPECT_EQ(request.path, "/v1/chat/completions");
  EXPECT_EQ(request.body, R"({"model":"mistral-small-2603","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(*FindHeader(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(*FindHeader(request.headers, "Accept"), "application/json");
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(MistralCodecTest, ABasePathWithoutAVersionGetsOne) {
  EXPECT_EQ(PathUnder(""), "/v1/chat/completions");
  EXPECT_EQ(PathUnder("/v1"), "/v1/chat/completions");
  EXPECT_EQ(PathUnder("/proxy/v2"), "/proxy/v2/chat/completions");
  EXPECT_EQ(PathUnder("/mistral"), "/mistral/v1/chat/completions");
  EXPECT_EQ(PathUnder("/v"), "/v/v1/chat/completions");
  EXPECT_EQ(PathUnder("/vertex"), "/vertex/v1/chat/completions");
  EXPECT_EQ(PathUnder("/x1"), "/x1/v1/chat/completions");
}

TEST(MistralCodecTest, ATargetsPathReplacesTheApisOwnAndTheRequestsModelIsTheDefault) {
  const auto codec = MakeCodec(v1::API_MISTRAL, {.base_path = "/v1", .path = "/v1/fim/completions"});
  const auto request = codec->Encode(Proto<v1::ChatRequest>(kHello));
  EXPECT_EQ(request->path, "/v1/fim/completions");
  EXPECT_NE(request->body.find(R"("model":"m")"), std::string::npos);
  EXPECT_EQ(To("").Body(R"(messages { role: ROLE_USER content: "hi" })").if_contains("model"), nullptr);
}

TEST(MistralEncodeTest, WhatMistralKnowsIsWrittenUnderItsNames) {
  const auto request = To("mistral-small-2603").Request(kHello + R"(
    temperature: 0.7 top_p: 0.9 max_tokens: 5 stop: "a" stop: "b" n: 2 seed: 7 presence_penalty: -0.5
    frequency_penalty: 0.25 metadata { key: "b" value: "2" } metadata { key: "a" value: "1" }
    prompt_cache_key: "k" reasoning_effort: "high")");
  EXPECT_EQ(request.body, R"({"model":"mistral-small-2603","messages":[{"role":"user","content":"hi"}],)"
                          R"("max_tokens":5,"stop":["a","b"],"n":2,"random_seed":7,"temperature":0.7,)"
                          R"("top_p":0.9,"presence_penalty":-0.5,"frequency_penalty":0.25,)"
                          R"("reasoning_effort":"high","metadata":{"a":"1","b":"2"},)"
                          R"("prompt_cache_key":"k"})");
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(MistralEncodeTest, TheNewerTokenLimitWins) {
  EXPECT_EQ(Member("max_tokens: 5 max_completion_tokens: 6", "max_tokens"), 6);
  EXPECT_TRUE(Member("max_completion_tokens: 6", "max_completion_tokens").is_null());
}

TEST(MistralEncodeTest, NumbersAreBroughtIntoMistralsRanges) {
  EXPECT_EQ(Member("temperature: 2", "temperature"), 1.5);
  EXPECT_EQ(Member("temperature: -1", "temperature"), 0);
  EXPECT_EQ(Member("top_p: 0", "top_p"), 0.01);
  EXPECT_EQ(Member("presence_penalty: 3", "presence_penalty"), 2);
  EXPECT_EQ(Member("frequency_penalty: -3", "frequency_penalty"), -2);
}

TEST(MistralEncodeTest, NumbersThatAreNoneAreTheCallersMistake) {
  for (const char* field : {"temperature", "top_p", "presence_penalty", "frequency_penalty"}) {
    EXPECT_EQ(To("m").Invalid(kHello + field + ": inf"), std::string(field) + " is not a finite number");
  }
}

TEST(MistralEncodeTest, HintsMistralHasNoWordForAreDropped) {
  EXPECT_THAT(
      To("m").Dropped(kHello +
                      R"(user: "u" safety_identifier: "s" store: true service_tier: "flex" verbosity: "low"
                                  prompt_cache_retention: "24h" prediction { fields { key: "type" value {} } })"),
      ElementsAre("prediction", "prompt_cache_retention", "safety_identifier", "service_tier", "store",
                  "user", "verbosity"));
}

TEST(MistralEncodeTest, WhatAsksForNothingIsNotReported) {
  const auto request = To("m").Request(kHello + R"(store: false service_tier: "auto" logprobs: false
      top_logprobs: 0 modalities: "text" response_format { type: "text" }
      tool_choice { mode: "required" } parallel_tool_calls: true stream_options { include_usage: true } allow_reset: true)");
  EXPECT_EQ(request.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(MistralEncodeTest, WhatChangesTheAnswerIsRefused) {
  const std::pair<std::string, std::string> cases[] = {
      {"logprobs: true", "logprobs"},
      {"top_logprobs: 2", "top_logprobs"},
      {R"(logit_bias { key: "7" value: 1 })", "logit_bias"},
      {R"(modalities: "text" modalities: "audio")", "modalities[1]"},
      {"audio {}", "audio"},
      {"web_search_options {}", "web_search_options"},
      {R"(tools { type: "custom" custom {} })", "tools[0].type"},
      {R"(tools { type: "web_search" })", "tools[0].type"},
      {kTool + "tool_choice { other {} }", "tool_choice.other"},
      {R"(response_format { type: "grammar" })", "response_format.type"},
      {R"(reasoning_effort: "boundless")", "reasoning_effort"},
  };
  for (const auto& [more, field] : cases) EXPECT_EQ(To("m").Unsupported(kHello + more), field + kBeyond);
}

TEST(MistralEncodeTest, MistakesNoTargetCouldTakeAreNamed) {
  const std::string nan_struct = R"({ fields { key: "x" value { number_value: nan } } })";
  const std::pair<std::string, std::string> cases[] = {
      {"tools {}", "tools[0].function is not set"},
      {kTool + "tool_choice {}", "tool_choice has no choice"},
      {"response_format {}", "response_format.type is not set"},
      {R"(response_format { type: "json_schema" })", "response_format.json_schema.schema is not set"},
      {R"(response_format { type: "json_schema" json_schema { schema )" + nan_struct + " } }",
       "response_format.json_schema.schema.x is not a finite number"},
      {"tools { function { parameters " + nan_struct + " } }",
       "tools[0].function.parameters.x is not a finite number"},
      {R"(extra { fields { key: "seed" value {} } })", "extra.seed has a field of its own"},
      {"extra " + nan_struct, "extra.x is not a finite number"},
  };
  for (const auto& [more, sentence] : cases) EXPECT_EQ(To("m").Invalid(kHello + more), sentence);
}

TEST(MistralEncodeTest, AFunctionAlwaysHasParameters) {
  EXPECT_EQ(Member(R"(tools { function { name: "f" description: "d" strict: true
                        parameters { fields { key: "type" value { string_value: "object" } } } } }
                      tools { type: "function" function { name: "g" } })",
                   "tools"),
            json::parse(R"([{"type":"function","function":{"name":"f","description":"d",
                             "parameters":{"type":"object"},"strict":true}},
                            {"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}])"));
}

TEST(MistralEncodeTest, WhetherToCallSeveralToolsGoesWithTheTools) {
  EXPECT_EQ(Member(kTool + "parallel_tool_calls: false", "parallel_tool_calls"), false);
  EXPECT_TRUE(Member("parallel_tool_calls: false", "parallel_tool_calls").is_null());
}

TEST(MistralEncodeTest, RequiredIsCalledAny) {
  EXPECT_EQ(Member(kTool + R"(tool_choice { mode: "required" })", "tool_choice"), "any");
  EXPECT_EQ(Member(kTool + R"(tool_choice { mode: "none" })", "tool_choice"), "none");
  EXPECT_EQ(Member(kTool + R"(tool_choice { mode: "auto" })", "tool_choice"), "auto");
  EXPECT_EQ(Member(kTool + R"(tool_choice { function: "f" })", "tool_choice"),
            json::parse(R"({"type":"function","function":{"name":"f"}})"));
}

TEST(MistralEncodeTest, AnswersInJson) {
  EXPECT_EQ(Member(R"(response_format { type: "json_object" })", "response_format"),
            json::parse(R"({"type":"json_object"})"));
  EXPECT_EQ(
      Member(
          R"(response_format { type: "json_schema" json_schema { name: "n" description: "d" strict: true )" +
              kSchema + " } }",
          "response_format"),
      json::parse(R"({"type":"json_schema","json_schema":{"name":"n","description":"d",
                            "schema":{"type":"object"},"strict":true}})"));
  EXPECT_EQ(
      Member(R"(response_format { type: "json_schema" json_schema { )" + kSchema + " } }", "response_format"),
      json::parse(R"({"type":"json_schema","json_schema":{"name":"response","schema":{"type":"object"}}})"));
}

TEST(MistralEncodeTest, APredictionIsItsText) {
  const json::value expected = json::parse(R"({"type":"content","content":"ab"})");
  EXPECT_EQ(Member(R"(prediction { fields { key: "content" value { string_value: "ab" } } })", "prediction"),
            expected);
  EXPECT_EQ(Member(R"(prediction { fields { key: "content" value { list_value {
                        values { struct_value { fields { key: "text" value { string_value: "a" } } } }
                        values { struct_value { fields { key: "text" value { string_value: "b" } } } }
                        values { struct_value {} } } } } })",
                   "prediction"),
            expected);
}

TEST(MistralEncodeTest, HowHardToThinkIsSaidInTheWordsOfTheModel) {
  const auto effort = [](std::string_view model, const std::string& word) {
    return To(model).Member(kHello + "reasoning_effort: \"" + word + "\"", "reasoning_effort");
  };
  EXPECT_EQ(effort("mistral-small-latest", "none"), "none");
  EXPECT_EQ(effort("mistral-small-latest", "low"), "high");
  EXPECT_EQ(effort("mistral-medium-3-5", "xhigh"), "high");
  EXPECT_EQ(effort("mistralai/mistral-medium-2604", "medium"), "high");
  EXPECT_EQ(effort("of-tomorrow", "minimal"), "high");
  EXPECT_EQ(effort("mistral-large-4-0", "minimal"), "low");
  EXPECT_EQ(effort("mistral-large-4-0", "medium"), "medium");
  EXPECT_EQ(effort("mistral-large-4", "xhigh"), "high");
}

TEST(MistralEncodeTest, AModelThatHasNoChoiceOfEffortIsNotAskedForOne) {
  for (const char* model :
       {"ministral-8b-latest", "codestral-2508", "mistral-medium-2508", "mistral-small-2506",
        "mistral-large-latest", "mistralai/devstral-latest", "open-mistral-nemo"}) {
    const auto request = To(model).Request(kHello + R"(reasoning_effort: "high")");
    EXPECT_THAT(request.dropped, ElementsAre("reasoning_effort")) << model;
    EXPECT_EQ(request.body.find("effort"), std::string::npos) << model;
  }
  EXPECT_THAT(To("mistral-large-4").Dropped(kHello + R"(reasoning_effort: "none")"),
              ElementsAre("reasoning_effort"));
}

TEST(MistralEncodeTest, TheCallersExtraReplacesWhatTheCodecWouldWrite) {
  const json::object body = To("mistral-large-latest").Body(kHello + R"(
      temperature: 1 seed: 3 user: "u" reasoning_effort: "high" prompt_cache_key: "k" stop: "s"
      metadata { key: "a" value: "b" } prediction { fields { key: "content" value { string_value: "x" } } }
      response_format { type: "json_object" } tools { function { name: "f" } } tool_choice { function: "f" }
      extra { fields { key: "safe_prompt" value { bool_value: true } }
              fields { key: "random_seed" value { number_value: 4 } }
              fields { key: "cohere" value { struct_value { fields { key: "k" value { number_value: 9 } } } } }
              fields { key: "mistral" value { struct_value {
                fields { key: "temperature" value { number_value: 0.5 } }
                fields { key: "reasoning_effort" value { string_value: "none" } }
                fields { key: "response_format" value { null_value: NULL_VALUE } }
                fields { key: "tools" value { list_value {} } }
                fields { key: "tool_choice" value { string_value: "x" } }
                fields { key: "stop" value { string_value: "t" } }
                fields { key: "metadata" value { struct_value {} } }
                fields { key: "prediction" value { struct_value {} } } } } } })");
  EXPECT_EQ(json::value(body),
            json::parse(R"({"model":"mistral-large-latest","messages":[{"role":"user","content":"hi"}],
                            "prompt_cache_key":"k","metadata":{},"prediction":{},"random_seed":4,
                            "reasoning_effort":"none","response_format":null,"safe_prompt":true,"stop":"t",
                            "temperature":0.5,"tool_choice":"x","tools":[]})"));
}

TEST(MistralEncodeTest, TheConversationIsNotExtra) {
  for (const char* name : {"messages", "model", "stream"}) {
    EXPECT_EQ(
        To("m").Invalid(kHello + R"(extra { fields { key: "mistral" value { struct_value { fields { key: ")" +
                        name + R"(" value {} } } } } })"),
        "extra.mistral." + std::string(name) + " has a field of its own");
  }
}

TEST(MistralEncodeTest, MembersScopedToMistralAreWrittenAtTheirLevel) {
  const std::string scoped =
      R"(extra { fields { key: "cache_control" value { struct_value {} } }
                 fields { key: "mistral" value { struct_value { fields { key: "x" value { number_value: 1 } } } } } })";
  const json::object body = To("m").Body(R"(
      messages { role: ROLE_USER parts { text: "t" )" +
                                         scoped + " } " + scoped + R"( }
      tools { function { name: "f" )" + scoped +
                                         " } " + scoped + R"( }
      response_format { type: "json_object" )" +
                                         scoped + " }");
  EXPECT_EQ(
      json::value(body),
      json::parse(
          R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"t","x":1}],"x":1}],
              "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}},"x":1},
              "x":1}],"response_format":{"type":"json_object","x":1}})"));
}

TEST(MistralEncodeTest, TheSameRequestMakesTheSameBytes) {
  const std::string text = kHello + R"(metadata { key: "a" value: "1" } metadata { key: "b" value: "2" }
                                       metadata { key: "c" value: "3" })";
  EXPECT_EQ(To("m").Request(text).body, To("m").Request(text).body);
}

TEST(MistralEncodeTest, EveryFieldOfTheRequestIsDecidedOn) {
  EXPECT_EQ(v1::ChatRequest::descriptor()->field_count(), 34);
  EXPECT_EQ(v1::Message::descriptor()->field_count(), 12);
}

}  // namespace
}  // namespace spillway::providers
