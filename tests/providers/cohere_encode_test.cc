// Requests to Cohere, but for their messages: cohere_messages_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/providers/encoding.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kBeyond[] = " is more than Cohere can do";
const std::string kHello = R"(model: "m" messages { role: ROLE_USER content: "hi" } )";
const std::string kTool = R"(tools { function { name: "f" } } )";
const std::string kStrict = R"(tools { function { name: "s" strict: true } } )";
const std::string kNanStruct = R"({ fields { key: "x" value { number_value: nan } } })";

Encoding To(std::string_view model) { return {v1::API_COHERE, model}; }

json::value Member(const std::string& more, std::string_view name) {
  return To("command-a-03-2025").Member(kHello + more, name);
}

json::value Thinking(std::string_view model, const std::string& more) {
  return To(model).Member(kHello + more, "thinking");
}

std::string PathUnder(const std::string& base, const std::string& path = "") {
  const auto codec = MakeCodec(v1::API_COHERE, {.base_path = base, .path = path});
  return codec->Encode(Proto<v1::ChatRequest>(kHello))->path;
}

TEST(CohereCodecTest, TheExchangeIsAPostOfJsonToChat) {
  const auto request = To("command-a-03-2025").Request(kHello);
  EXPECT_EQ(request.path, "/v2/chat");
  EXPECT_EQ(request.body, R"({"model":"command-a-03-2025","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(*FindHeader(request.headers, "Content-Type"), "application/json");
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(CohereCodecTest, ThePathIsVersionTwoOfTheBasePath) {
  EXPECT_EQ(PathUnder(""), "/v2/chat");
  EXPECT_EQ(PathUnder("/v2"), "/v2/chat");
  EXPECT_EQ(PathUnder("/cohere"), "/cohere/v2/chat");
  EXPECT_EQ(PathUnder("/cohere", "/elsewhere"), "/elsewhere");
}

TEST(CohereCodecTest, TheRequestsModelIsTheDefault) {
  EXPECT_EQ(To("").Member(kHello, "model"), "m");
  EXPECT_EQ(To("").Body(R"(messages { role: ROLE_USER content: "hi" })").if_contains("model"), nullptr);
}

TEST(CohereEncodeTest, WhatCohereKnowsIsWrittenUnderItsNames) {
  const auto request =
      To("m").Request(kHello + R"(temperature: 0.7 top_p: 0.9 max_tokens: 5 stop: "a" stop: "b"
      n: 1 seed: 7 frequency_penalty: 0.25 logprobs: true
      extra { fields { key: "safety_mode" value { string_value: "STRICT" } } })");
  EXPECT_EQ(request.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5,)"
                          R"("stop_sequences":["a","b"],"seed":7,"logprobs":true,"temperature":0.7,"p":0.9,)"
                          R"("frequency_penalty":0.25,"safety_mode":"STRICT"})");
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(CohereEncodeTest, TheNewerTokenLimitWins) {
  EXPECT_EQ(Member("max_tokens: 5 max_completion_tokens: 6", "max_tokens"), 6);
}

TEST(CohereEncodeTest, NumbersAreBroughtIntoCoheresRanges) {
  EXPECT_EQ(Member("temperature: 2", "temperature"), 1);
  EXPECT_EQ(Member("top_p: 1", "p"), 0.99);
  EXPECT_EQ(Member("top_p: 0", "p"), 0.01);
  EXPECT_EQ(Member("presence_penalty: 2", "presence_penalty"), 1);
  EXPECT_EQ(Member("frequency_penalty: 1.5", "frequency_penalty"), 1);
}

TEST(CohereEncodeTest, NumbersThatAreNoneAreTheCallersMistake) {
  for (const char* field : {"temperature", "top_p", "presence_penalty", "frequency_penalty"}) {
    EXPECT_EQ(To("m").Invalid(kHello + field + ": nan"), std::string(field) + " is not a finite number");
    EXPECT_EQ(To("m").Invalid(kHello + field + ": -inf"), std::string(field) + " is not a finite number");
  }
}

TEST(CohereEncodeTest, OfTwoPenaltiesOnlyTheFrequencysIsSent) {
  const auto both = To("m").Request(kHello + "frequency_penalty: 0.5 presence_penalty: 0.5");
  EXPECT_THAT(both.dropped, ElementsAre("presence_penalty"));
  EXPECT_EQ(both.body.find("presence"), std::string::npos);
  EXPECT_EQ(Member("frequency_penalty: 0 presence_penalty: 0.5", "presence_penalty"), 0.5);
  EXPECT_TRUE(Member("frequency_penalty: 0 presence_penalty: 0.5", "frequency_penalty").is_null());
  EXPECT_EQ(Member("frequency_penalty: 0.5 presence_penalty: 0", "frequency_penalty"), 0.5);
}

TEST(CohereEncodeTest, NegativePenaltiesAndSeedsAreDropped) {
  EXPECT_THAT(To("m").Dropped(kHello + "frequency_penalty: -1 presence_penalty: -1 seed: -1"),
              ElementsAre("frequency_penalty", "presence_penalty", "seed"));
}

TEST(CohereEncodeTest, HintsCohereHasNoWordForAreDropped) {
  EXPECT_THAT(To("m").Dropped(kHello + R"(user: "u" safety_identifier: "s" store: true service_tier: "flex"
                  verbosity: "low" prompt_cache_retention: "24h" prompt_cache_key: "k" prediction {}
                  metadata { key: "a" value: "b" } parallel_tool_calls: false reasoning_effort: "high")"),
              ElementsAre("metadata", "parallel_tool_calls", "prediction", "prompt_cache_key",
                          "prompt_cache_retention", "reasoning_effort", "safety_identifier", "service_tier",
                          "store", "user", "verbosity"));
}

TEST(CohereEncodeTest, WhatAsksForNothingIsNotReported) {
  const auto request = To("m").Request(kHello + R"(store: false service_tier: "default" logprobs: false n: 1
      top_logprobs: 0 modalities: "text" response_format { type: "text" } tool_choice { mode: "required" }
      parallel_tool_calls: true stream_options { include_usage: true } allow_reset: true)");
  EXPECT_EQ(request.body, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(CohereEncodeTest, WhatChangesTheAnswerIsRefused) {
  const std::pair<std::string, std::string> cases[] = {
      {"n: 2", "n"},
      {"top_logprobs: 2", "top_logprobs"},
      {R"(logit_bias { key: "7" value: 1 })", "logit_bias"},
      {R"(modalities: "audio")", "modalities[0]"},
      {"audio {}", "audio"},
      {"web_search_options {}", "web_search_options"},
      {R"(tools { custom {} })", "tools[0].type"},
      {kTool + "tool_choice { other {} }", "tool_choice.other"},
      {R"(response_format { type: "grammar" })", "response_format.type"},
      {R"(reasoning_effort: "boundless")", "reasoning_effort"},
  };
  for (const auto& [more, field] : cases) EXPECT_EQ(To("m").Unsupported(kHello + more), field + kBeyond);
}

TEST(CohereEncodeTest, MistakesNoTargetCouldTakeAreNamed) {
  const std::pair<std::string, std::string> cases[] = {
      {"tools {}", "tools[0].function is not set"},
      {kTool + "tool_choice {}", "tool_choice has no choice"},
      {kTool + R"(tool_choice { mode: "maybe" })", "tool_choice.mode is none of none, auto and required"},
      {"response_format {}", "response_format.type is not set"},
      {R"(response_format { type: "json_schema" })", "response_format.json_schema.schema is not set"},
      {R"(response_format { type: "json_schema" json_schema { schema )" + kNanStruct + " } }",
       "response_format.json_schema.schema.x is not a finite number"},
      {R"(extra { fields { key: "seed" value {} } })", "extra.seed has a field of its own"},
      {"extra " + kNanStruct, "extra.x is not a finite number"},
      {R"(extra { fields { key: "top_k" value { number_value: nan } } })",
       "extra.top_k is not a finite number"},
      {R"(extra { fields { key: "cohere" value { struct_value { fields { key: "stream" value {} } } } } })",
       "extra.cohere.stream has a field of its own"},
  };
  for (const auto& [more, sentence] : cases) EXPECT_EQ(To("m").Invalid(kHello + more), sentence);
}

TEST(CohereEncodeTest, ToolsAreOpenAisWithoutStrict) {
  EXPECT_EQ(
      Member(R"(tools { function { name: "f" description: "d" strict: false
                        parameters { fields { key: "type" value { string_value: "object" } } } } } )" +
                 kTool,
             "tools"),
      json::parse(
          R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}},
                            {"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}])"));
}

