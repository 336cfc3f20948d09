// The fields of a request beside its messages, in Gemini's form.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "providers/gemini_request_encoder.h"
#include "tests/providers/gemini_encoding.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using Names = std::vector<std::string_view>;

json::value ConfigFor(const std::string& members, const std::string& model = "gemini-2.5-flash") {
  const json::object body = BodyFor(Asking(members), {.model = model});
  const json::value* config = body.if_contains("generationConfig");
  return config == nullptr ? json::value() : *config;
}

Names DroppedOf(const std::string& members, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return GeminiRequestFor(Asking(members), std::move(spec)).dropped;
}

TEST(GeminiEncodeTest, SamplingGoesIntoTheGenerationConfig) {
  EXPECT_EQ(
      ConfigFor(R"("temperature":0.7,"top_p":0.9,"seed":-7,"presence_penalty":0.5,"frequency_penalty":-1,
                         "max_tokens":5,"stop":["a","b"],"n":3,"logprobs":true,"top_logprobs":4)"),
      Json(R"({"temperature":0.7,"topP":0.9,"seed":-7,"presencePenalty":0.5,"frequencyPenalty":-1,
                     "maxOutputTokens":5,"stopSequences":["a","b"],"candidateCount":3,"responseLogprobs":true,
                     "logprobs":4})"));
}

TEST(GeminiEncodeTest, TheNewerLimitOfTokensCounts) {
  EXPECT_EQ(ConfigFor(R"("max_tokens":5,"max_completion_tokens":6)"), Json(R"({"maxOutputTokens":6})"));
}

TEST(GeminiEncodeTest, WhatIsTheDefaultIsNotSaid) {
  const EncodedRequest request = GeminiRequestFor(
      Asking(R"("n":1,"logprobs":false,"modalities":["text"],"response_format":{"type":"text"},"store":false,
                "parallel_tool_calls":true,"service_tier":"auto","tool_choice":"auto")"));
  EXPECT_EQ(request.body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_EQ(request.dropped, Names{});
}

TEST(GeminiEncodeTest, ATemperatureBeyondTheRangeIsClamped) {
  EXPECT_EQ(ConfigFor(R"("temperature":3)"), Json(R"({"temperature":2})"));
  EXPECT_EQ(ConfigFor(R"("temperature":-1)"), Json(R"({"temperature":0})"));
}

TEST(GeminiEncodeTest, NumbersThatAreNotFiniteAreInvalid) {
  for (const char* field : {"temperature", "top_p", "presence_penalty", "frequency_penalty"}) {
    const auto request = Proto<v1::ChatRequest>("messages { role: ROLE_USER content: \"hi\" } " +
                                                std::string(field) + ": nan");
    const auto encoded = EncodeGeminiRequest(request, {});
    EXPECT_EQ(encoded.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(encoded.status().message()), std::string(field) + " is not a finite number");
  }
}

TEST(GeminiEncodeTest, ASeedOfMoreThan32BitsIsDropped) {
  EXPECT_EQ(ConfigFor(R"("seed":2147483648)"), json::value());
  EXPECT_EQ(DroppedOf(R"("seed":2147483648)"), Names{"seed"});
  EXPECT_EQ(DroppedOf(R"("seed":-2147483648)"), Names{});
}

TEST(GeminiEncodeTest, HintsWithoutACounterpartAreDropped) {
  EXPECT_EQ(
      DroppedOf(R"("user":"u","safety_identifier":"s","metadata":{"k":"v"},"store":true,"verbosity":"low",
                         "prediction":{"type":"content","content":"x"},"prompt_cache_key":"k",
                         "prompt_cache_retention":"24h","parallel_tool_calls":false,"top_logprobs":2,
                         "service_tier":"scale")"),
      (Names{"metadata", "parallel_tool_calls", "prediction", "prompt_cache_key", "prompt_cache_retention",
             "safety_identifier", "service_tier", "store", "top_logprobs", "user", "verbosity"}));
}

TEST(GeminiEncodeTest, AiStudiosPreviewHasTiersOfService) {
  EXPECT_EQ(BodyFor(Asking(R"("service_tier":"flex")")).at("serviceTier"), "flex");
  EXPECT_EQ(DroppedOf(R"("service_tier":"flex")", {.base_path = kVertexBase, .model = "gemini-2.5-pro"}),
            Names{"service_tier"});
  EXPECT_EQ(DroppedOf(R"("service_tier":"flex")", {.base_path = "/v1", .model = "gemini-2.5-pro"}),
            Names{"service_tier"});
}

TEST(GeminiEncodeTest, WhatWouldChangeTheAnswersMeaningIsRefused) {
  ExpectRefused(Asking(R"("n":9)"), "n is more than Gemini gives");
  ExpectRefused(Asking(R"("stop":["1","2","3","4","5","6"])"), "stop has more texts than Gemini takes");
  ExpectRefused(Asking(R"("logit_bias":{"50256":-100})"), "logit_bias is more than Gemini can do");
  ExpectRefused(Asking(R"("web_search_options":{})"),
                "web_search_options have no counterpart: give extra.gemini.tools");
  ExpectRefused(Asking(R"("modalities":["text","audio"])"),
                "modalities are more than text: give extra.gemini.generationConfig");
  ExpectRefused(Asking(R"("audio":{"voice":"alloy"})"),
                "audio has no counterpart: give extra.gemini.generationConfig.speechConfig");
  ExpectRefused(Asking(R"("response_format":{"type":"grammar"})"),
                "response_format.type is none that Gemini knows");
  ExpectInvalid(Asking(R"("n":0)"), "n must be positive");
}

TEST(GeminiEncodeTest, AFormatWithoutATypeIsInvalid) {
  const auto request =
      Proto<v1::ChatRequest>("messages { role: ROLE_USER content: \"hi\" } response_format { extra {} }");
  EXPECT_EQ(EncodeGeminiRequest(request, {}).status().message(), "response_format.type is not set");
}

TEST(GeminiEncodeTest, JsonIsAskedForByItsMediaType) {
  EXPECT_EQ(ConfigFor(R"("response_format":{"type":"json_object"})"),
            Json(R"({"responseMimeType":"application/json"})"));
  EXPECT_EQ(ConfigFor(R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,
                         "schema":{"type":"object","additionalProperties":false}}})"),
            Json(R"({"responseMimeType":"application/json",
                     "responseJsonSchema":{"type":"object","additionalProperties":false}})"));
}

