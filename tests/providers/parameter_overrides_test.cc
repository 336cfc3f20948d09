#include "providers/parameter_overrides.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "providers/overriding_codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

google::protobuf::Struct Json(const std::string& text) {
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &parsed).ok()) << text;
  return parsed;
}

ParameterOverrides Overrides(const std::string& parameters) {
  auto overrides = ParameterOverrides::Create(Json(parameters));
  EXPECT_TRUE(overrides.ok()) << overrides.status();
  return overrides.ok() ? *std::move(overrides) : ParameterOverrides();
}

std::string ErrorOf(const std::string& parameters) {
  const auto overrides = ParameterOverrides::Create(Json(parameters));
  EXPECT_EQ(overrides.status().code(), absl::StatusCode::kInvalidArgument) << parameters;
  return std::string(overrides.status().message());
}

// What becomes of `request`.
testing::AssertionResult Becomes(const std::string& request, const std::string& parameters,
                                 const std::string& expected) {
  const auto given = Proto<v1::ChatRequest>(request);
  const v1::ChatRequest applied = Overrides(parameters).AppliedTo(given);
  if (const auto unchanged = SameProto(given, request); !unchanged) return unchanged;
  return SameProto(applied, expected);
}

TEST(ParameterOverridesTest, NothingToSetIsEmpty) {
  EXPECT_TRUE(ParameterOverrides().empty());
  EXPECT_TRUE(Overrides("{}").empty());
  EXPECT_TRUE(Becomes("model: \"m\" n: 2", "{}", "model: \"m\" n: 2"));
  for (const char* parameters : {R"({"n": 1})", R"({"n": null})", R"({"top_k": 1})", R"({"top_k": null})",
                                 R"({"extra": null})", R"({"extra": {"a": 1}})"}) {
    EXPECT_FALSE(Overrides(parameters).empty()) << parameters;
  }
}

TEST(ParameterOverridesTest, AScalarIsSetWhateverTheCallerSaid) {
  EXPECT_TRUE(Becomes("model: \"m\"",
                      R"({"temperature": 0, "max_tokens": 512, "logprobs": false, "user": "u"})",
                      R"(model: "m" temperature: 0 max_tokens: 512 logprobs: false user: "u")"));
  EXPECT_TRUE(Becomes(R"(temperature: 1.5 max_tokens: 9 logprobs: true user: "x" n: 2)",
                      R"({"temperature": 0, "max_tokens": 512, "logprobs": false, "user": "u"})",
                      R"(temperature: 0 max_tokens: 512 logprobs: false user: "u" n: 2)"));
}

TEST(ParameterOverridesTest, ListsAndMapsAreReplacedAndNotAppended) {
  EXPECT_TRUE(
      Becomes(R"(stop: "a" stop: "b" modalities: "audio" metadata {key: "k" value: "v"}
                         logit_bias {key: "1" value: 5} tools {type: "custom"})",
              R"({"stop": ["c"], "modalities": ["text"], "metadata": {"l": "w"}, "logit_bias": {"2": -100},
                          "tools": [{"type": "function", "function": {"name": "f"}}]})",
              R"(stop: "c" modalities: "text" metadata {key: "l" value: "w"} logit_bias {key: "2" value: -100}
                         tools {type: "function" function {name: "f"}})"));
  EXPECT_TRUE(Becomes(R"(stop: "a" stop: "b")", R"({"stop": "c"})", R"(stop: "c")"));
}

TEST(ParameterOverridesTest, ObjectsAreReplacedWhole) {
  EXPECT_TRUE(
      Becomes(R"(response_format {type: "json_schema" json_schema {name: "mine"}
                         extra {fields {key: "x" value {number_value: 1}}}}
                         tool_choice {function: "f"} audio {fields {key: "voice" value {string_value: "v"}}})",
              R"({"response_format": {"type": "text"}, "tool_choice": "none", "audio": {"format": "wav"}})",
              R"(response_format {type: "text"} tool_choice {mode: "none"}
                         audio {fields {key: "format" value {string_value: "wav"}}})"));
}

