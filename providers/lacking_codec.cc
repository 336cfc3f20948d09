#include "providers/lacking_codec.h"

#include <algorithm>
#include <utility>

#include "providers/field_error.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kProblem = "is more than this target's model can do, as its configuration says";

// Finds the first field that asks for something lacking.
class Guard {
 public:
  explicit Guard(const std::set<v1::Capability>& lacks) : lacks_(lacks) {}

  // False: the request asks for too much, as `error` says.
  bool Check(const v1::ChatRequest& request, FieldError& error) const {
    if (Lacks(v1::CAPABILITY_TOOLS) && !request.tools().empty()) return error.Unsupported("tools", kProblem);
    if (Lacks(v1::CAPABILITY_JSON_SCHEMA) && request.response_format().type() == "json_schema") {
      return error.Unsupported("response_format", kProblem);
    }
    if (Lacks(v1::CAPABILITY_N) && request.n() > 1) return error.Unsupported("n", kProblem);
    if (Lacks(v1::CAPABILITY_LOGPROBS) && request.logprobs()) return error.Unsupported("logprobs", kProblem);
    if (Lacks(v1::CAPABILITY_AUDIO) && SpeaksAloud(request)) return error.Unsupported("modalities", kProblem);
    for (int i = 0; i < request.messages_size(); ++i) {
      if (!Check(request.messages(i), error)) return error.In("messages", static_cast<std::size_t>(i));
    }
    return true;
  }

 private:
  bool Lacks(v1::Capability capability) const { return lacks_.contains(capability); }

  static bool SpeaksAloud(const v1::ChatRequest& request) {
    const auto& wanted = request.modalities();
    return std::find(wanted.begin(), wanted.end(), "audio") != wanted.end();
  }

  bool Check(const v1::Message& message, FieldError& error) const {
    if (Lacks(v1::CAPABILITY_TOOLS)) {
      if (!message.tool_calls().empty()) return error.Unsupported("tool_calls", kProblem);
      if (message.has_function_call()) return error.Unsupported("function_call", kProblem);
      const bool result = message.role() == v1::ROLE_TOOL || message.role() == v1::ROLE_FUNCTION;
      if (result) return error.Unsupported("role", kProblem);
    }
    for (int i = 0; i < message.parts_size(); ++i) {
      if (Lacks(CapabilityFor(message.parts(i)))) {
        error.Unsupported("", kProblem);
        return error.In("parts", static_cast<std::size_t>(i));
      }
    }
    return true;
  }

  static v1::Capability CapabilityFor(const v1::ContentPart& part) {
    switch (part.part_case()) {
      case v1::ContentPart::kImageUrl:
        return v1::CAPABILITY_IMAGES;
      case v1::ContentPart::kInputAudio:
        return v1::CAPABILITY_AUDIO;
      case v1::ContentPart::kFile:
        return v1::CAPABILITY_FILES;
      default:
        return v1::CAPABILITY_UNSPECIFIED;
    }
  }

  const std::set<v1::Capability>& lacks_;
};

class LackingCodec final : public Codec {
 public:
  LackingCodec(std::unique_ptr<const Codec> codec, std::set<v1::Capability> lacks)
      : codec_(std::move(codec)), lacks_(std::move(lacks)) {}

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override {
    FieldError error;
    if (!Guard(lacks_).Check(request, error)) return error.ToStatus();
    return codec_->Encode(request);
  }

  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override {
    FieldError error;
    if (!Guard(lacks_).Check(request, error)) return error.ToStatus();
    return codec_->EncodeStream(request);
  }

  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override {
    return codec_->Decode(response, context);
  }

  std::optional<router::FailedAttempt> DecodeInto(const HttpResponse& response, const DecodeContext& context,
                                                  v1::ChatResponse& out) const override {
    return codec_->DecodeInto(response, context, out);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override {
    return codec_->NewStreamDecoder(std::move(head), context);
  }

 private:
  const std::unique_ptr<const Codec> codec_;
  const std::set<v1::Capability> lacks_;
};

}  // namespace

std::unique_ptr<const Codec> WithoutCapabilities(std::unique_ptr<const Codec> codec,
                                                 std::set<v1::Capability> lacks) {
  lacks.erase(v1::CAPABILITY_UNSPECIFIED);
  if (lacks.empty()) return codec;
  return std::make_unique<LackingCodec>(std::move(codec), std::move(lacks));
}

}  // namespace spillway::providers