TEST(CohereEncodeTest, StrictIsForAllToolsOrNone) {
  EXPECT_EQ(Member(kStrict + kStrict, "strict_tools"), true);
  EXPECT_TRUE(Member(kStrict + kTool, "strict_tools").is_null());
  EXPECT_THAT(To("m").Dropped(kHello + kStrict + kTool), ElementsAre("tools.function.strict"));
  EXPECT_THAT(To("m").Dropped(kHello + kStrict), IsEmpty());
}

TEST(CohereEncodeTest, ToolChoices) {
  EXPECT_EQ(Member(kTool + R"(tool_choice { mode: "required" })", "tool_choice"), "REQUIRED");
  EXPECT_EQ(Member(kTool + R"(tool_choice { mode: "none" })", "tool_choice"), "NONE");
  EXPECT_TRUE(Member(kTool + R"(tool_choice { mode: "auto" })", "tool_choice").is_null());
}

TEST(CohereEncodeTest, AFunctionCanBeChosenWhereItIsTheOnlyOne) {
  EXPECT_EQ(Member(kTool + R"(tool_choice { function: "f" })", "tool_choice"), "REQUIRED");
  const std::string refused =
      "tool_choice.function is one of several tools, and Cohere cannot be made to choose it";
  EXPECT_EQ(To("m").Unsupported(kHello + kTool + kStrict + R"(tool_choice { function: "f" })"), refused);
  EXPECT_EQ(To("m").Unsupported(kHello + kTool + R"(tool_choice { function: "g" })"), refused);
}