constexpr char kJsonAndTools[] =
    R"("response_format":{"type":"json_object"},"tools":[{"type":"function","function":{"name":"f"}}])";

TEST(GeminiEncodeTest, OnlyFromGemini3OnJsonGoesTogetherWithTools) {
  ExpectRefused(Asking(kJsonAndTools),
                "response_format beside tools is more than models before Gemini 3 can do");
  EXPECT_EQ(ConfigFor(kJsonAndTools, "gemini-3-flash-preview"),
            Json(R"({"responseMimeType":"application/json"})"));
  EXPECT_EQ(ConfigFor(kJsonAndTools, "tunedModels/x"), Json(R"({"responseMimeType":"application/json"})"));
}

TEST(GeminiEncodeTest, Gemini25ThinksWithABudget) {
  const auto budget = [](const std::string& effort, const std::string& model) {
    return ConfigFor(R"("reasoning_effort":")" + effort + R"(")", model)
        .as_object()
        .at("thinkingConfig")
        .as_object()
        .at("thinkingBudget")
        .as_int64();
  };
  EXPECT_EQ(budget("none", "gemini-2.5-flash"), 0);
  EXPECT_EQ(budget("low", "gemini-2.5-flash-lite"), 1024);
  EXPECT_EQ(budget("medium", "gemini-2.5-flash"), 8192);
  EXPECT_EQ(budget("xhigh", "gemini-2.5-flash"), 24576);
  EXPECT_EQ(budget("none", "models/gemini-2.5-pro"), 128);
  EXPECT_EQ(budget("xhigh", "gemini-2.5-pro"), 32768);
}

TEST(GeminiEncodeTest, Gemini3ThinksInLevels) {
  const auto level = [](const std::string& effort, const std::string& model) {
    return ConfigFor(R"("reasoning_effort":")" + effort + R"(")", model)
        .as_object()
        .at("thinkingConfig")
        .as_object()
        .at("thinkingLevel");
  };
  for (const char* model :
       {"gemini-3-flash-preview", "gemini-3.5-flash", "gemini-flash-latest", "gemini-10-flash"}) {
    EXPECT_EQ(level("none", model), "minimal") << model;
    EXPECT_EQ(level("minimal", model), "minimal") << model;
    EXPECT_EQ(level("low", model), "low") << model;
    EXPECT_EQ(level("medium", model), "medium") << model;
    EXPECT_EQ(level("xhigh", model), "high") << model;
  }
  EXPECT_EQ(level("none", "gemini-3.1-pro-preview"), "low");
  EXPECT_EQ(level("medium", "gemini-3.1-pro-preview"), "medium");
  EXPECT_EQ(level("medium", "gemini-3-pro-preview"), "high");
}

TEST(GeminiEncodeTest, ModelsThatDoNotThinkOnDemandAreNotAskedTo) {
  for (const char* model :
       {"gemini-2.0-flash", "gemini-1.5-flash-latest", "gemma-3", "tunedModels/x", "gemini-exp-1206"}) {
    EXPECT_EQ(ConfigFor(R"("reasoning_effort":"low")", model), json::value()) << model;
    EXPECT_EQ(DroppedOf(R"("reasoning_effort":"low")", {.model = model}), Names{"reasoning_effort"});
  }
}

TEST(GeminiEncodeTest, AnUnknownEffortIsRefused) {
  ExpectRefused(Asking(R"("reasoning_effort":"ludicrous")"), "reasoning_effort is no word that is known");
}

