// Anthropic's exchange, and everything of a request but its conversation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "providers/anthropic_model.h"
#include "providers/anthropic_request_encoder.h"
#include "tests/providers/anthropic_call.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Sent(const char* name, const std::string& rest, TargetSpec spec = ModelSpec("m")) {
  return MemberOf(Encoded(Asked(rest), std::move(spec)), name);
}

auto Dropped(const std::string& rest, TargetSpec spec = ModelSpec("m")) {
  return Encoded(Asked(rest), std::move(spec)).dropped;
}

// Refused as more than this API can do.
std::string Unsupported(const std::string& rest) {
  const absl::Status status = Refusal(Asked(rest));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
  return std::string(status.message());
}

TEST(AnthropicCodecTest, TheExchangeIsAPostOfJsonToMessages) {
  const auto request = Encoded(Asked(""), {.base_path = "", .model = "claude-x"});
  EXPECT_EQ(request.path, "/v1/messages");
  EXPECT_EQ(request.body,
            R"({"model":"claude-x","max_tokens":4096,"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(*FindHeader(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(*FindHeader(request.headers, "Accept"), "application/json");
  EXPECT_EQ(*FindHeader(request.headers, "anthropic-version"), "2023-06-01");
  EXPECT_EQ(FindHeader(request.headers, "anthropic-beta"), nullptr);
  EXPECT_THAT(request.dropped, IsEmpty());
}

TEST(AnthropicCodecTest, ABasePathMayEndInTheVersionAlready) {
  EXPECT_EQ(Encoded(Asked(""), {.base_path = "/v1", .model = "m"}).path, "/v1/messages");
  EXPECT_EQ(Encoded(Asked(""), {.base_path = "/proxy", .model = "m"}).path, "/proxy/v1/messages");
  EXPECT_EQ(Encoded(Asked(""), {.base_path = "/v1", .model = "m", .path = "/other"}).path, "/other");
}

TEST(AnthropicCodecTest, WithoutAModelOfItsOwnATargetIsAskedForTheCallers) {
  EXPECT_EQ(MemberOf(Encoded(Asked("'model':'claude-y'"), {}), "model"), "'claude-y'");
  EXPECT_EQ(MemberOf(Encoded(Asked(""), {}), "model"), "");
}

TEST(AnthropicCodecTest, TheEndpointsVersionIsSpoken) {
  const auto request = Encoded(Asked(""), {.base_path = "", .model = "m", .api_version = "2024-10-22"});
  EXPECT_EQ(*FindHeader(request.headers, "anthropic-version"), "2024-10-22");
}

TEST(AnthropicEncodeTest, AStreamIsAskedForByTheOption) {
  const auto encoded = EncodeAnthropicRequest(Asked(""), {.model = "m", .stream = true});
  ASSERT_TRUE(encoded.ok());
  EXPECT_TRUE(encoded->body.ends_with(R"("stream":true})"));
}

TEST(AnthropicEncodeTest, TheSameRequestMakesTheSameBytes) {
  const auto request = Asked(
      "'tools':[{'type':'function','function':{'name':'f','parameters':{'b':1,'a':2,'type':'object'}}}],"
      "'z':1,'y':2,'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':"
      "{'type':'object','properties':{'b':{},'a':{}}}}}");
  EXPECT_EQ(Encoded(request).body, Encoded(v1::ChatRequest(request)).body);
}

TEST(AnthropicEncodeTest, TheLimitOfTokensIsAlwaysSaid) {
  EXPECT_EQ(Sent("max_tokens", ""), "4096");
  EXPECT_EQ(Sent("max_tokens", "'max_tokens':7"), "7");
  EXPECT_EQ(Sent("max_tokens", "'max_tokens':7,'max_completion_tokens':9"), "9");
  EXPECT_EQ(Sent("max_tokens", "'max_tokens':7,'anthropic':{'max_tokens':3}"), "3");
}

TEST(AnthropicEncodeTest, TemperatureIsBroughtIntoAnthropicsRange) {
  EXPECT_EQ(Sent("temperature", "'temperature':0.7"), "7E-1");
  EXPECT_EQ(Sent("temperature", "'temperature':1.8"), "1");
  EXPECT_EQ(Sent("temperature", "'temperature':-1"), "0");
  EXPECT_THAT(Dropped("'temperature':1.8"), IsEmpty());
}

TEST(AnthropicEncodeTest, WhatIsNoNumberIsTheCallersMistake) {
  v1::ChatRequest request = Asked("");
  request.set_temperature(std::numeric_limits<double>::infinity());
  EXPECT_EQ(Refusal(request).message(), "temperature is not a finite number");
  EXPECT_EQ(Refusal(request).code(), absl::StatusCode::kInvalidArgument);
  request.clear_temperature();
  request.set_top_p(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(Refusal(request).message(), "top_p is not a finite number");
}

TEST(AnthropicEncodeTest, LaterVersionsOfTheApiTakeNoSampling) {
  const TargetSpec spec{.base_path = "", .model = "m", .api_version = "2026-10-21"};
  EXPECT_EQ(Sent("temperature", "'temperature':0.5,'top_p':0.9", spec), "");
  EXPECT_EQ(Sent("top_p", "'temperature':0.5,'top_p':0.9", spec), "");
  EXPECT_THAT(Dropped("'temperature':1,'top_p':0.9", spec), ElementsAre("temperature", "top_p"));
  const TargetSpec before{.base_path = "", .model = "m", .api_version = "2026-10-20"};
  EXPECT_EQ(Sent("temperature", "'temperature':0.5", before), "5E-1");
}

TEST(AnthropicEncodeTest, ModelsThatTakeOneSamplerGetTheTemperature) {
  const std::string both = "'temperature':0.5,'top_p':0.9";
  EXPECT_EQ(Sent("top_p", both, ModelSpec("claude-sonnet-4-20250514")), "9E-1");
  EXPECT_EQ(Sent("top_p", both, ModelSpec("claude-sonnet-4-5")), "");
  EXPECT_EQ(Sent("temperature", both, ModelSpec("claude-sonnet-4-5")), "5E-1");
  EXPECT_THAT(Dropped(both, ModelSpec("claude-opus-4-1-20250805")), ElementsAre("top_p"));
  EXPECT_EQ(Sent("top_p", "'top_p':0.9", ModelSpec("claude-sonnet-4-5")), "9E-1");
}

TEST(AnthropicEncodeTest, ModelsThatTakeNoSamplerGetNone) {
  const std::string both = "'temperature':0.5,'top_p':0.9";
  EXPECT_THAT(Dropped(both, ModelSpec("claude-opus-4-7")), ElementsAre("temperature", "top_p"));
  EXPECT_EQ(Sent("temperature", both, ModelSpec("claude-opus-4-7")), "");
  EXPECT_EQ(Sent("temperature", "'temperature':1", ModelSpec("claude-opus-4-7")), "1");
}

TEST(AnthropicEncodeTest, StopBecomesStopSequencesWithoutBlankOnes) {
  EXPECT_EQ(Sent("stop_sequences", "'stop':'END'"), "['END']");
  EXPECT_EQ(Sent("stop_sequences", R"('stop':['\n','a',' b'])"), "['a',' b']");
  EXPECT_THAT(Dropped(R"('stop':['\n','a'])"), ElementsAre("stop"));
  EXPECT_EQ(Sent("stop_sequences", R"('stop':['\n'])"), "");
  EXPECT_THAT(Dropped("'stop':['a']"), IsEmpty());
  EXPECT_EQ(Sent("stop_sequences", "'stop':['a'],'anthropic':{'stop_sequences':['b']}"), "['b']");
}

TEST(AnthropicEncodeTest, TheUserIsNamedInTheMetadata) {
  EXPECT_EQ(Sent("metadata", "'user':'u'"), "{'user_id':'u'}");
  EXPECT_EQ(Sent("metadata", "'user':'u','safety_identifier':'s'"), "{'user_id':'s'}");
  EXPECT_THAT(Dropped("'user':'u','safety_identifier':'s'"), ElementsAre("user"));
  EXPECT_THAT(Dropped("'user':'u','safety_identifier':'u'"), IsEmpty());
  EXPECT_EQ(Sent("metadata", "'user':'u','anthropic':{'metadata':{'x':1}}"), "{'user_id':'u','x':1}");
  EXPECT_EQ(Sent("metadata", "'user':'u','anthropic':{'metadata':{'user_id':'v'}}"), "{'user_id':'v'}");
  EXPECT_EQ(Sent("metadata", "'user':'u','anthropic':{'metadata':null}"), "null");
}

TEST(AnthropicEncodeTest, OnlyAnthropicsOwnTierIsPassedOn) {
  EXPECT_EQ(Sent("service_tier", "'service_tier':'standard_only'"), "'standard_only'");
  EXPECT_EQ(Sent("service_tier", "'service_tier':'auto'"), "");
  EXPECT_THAT(Dropped("'service_tier':'auto'"), IsEmpty());
  EXPECT_EQ(Sent("service_tier", "'service_tier':'flex'"), "");
  EXPECT_THAT(Dropped("'service_tier':'flex'"), ElementsAre("service_tier"));
}

TEST(AnthropicEncodeTest, HintsThatAnthropicHasNoWordForAreLeftOutAndReported) {
  const std::string hints =
      "'seed':1,'presence_penalty':0.5,'frequency_penalty':0.5,'prediction':{},'store':true,"
      "'metadata':{'a':'b'},'verbosity':'low','prompt_cache_key':'k','prompt_cache_retention':'24h'";
  EXPECT_EQ(Encoded(Asked(hints)).body, Encoded(Asked("")).body);
  EXPECT_THAT(Dropped(hints),
              ElementsAre("frequency_penalty", "metadata", "prediction", "presence_penalty",
                          "prompt_cache_key", "prompt_cache_retention", "seed", "store", "verbosity"));
}

TEST(AnthropicEncodeTest, WhatSaysNothingIsNotReported) {
  const std::string nothing =
      "'n':1,'store':false,'logprobs':false,'top_logprobs':0,'modalities':['text'],'parallel_tool_calls':"
      "true,"
      "'response_format':{'type':'text'},'service_tier':'default','tool_choice':'auto'";
  EXPECT_EQ(Encoded(Asked(nothing)).body, Encoded(Asked("")).body);
  EXPECT_THAT(Dropped(nothing), IsEmpty());
}

TEST(AnthropicEncodeTest, WhatAnAnswerWouldLackIsRefused) {
  EXPECT_EQ(Unsupported("'n':2"), "n is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'logprobs':true"), "logprobs is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'top_logprobs':2"), "top_logprobs is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'logit_bias':{'1':2}"), "logit_bias is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'audio':{}"), "audio is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'web_search_options':{}"), "web_search_options is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'modalities':['text','audio']"), "modalities is more than Anthropic can do");
  EXPECT_EQ(Unsupported("'response_format':{'type':'grammar'}"),
            "response_format.type is no format that Anthropic can answer in");
}

