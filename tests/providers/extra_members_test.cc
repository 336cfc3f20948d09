#include "providers/extra_members.h"

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/util/json_util.h"
#include "providers/api_name.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

v1::ChatRequest WithExtra(const std::string& json) {
  v1::ChatRequest request;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, request.mutable_extra()).ok()) << json;
  return request;
}

// What is written for `api` into an object that has {"own":1} already, or the error.
std::string Written(const std::string& extra, v1::Api api, const std::string& reserved = "") {
  const v1::ChatRequest request = WithExtra(extra);
  std::string out;
  JsonWriter json(out);
  json.BeginObject();
  json.Key("own");
  json.Int(1);
  FieldError error;
  const std::string_view names[] = {reserved};
  if (!ExtraMembers(request, api).Write(names, {}, json, error)) {
    return std::string(error.ToStatus().message());
  }
  json.EndObject();
  return out;
}

TEST(ApiNameTest, EveryApiHasItsName) {
  EXPECT_EQ(NameOf(v1::API_OPENAI), "openai");
  EXPECT_EQ(NameOf(v1::API_AZURE_OPENAI), "azure_openai");
  EXPECT_EQ(NameOf(v1::API_ANTHROPIC), "anthropic");
  EXPECT_EQ(NameOf(v1::API_GEMINI), "gemini");
  EXPECT_EQ(NameOf(v1::API_BEDROCK), "bedrock");
  EXPECT_EQ(NameOf(v1::API_MISTRAL), "mistral");
  EXPECT_EQ(NameOf(v1::API_COHERE), "cohere");
  EXPECT_EQ(NameOf(v1::API_UNSPECIFIED), "");
  EXPECT_EQ(NameOf(static_cast<v1::Api>(99)), "");
  EXPECT_EQ(static_cast<int>(kApiNames.size()), v1::Api_descriptor()->value_count() - 1);
}

TEST(ExtraMembersTest, WhatHasNoScopeGoesEverywhere) {
  EXPECT_EQ(Written(R"({"top_k":5})", v1::API_COHERE), R"({"own":1,"top_k":5})");
}

TEST(ExtraMembersTest, WhatHasAScopeGoesToThatApiAlone) {
  constexpr char kExtra[] = R"({"anthropic":{"top_k":5},"gemini":{"x":true}})";
  EXPECT_EQ(Written(kExtra, v1::API_ANTHROPIC), R"({"own":1,"top_k":5})");
  EXPECT_EQ(Written(kExtra, v1::API_GEMINI), R"({"own":1,"x":true})");
  EXPECT_EQ(Written(kExtra, v1::API_COHERE), R"({"own":1})");
}

TEST(ExtraMembersTest, TheScopedOneWins) {
  EXPECT_EQ(Written(R"({"top_k":5,"anthropic":{"top_k":6}})", v1::API_ANTHROPIC), R"({"own":1,"top_k":6})");
  EXPECT_EQ(Written(R"({"top_k":5,"anthropic":{"top_k":6}})", v1::API_GEMINI), R"({"own":1,"top_k":5})");
}

TEST(ExtraMembersTest, WhatIsReservedIsRefusedByItsPath) {
  EXPECT_EQ(Written(R"({"messages":[]})", v1::API_COHERE, "messages"),
            "extra.messages has a field of its own");
  EXPECT_EQ(Written(R"({"cohere":{"messages":[]}})", v1::API_COHERE, "messages"),
            "extra.cohere.messages has a field of its own");
  EXPECT_EQ(Written(R"({"cohere":{"messages":[]}})", v1::API_GEMINI, "messages"), R"({"own":1})");
}

TEST(ExtraMembersTest, AnObjectInsideIsFoundInBothPlaces) {
  const v1::ChatRequest request =
      WithExtra(R"({"config":{"a":1,"b":2},"gemini":{"config":{"b":3}},"flat":7})");
  const ExtraMembers inner = ExtraMembers(request, v1::API_GEMINI).In("config");
  EXPECT_TRUE(inner.Has("a"));
  EXPECT_EQ(inner.Find("b")->number_value(), 3);
  EXPECT_FALSE(inner.Has("c"));
  EXPECT_TRUE(ExtraMembers(request, v1::API_GEMINI).In("flat").empty());
  EXPECT_TRUE(ExtraMembers(request, v1::API_GEMINI).In("absent").empty());
}

TEST(ExtraMembersTest, AnApisNameIsNoMember) {
  const v1::ChatRequest request = WithExtra(R"({"gemini":{"x":1}})");
  EXPECT_FALSE(ExtraMembers(request, v1::API_COHERE).Has("gemini"));
  EXPECT_TRUE(ExtraMembers(request, v1::API_GEMINI).Has("x"));
  EXPECT_TRUE(ExtraMembers(v1::ChatRequest(), v1::API_GEMINI).empty());
}

TEST(ExtraMembersTest, NamesOfFieldsAreRefused) {
  FieldError error;
  EXPECT_FALSE(CheckExtraNames(WithExtra(R"({"temperature":1})").extra(), error));
  EXPECT_EQ(error.ToStatus().message(), "extra.temperature has a field of its own");
  EXPECT_FALSE(CheckExtraNames(WithExtra(R"({"stream":true})").extra(), error));
  EXPECT_EQ(error.ToStatus().message(), "extra.stream is decided by the call");
  EXPECT_TRUE(CheckExtraNames(WithExtra(R"({"anthropic":{"temperature":1}})").extra(), error));
}

}  // namespace
}  // namespace spillway::providers
