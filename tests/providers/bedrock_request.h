// Requests to Bedrock, encoded and looked at as JSON.
#ifndef SPILLWAY_TESTS_PROVIDERS_BEDROCK_REQUEST_H_
#define SPILLWAY_TESTS_PROVIDERS_BEDROCK_REQUEST_H_

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {

inline constexpr char kClaude[] = "us.anthropic.claude-sonnet-4-20250514-v1:0";
inline constexpr char kLlama[] = "us.meta.llama3-3-70b-instruct-v1:0";
inline constexpr char kHelloToBedrock[] = R"(messages { role: ROLE_USER content: "hi" })";

inline absl::StatusOr<EncodedRequest> EncodeForBedrock(const v1::ChatRequest& request,
                                                       const std::string& model) {
  return MakeCodec(v1::API_BEDROCK, {.model = model})->Encode(request);
}

// `request` in text format.
inline EncodedRequest BedrockRequest(const std::string& request, const std::string& model = kClaude) {
  const auto encoded = EncodeForBedrock(Proto<v1::ChatRequest>(request), model);
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return encoded.ok() ? *encoded : EncodedRequest();
}

inline boost::json::value Json(std::string_view text) {
  return boost::json::parse({text.data(), text.size()});
}

inline boost::json::value BodyOf(const std::string& request, const std::string& model = kClaude) {
  const std::string body = BedrockRequest(request, model).body;
  return body.empty() ? boost::json::value() : Json(body);
}

// One member of the body; null when there is none.
inline boost::json::value MemberOf(const std::string& request, const char* name,
                                   const std::string& model = kClaude) {
  const boost::json::value body = BodyOf(request, model);
  const auto* member = body.is_object() ? body.get_object().if_contains(name) : nullptr;
  return member == nullptr ? boost::json::value() : *member;
}

inline std::vector<std::string_view> DroppedFrom(const std::string& request,
                                                 const std::string& model = kClaude) {
  return BedrockRequest(request, model).dropped;
}

// "UNIMPLEMENTED: n is more than …"
inline std::string FaultOf(const v1::ChatRequest& request, const std::string& model = kClaude) {
  return EncodeForBedrock(request, model).status().ToString();
}
inline std::string FaultOf(const std::string& request, const std::string& model = kClaude) {
  return FaultOf(Proto<v1::ChatRequest>(request), model);
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_BEDROCK_REQUEST_H_
