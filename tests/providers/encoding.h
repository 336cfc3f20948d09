// One request of a test encoded by a codec, and its body read as JSON.
#ifndef SPILLWAY_TESTS_PROVIDERS_ENCODING_H_
#define SPILLWAY_TESTS_PROVIDERS_ENCODING_H_

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {

class Encoding {
 public:
  Encoding(v1::Api api, std::string_view model) : codec_(MakeCodec(api, {.model = std::string(model)})) {}

  EncodedRequest Request(const std::string& text) const {
    auto encoded = codec_->Encode(Proto<v1::ChatRequest>(text));
    EXPECT_TRUE(encoded.ok()) << encoded.status() << "\n" << text;
    return encoded.ok() ? *std::move(encoded) : EncodedRequest();
  }

  boost::json::object Body(const std::string& text) const {
    const std::string body = Request(text).body;
    return body.empty() ? boost::json::object() : boost::json::parse(body).as_object();
  }

  // A member of the body; null when it is not there.
  boost::json::value Member(const std::string& text, std::string_view name) const {
    const boost::json::object body = Body(text);
    const auto* value = body.if_contains({name.data(), name.size()});
    return value == nullptr ? boost::json::value() : *value;
  }

  std::vector<std::string_view> Dropped(const std::string& text) const { return Request(text).dropped; }

  absl::Status ErrorOf(const std::string& text) const {
    return codec_->Encode(Proto<v1::ChatRequest>(text)).status();
  }

  // The sentence of an UNIMPLEMENTED; another code fails the test.
  std::string Unsupported(const std::string& text) const {
    return Message(text, absl::StatusCode::kUnimplemented);
  }
  // The same for INVALID_ARGUMENT.
  std::string Invalid(const std::string& text) const {
    return Message(text, absl::StatusCode::kInvalidArgument);
  }

 private:
  std::string Message(const std::string& text, absl::StatusCode code) const {
    const absl::Status status = ErrorOf(text);
    EXPECT_EQ(status.code(), code) << status << "\n" << text;
    return std::string(status.message());
  }

  std::unique_ptr<const Codec> codec_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_ENCODING_H_
