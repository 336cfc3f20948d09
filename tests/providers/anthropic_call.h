// Calls in OpenAI's words, and what Anthropic's codec makes of them: for its tests.
#ifndef SPILLWAY_TESTS_PROVIDERS_ANTHROPIC_CALL_H_
#define SPILLWAY_TESTS_PROVIDERS_ANTHROPIC_CALL_H_

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/codec.h"
#include "providers/openai_request_decoder.h"

namespace spillway::providers {

inline constexpr std::string_view kHello = R"([{"role":"user","content":"hi"}])";

// A request with the list `messages` and the members `rest`, in OpenAI's JSON; quotes are ' for brevity.
inline v1::ChatRequest Asked(std::string rest, std::string messages = std::string(kHello)) {
  for (std::string* text : {&rest, &messages}) {
    for (char& c : *text) c = c == '\'' ? '"' : c;
  }
  const auto read =
      DecodeOpenAiRequest(R"({"messages":)" + messages + (rest.empty() ? "" : ",") + rest + "}");
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? read->request : v1::ChatRequest();
}

inline TargetSpec ModelSpec(std::string model) {
  TargetSpec spec;
  spec.model = std::move(model);
  return spec;
}

inline EncodedRequest Encoded(const v1::ChatRequest& request, TargetSpec spec = ModelSpec("m")) {
  const auto encoded = MakeCodec(v1::API_ANTHROPIC, std::move(spec))->Encode(request);
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return encoded.ok() ? *encoded : EncodedRequest();
}

inline absl::Status Refusal(const v1::ChatRequest& request, TargetSpec spec = ModelSpec("m")) {
  return MakeCodec(v1::API_ANTHROPIC, std::move(spec))->Encode(request).status();
}

inline boost::json::value Json(std::string text) {
  for (char& c : text) c = c == '\'' ? '"' : c;
  boost::system::error_code error;
  auto value = boost::json::parse(text, error);
  EXPECT_FALSE(error) << text;
  return value;
}

// The member `name` of a body as text; "" when there is none.
inline std::string MemberOf(const EncodedRequest& encoded, const char* name) {
  boost::system::error_code error;
  const auto body = boost::json::parse(encoded.body, error);
  EXPECT_FALSE(error) << encoded.body;
  const auto* value = body.is_object() ? body.get_object().if_contains(name) : nullptr;
  if (value == nullptr) return "";
  std::string text = boost::json::serialize(*value);
  for (char& c : text) c = c == '"' ? '\'' : c;
  return text;
}

// The messages sent for these.
inline std::string MessagesSent(const std::string& messages, std::string rest = "") {
  return MemberOf(Encoded(Asked(std::move(rest), messages)), "messages");
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_ANTHROPIC_CALL_H_