TEST(AnthropicEncodeTest, ASchemaBecomesTheOutputsFormatWithItsObjectsClosed) {
  EXPECT_EQ(
      Sent("output_config",
           "'response_format':{'type':'json_schema','json_schema':{'name':'n','strict':true,'schema':"
           "{'type':'object','required':['a'],'properties':{'a':{'type':'string','enum':[{'type':'object'}]},"
           "'properties':{'type':['object','null'],'additionalProperties':true},"
           "'list':{'type':'array','items':{'properties':{}}}},"
           "'anyOf':[{'type':'object'},{'type':'string'}],'$defs':{'d':{'type':'object'},'e':true}}}}"),
      "{'format':{'type':'json_schema','schema':{'additionalProperties':false,"
      "'$defs':{'d':{'additionalProperties':false,'type':'object'},'e':true},"
      "'anyOf':[{'additionalProperties':false,'type':'object'},{'type':'string'}],"
      "'properties':{'a':{'enum':[{'type':'object'}],'type':'string'},"
      "'list':{'items':{'additionalProperties':false,'properties':{}},'type':'array'},"
      "'properties':{'additionalProperties':true,'type':['object','null']}},"
      "'required':['a'],'type':'object'}}}");
}

TEST(AnthropicEncodeTest, AFormatWithoutASchemaIsTheCallersMistake) {
  const auto request = Asked("'response_format':{'type':'json_schema','json_schema':{'name':'n'}}");
  EXPECT_EQ(Refusal(request).message(), "response_format.json_schema.schema is not set");
  EXPECT_EQ(Refusal(request).code(), absl::StatusCode::kInvalidArgument);
  v1::ChatRequest untyped = Asked("");
  untyped.mutable_response_format();
  EXPECT_EQ(Refusal(untyped).message(), "response_format.type is not set");
}