TEST(ParameterOverridesTest, NullTakesAParameterAway) {
  EXPECT_TRUE(Becomes(
      R"(model: "m" temperature: 1 stop: "a" user: "u" metadata {key: "k" value: "v"}
                         response_format {type: "text"} seed: 7)",
      R"({"temperature": null, "stop": null, "user": null, "metadata": null, "response_format": null})",
      R"(model: "m" seed: 7)"));
  EXPECT_TRUE(Becomes(R"(model: "m")", R"({"temperature": null, "top_k": null})", R"(model: "m")"));
}

TEST(ParameterOverridesTest, NamesWithoutAFieldTravelInExtra) {
  EXPECT_TRUE(Becomes(R"(extra {fields {key: "top_k" value {number_value: 1}}
                                fields {key: "min_p" value {number_value: 0.5}}
                                fields {key: "echo" value {bool_value: true}}})",
                      R"({"top_k": 40, "echo": null, "guided_json": {"type": ["object", null]}})",
                      R"(extra {fields {key: "top_k" value {number_value: 40}}
                                fields {key: "min_p" value {number_value: 0.5}}
                                fields {key: "guided_json" value {struct_value {fields {key: "type" value {
                                  list_value {values {string_value: "object"} values {null_value: NULL_VALUE}}}}}}}})"));
  EXPECT_TRUE(Becomes("", R"({"top_k": 40})", R"(extra {fields {key: "top_k" value {number_value: 40}}})"));
}

TEST(ParameterOverridesTest, ExtraIsItsMembers) {
  const std::string given =
      R"(extra {fields {key: "a" value {number_value: 1}} fields {key: "b" value {number_value: 2}}})";
  EXPECT_TRUE(Becomes(
      given, R"({"extra": {"a": null, "c": 3}})",
      R"(extra {fields {key: "b" value {number_value: 2}} fields {key: "c" value {number_value: 3}}})"));
  EXPECT_TRUE(Becomes(given, R"({"extra": null})", ""));
  EXPECT_TRUE(
      Becomes(given, R"({"extra": null, "b": 5})", R"(extra {fields {key: "b" value {number_value: 5}}})"));
}

// Every name but those that are the call's own can be set, and is read into the field of that name.
TEST(ParameterOverridesTest, EveryFieldOfARequestIsAParameterOrReserved) {
  const auto* type = v1::ChatRequest::descriptor();
  const std::vector<std::string> names = ParameterNames();
  int reserved = 0;
  for (int i = 0; i < type->field_count(); ++i) {
    const std::string& name = type->field(i)->name();
    const bool is_parameter = std::count(names.begin(), names.end(), name) == 1;
    EXPECT_NE(is_parameter, IsReservedParameter(name)) << name;
    reserved += is_parameter ? 0 : 1;
    if (!is_parameter || name == "extra") continue;
    bool taken = false;
    for (const char* value : {"1", "true", R"("a")", R"(["a"])", R"({"a": "b"})", R"({"a": 1})",
                              R"({"type": "a"})", R"([{"type": "a"}])"}) {
      const auto overrides = ParameterOverrides::Create(Json("{\"" + name + "\":" + value + "}"));
      if (!overrides.ok()) continue;
      const v1::ChatRequest applied = overrides->AppliedTo({});
      EXPECT_FALSE(applied.has_extra()) << name;
      taken = true;
    }
    EXPECT_TRUE(taken) << name << " can hold none of the values above";
  }
  EXPECT_EQ(reserved, 4) << "model, messages, stream_options, allow_reset";
  EXPECT_TRUE(IsReservedParameter("stream"));
}