TEST(CohereEncodeTest, AnswersInJson) {
  EXPECT_EQ(Member(R"(response_format { type: "json_object" })", "response_format"),
            json::parse(R"({"type":"json_object"})"));
  EXPECT_EQ(Member(R"(response_format { type: "json_schema" json_schema { name: "n" strict: true
                        schema { fields { key: "type" value { string_value: "object" } } } } })",
                   "response_format"),
            json::parse(R"({"type":"json_object","json_schema":{"type":"object"}})"));
  EXPECT_EQ(To("m").Unsupported(kHello + kTool + R"(response_format { type: "json_object" })"),
            "response_format.type cannot be JSON at Cohere while there are tools");
}

TEST(CohereEncodeTest, EffortIsABudgetOfTokens) {
  EXPECT_EQ(Thinking("command-a-reasoning-08-2025", R"(reasoning_effort: "none")"),
            json::parse(R"({"type":"disabled"})"));
  EXPECT_EQ(Thinking("command-a-reasoning-08-2025", R"(reasoning_effort: "low")"),
            json::parse(R"({"type":"enabled","token_budget":1024})"));
  EXPECT_EQ(Thinking("command-a-plus-05-2026", R"(reasoning_effort: "xhigh")"),
            json::parse(R"({"type":"enabled","token_budget":31000})"));
}

TEST(CohereEncodeTest, ThinkingLeavesRoomForTheAnswer) {
  EXPECT_EQ(Thinking("command-a-plus", R"(reasoning_effort: "high" max_tokens: 4000)").at("token_budget"),
            2000);
  EXPECT_EQ(Thinking("command-a-plus", R"(reasoning_effort: "low" max_tokens: 4000)").at("token_budget"),
            1024);
  EXPECT_EQ(Thinking("command-a-plus", R"(reasoning_effort: "low" max_tokens: 1)").at("token_budget"), 1);
}

TEST(CohereEncodeTest, TopKIsCalledK) {
  const std::string top_k = R"(fields { key: "top_k" value { number_value: 40 } })";
  EXPECT_EQ(Member("extra { " + top_k + " }", "k"), 40);
  EXPECT_TRUE(Member("extra { " + top_k + " }", "top_k").is_null());
  EXPECT_EQ(Member("extra { " + top_k + R"( fields { key: "cohere" value { struct_value {
                     fields { key: "k" value { number_value: 3 } } } } } })",
                   "k"),
            3);
}

TEST(CohereEncodeTest, TheCallersExtraReplacesWhatTheCodecWouldWrite) {
  const json::object body = To("command-a-plus").Body(kHello + R"(
      temperature: 1 reasoning_effort: "high" response_format { type: "json_object" } stop: "s"
      extra { fields { key: "mistral" value { struct_value { fields { key: "safe_prompt" value {} } } } }
              fields { key: "cohere" value { struct_value {
                fields { key: "temperature" value { number_value: 0.5 } }
                fields { key: "thinking" value { struct_value {} } }
                fields { key: "response_format" value { struct_value {} } }
                fields { key: "documents" value { list_value {} } } } } } })");
  EXPECT_EQ(
      json::value(body),
      json::parse(R"({"model":"command-a-plus","messages":[{"role":"user","content":"hi"}],"documents":[],
                            "response_format":{},"stop_sequences":["s"],"temperature":0.5,"thinking":{}})"));
  EXPECT_EQ(Member(kTool + R"(extra { fields { key: "cohere" value { struct_value {
                     fields { key: "tools" value { list_value {} } } } } } })",
                   "tools"),
            json::array());
}

TEST(CohereEncodeTest, MembersScopedToCohereAreWrittenAtTheirLevel) {
  const std::string scoped =
      R"(extra { fields { key: "cache_control" value { struct_value {} } }
                 fields { key: "cohere" value { struct_value { fields { key: "x" value { number_value: 1 } } } } } })";
  const json::object body = To("m").Body(R"(
      messages { role: ROLE_USER parts { text: "t" )" +
                                         scoped + " } " + scoped + R"( }
      response_format { type: "json_object" )" +
                                         scoped + " }");
  EXPECT_EQ(
      json::value(body),
      json::parse(R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"t","x":1}],
              "x":1}],"response_format":{"type":"json_object","x":1}})"));
}

}  // namespace
}  // namespace spillway::providers