TEST(AnthropicEncodeTest, ASchemaThatIsNoJsonIsNamed) {
  v1::ChatRequest request =
      Asked("'response_format':{'type':'json_schema','json_schema':{'schema':{'x':1}}}");
  auto& schema = *request.mutable_response_format()->mutable_json_schema()->mutable_schema();
  const double infinite = std::numeric_limits<double>::infinity();
  auto& properties = *(*schema.mutable_fields())["properties"].mutable_struct_value()->mutable_fields();
  properties["a"].mutable_list_value()->add_values()->set_number_value(infinite);
  EXPECT_EQ(Refusal(request).message(),
            "response_format.json_schema.schema.properties.a[0] is not a finite number");
  schema.clear_fields();
  (*schema.mutable_fields())["$defs"].set_number_value(infinite);
  EXPECT_EQ(Refusal(request).message(), "response_format.json_schema.schema.$defs is not a finite number");
}

TEST(AnthropicEncodeTest, JsonWithoutASchemaIsAskedForInWords) {
  const std::string format = "'response_format':{'type':'json_object'}";
  EXPECT_EQ(Sent("system", format), "'Answer with one JSON object and nothing else.'");
  EXPECT_EQ(MemberOf(Encoded(Asked(
                         format, "[{'role':'system','content':'Be brief.'},{'role':'user','content':'hi'}]")),
                     "system"),
            R"('Be brief.\n\nAnswer with one JSON object and nothing else.')");
}

