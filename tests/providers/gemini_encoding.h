// Requests for Gemini's tests, written in OpenAI's JSON, and what the codec makes of them.
#ifndef SPILLWAY_TESTS_PROVIDERS_GEMINI_ENCODING_H_
#define SPILLWAY_TESTS_PROVIDERS_GEMINI_ENCODING_H_

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "providers/codec.h"
#include "providers/openai_request_decoder.h"

namespace spillway::providers {

inline constexpr char kVertexBase[] = "/v1/projects/p/locations/l";

inline absl::StatusOr<EncodedRequest> EncodeForGemini(const std::string& body, TargetSpec spec) {
  auto request = DecodeOpenAiRequest(body);
  EXPECT_TRUE(request.ok()) << request.status() << body;
  if (!request.ok()) return request.status();
  return MakeCodec(v1::API_GEMINI, std::move(spec))->Encode(request->request);
}

// The request with "messages" and the `members` given.
inline std::string Asking(const std::string& members) {
  return R"({"messages":[{"role":"user","content":"hi"}])" + (members.empty() ? "" : "," + members) + "}";
}

inline EncodedRequest GeminiRequestFor(const std::string& body,
                                       TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  const auto encoded = EncodeForGemini(body, std::move(spec));
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return encoded.ok() ? *encoded : EncodedRequest{{.body = "{}"}, {}};
}

inline boost::json::object BodyFor(const std::string& body, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return boost::json::parse(GeminiRequestFor(body, std::move(spec)).body).as_object();
}

inline boost::json::value Json(const std::string& text) { return boost::json::parse(text); }

// UNIMPLEMENTED with this text: another target may do it.
inline void ExpectRefused(const std::string& body, const std::string& text,
                          TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  const auto status = EncodeForGemini(body, std::move(spec)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << body;
  EXPECT_EQ(std::string(status.message()), text) << body;
}

// INVALID_ARGUMENT with this text: no target could.
inline void ExpectInvalid(const std::string& body, const std::string& text) {
  const auto status = EncodeForGemini(body, {.model = "gemini-2.5-flash"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << body;
  EXPECT_EQ(std::string(status.message()), text) << body;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_GEMINI_ENCODING_H_