TEST(ParameterOverridesTest, WhatNoRequestCanCarryIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"temperature": "hot"})", "temperature must be a number"},
      {R"({"max_tokens": 0.5})", "max_tokens must be an integer"},
      {R"({"n": 4294967296})", "n is out of range"},
      {R"({"stop": ["a", 1]})", "stop[1] must be a string"},
      {R"({"response_format": {}})", "response_format.type is missing"},
      {R"({"tools": [{"function": {"name": 1}}]})", "tools[0].function.name must be a string"},
      {R"({"user": ""})", "user is empty; write null to have it not sent"},
      {R"({"tools": []})", "tools is empty; write null to have it not sent"},
      {R"({"metadata": {}})", "metadata is empty; write null to have it not sent"},
      {R"({"extra": {}})", "extra is empty; write null to have it not sent"},
      {R"({"extra": []})", "extra must be an object"},
      {R"({"extra": {"n": 1}})", "extra.n has a field of its own; it cannot stand under `extra`"},
      {R"({"extra": {"stream": true}})",
       "extra.stream has a field of its own; it cannot stand under `extra`"},
      {R"({"extra": {"a": 1}, "a": 2})", "extra.a is given twice: by itself and under `extra`"},
      {R"({"extra": {"z": 1}, "z": 2})", "z is given twice: by itself and under `extra`"},
  };
  for (const auto& [parameters, error] : cases) EXPECT_EQ(ErrorOf(parameters), error);
  for (const char* name : {"model", "messages", "stream", "stream_options", "allow_reset"}) {
    for (const char* value : {"null", "1", "{}"}) {
      const std::string error = ErrorOf(std::string("{\"") + name + "\":" + value + "}");
      EXPECT_EQ(error.find(std::string(name) + " is not a parameter: "), 0u) << error;
    }
  }
}

class CountingCodec final : public Codec {
 public:
  explicit CountingCodec(const v1::ChatRequest** seen) : seen_(seen) {}

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override {
    *seen_ = &request;
    return EncodedRequest{{.path = "/" + request.model(), .headers = {}, .body = request.ShortDebugString()},
                          {}};
  }
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override {
    return Encode(request);
  }
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse, const StreamContext&) const override {
    return nullptr;
  }
  Decoded Decode(const HttpResponse& response, const DecodeContext&) const override {
    v1::ChatResponse decoded;
    decoded.set_id(response.body);
    return decoded;
  }

 private:
  const v1::ChatRequest** const seen_;
};

TEST(OverridingCodecTest, TheCodecBehindEncodesTheRequestWithTheParametersSet) {
  const v1::ChatRequest* seen = nullptr;
  const auto codec =
      WithOverrides(std::make_unique<CountingCodec>(&seen), Overrides(R"({"temperature": 0.5})"));
  const auto request = Proto<v1::ChatRequest>(R"(model: "m" temperature: 2 seed: 3)");
  const auto encoded = codec->Encode(request);
  ASSERT_TRUE(encoded.ok());
  EXPECT_EQ(encoded->path, "/m");
  EXPECT_EQ(encoded->body, "model: \"m\" temperature: 0.5 seed: 3");
  EXPECT_EQ(codec->EncodeStream(request)->body, encoded->body);
  EXPECT_EQ(request.temperature(), 2) << "the next target gets what the caller said";
  HttpResponse response;
  response.body = "r-1";
  EXPECT_EQ(std::get<v1::ChatResponse>(codec->Decode(response, {})).id(), "r-1");
}

TEST(OverridingCodecTest, WithNothingToSetTheRequestIsNotCopied) {
  const v1::ChatRequest* seen = nullptr;
  const auto codec = WithOverrides(std::make_unique<CountingCodec>(&seen), ParameterOverrides());
  const v1::ChatRequest request;
  ASSERT_TRUE(codec->Encode(request).ok());
  EXPECT_EQ(seen, &request);
}

TEST(OverridingCodecTest, OpenAisBodySaysIt) {
  const auto codec =
      WithOverrides(MakeCodec(v1::API_OPENAI, {.base_path = "/v1", .model = "gpt-x"}),
                    Overrides(R"({"max_tokens": null, "max_completion_tokens": 64, "top_k": 40})"));
  const auto encoded = codec->Encode(
      Proto<v1::ChatRequest>(R"(model: "asked" max_tokens: 9 messages {role: ROLE_USER content: "hi"})"));
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_EQ(
      encoded->body,
      R"({"model":"gpt-x","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":64,"top_k":40})");
}

}  // namespace
}  // namespace spillway::providers