TEST(AnthropicEncodeTest, ExtraMembersGoAlongAndReplaceWhatTheCodecWouldWrite) {
  EXPECT_EQ(Sent("top_k", "'top_k':5"), "5");
  EXPECT_EQ(Sent("top_k", "'top_k':5,'anthropic':{'top_k':6}"), "6");
  EXPECT_EQ(Sent("temperature", "'temperature':0.5,'anthropic':{'temperature':0.25}"), "2.5E-1");
  EXPECT_EQ(Sent("top_p", "'top_p':0.5,'anthropic':{'top_p':0.25}"), "2.5E-1");
  EXPECT_EQ(Sent("service_tier", "'service_tier':'flex','anthropic':{'service_tier':'auto'}"), "'auto'");
  EXPECT_EQ(Sent("gemini", "'gemini':{'x':1}"), "");
  EXPECT_EQ(Sent("output_config", "'output_config':{'effort':'low'}"), "{'effort':'low'}");
}

TEST(AnthropicEncodeTest, TheOutputsExtraMembersStandBesideTheSchema) {
  const std::string schema =
      "'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{'type':'string'}}}";
  EXPECT_EQ(Sent("output_config", schema + ",'output_config':{'effort':'low'}"),
            "{'format':{'type':'json_schema','schema':{'type':'string'}},'effort':'low'}");
  EXPECT_EQ(Sent("output_config", schema + ",'output_config':{'format':{}}"), "{'format':{}}");
  EXPECT_EQ(Sent("output_config", schema + ",'output_config':7"), "7");
}

TEST(AnthropicEncodeTest, TheConversationIsNoExtra) {
  EXPECT_EQ(Refusal(Asked("'system':'x'")).message(), "extra.system has a field of its own");
  EXPECT_EQ(Refusal(Asked("'anthropic':{'messages':[]}")).message(),
            "extra.anthropic.messages has a field of its own");
  EXPECT_EQ(Refusal(Asked("'anthropic':{'stream':true}")).message(),
            "extra.anthropic.stream has a field of its own");
  v1::ChatRequest request = Asked("");
  (*request.mutable_extra()->mutable_fields())["stream"].set_bool_value(true);
  EXPECT_EQ(Refusal(request).message(), "extra.stream is decided by the call");
}

TEST(AnthropicEncodeTest, ExtraValuesThatAreNoJsonAreNamed) {
  v1::ChatRequest request = Asked("'output_config':{},'anthropic':{'metadata':{}}");
  const double infinite = std::numeric_limits<double>::infinity();
  auto& fields = *request.mutable_extra()->mutable_fields();
  auto& config = *fields["output_config"].mutable_struct_value();
  (*config.mutable_fields())["effort"].set_number_value(infinite);
  EXPECT_EQ(Refusal(request).message(), "output_config.extra.effort is not a finite number");
  config.clear_fields();
  auto& scope = *fields["anthropic"].mutable_struct_value();
  auto& metadata = *(*scope.mutable_fields())["metadata"].mutable_struct_value();
  (*metadata.mutable_fields())["x"].set_number_value(infinite);
  EXPECT_EQ(Refusal(request).message(), "metadata.extra.x is not a finite number");
}

}  // namespace
}  // namespace spillway::providers