TEST(GeminiEncodeTest, ExtraGoesToTheTopLevel) {
  const json::object body = BodyFor(Asking(R"("safetySettings":[{"category":"C"}],
      "gemini":{"cachedContent":"cachedContents/1","labels":{"a":"b"}},"anthropic":{"top_k":5})"));
  EXPECT_EQ(body.at("safetySettings"), Json(R"([{"category":"C"}])"));
  EXPECT_EQ(body.at("cachedContent"), "cachedContents/1");
  EXPECT_EQ(body.at("labels"), Json(R"({"a":"b"})"));
  EXPECT_FALSE(body.contains("anthropic"));
  EXPECT_FALSE(body.contains("gemini"));
}

TEST(GeminiEncodeTest, ExtraTakesThePlaceOfWhatTheCodecWouldWrite) {
  EXPECT_EQ(ConfigFor(R"("temperature":1,"max_tokens":5,"stop":["a"],"response_format":{"type":"json_schema",
                 "json_schema":{"name":"n","schema":{}}},"generationConfig":{"temperature":0.5,"topK":3},
                 "gemini":{"generationConfig":{"stopSequences":[],"responseSchema":{"type":"OBJECT"}}})"),
            Json(R"({"maxOutputTokens":5,"responseMimeType":"application/json","temperature":0.5,"topK":3,
                     "stopSequences":[],"responseSchema":{"type":"OBJECT"}})"));
}

TEST(GeminiEncodeTest, ExtraMayAskForMoreThanText) {
  EXPECT_EQ(ConfigFor(R"("modalities":["text","image"],"audio":{"voice":"v"},"gemini":{"generationConfig":
                         {"responseModalities":["TEXT","IMAGE"],"speechConfig":{}}})"),
            Json(R"({"responseModalities":["TEXT","IMAGE"],"speechConfig":{}})"));
}

TEST(GeminiEncodeTest, ExtraMayAddToTheThinking) {
  EXPECT_EQ(ConfigFor(R"("reasoning_effort":"low",
                         "generationConfig":{"thinkingConfig":{"includeThoughts":true}})"),
            Json(R"({"thinkingConfig":{"thinkingBudget":1024,"includeThoughts":true}})"));
  EXPECT_EQ(
      ConfigFor(R"("reasoning_effort":"low","generationConfig":{"thinkingConfig":{"thinkingBudget":5}})"),
      Json(R"({"thinkingConfig":{"thinkingBudget":5}})"));
}

TEST(GeminiEncodeTest, TopKIsFoundWhereTheApiHasIt) {
  EXPECT_EQ(ConfigFor(R"("top_k":5)"), Json(R"({"topK":5})"));
  EXPECT_EQ(ConfigFor(R"("gemini":{"top_k":5})"), Json(R"({"topK":5})"));
  EXPECT_EQ(ConfigFor(R"("top_k":5,"generationConfig":{"topK":6})"), Json(R"({"topK":6})"));
  EXPECT_FALSE(BodyFor(Asking(R"("top_k":5)")).contains("top_k"));
}

TEST(GeminiEncodeTest, TheConversationIsNoExtra) {
  ExpectInvalid(Asking(R"("gemini":{"contents":[]})"), "extra.gemini.contents has a field of its own");
  ExpectInvalid(Asking(R"("systemInstruction":{})"), "extra.systemInstruction has a field of its own");
  ExpectInvalid(Asking(R"("generation_config":{})"), "extra.generation_config has a field of its own");
  ExpectInvalid(Asking(R"("generationConfig":5)"), "extra.generationConfig must be an object");
}

TEST(GeminiEncodeTest, AFieldOfTheRequestIsNoExtra) {
  auto request = Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "hi" }
                                           extra { fields { key: "seed" value { number_value: 1 } } })");
  EXPECT_EQ(EncodeGeminiRequest(request, {}).status().message(), "extra.seed has a field of its own");
}

TEST(GeminiEncodeTest, WhatJsonCannotSayIsInvalidWhereverItStands) {
  const auto error = [](const std::string& fields) {
    const auto request = Proto<v1::ChatRequest>("messages { role: ROLE_USER content: \"hi\" } " + fields);
    return std::string(EncodeGeminiRequest(request, {}).status().message());
  };
  const std::string nan = R"(fields { key: "x" value { number_value: nan } })";
  EXPECT_EQ(error("tools { function { name: \"f\" parameters { " + nan + " } } }"),
            "tools[0].function.parameters.x is not a finite number");
  EXPECT_EQ(error("response_format { type: \"json_schema\" json_schema { schema { " + nan + " } } }"),
            "response_format.json_schema.schema.x is not a finite number");
  EXPECT_EQ(error("extra { " + nan + " }"), "extra.x is not a finite number");
  EXPECT_EQ(error("extra { fields { key: \"top_k\" value { number_value: nan } } }"),
            "extra.top_k is not a finite number");
  for (const char* merged : {"toolConfig", "generationConfig"}) {
    EXPECT_EQ(error("extra { fields { key: \"" + std::string(merged) + "\" value { struct_value { " + nan +
                    " } } } }"),
              "extra.x is not a finite number");
  }
  EXPECT_EQ(error("extra { fields { key: \"generationConfig\" value { struct_value { fields { key: "
                  "\"thinkingConfig\" "
                  "value { struct_value { " +
                  nan + " } } } } } } }"),
            "extra.x is not a finite number");
}

}  // namespace
}  // namespace spillway::providers
