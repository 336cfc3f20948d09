#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "providers/codec.h"
#include "spillway/v1/chat.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/promises.h"

namespace spillway::fuzz {
namespace {

using providers::Codec;
using providers::EncodedRequest;

// Of every API: a target with a model of its own, and one that keeps the caller's, which goes into the URL
// at some.
std::vector<std::unique_ptr<const Codec>> AllCodecs() {
  std::vector<std::unique_ptr<const Codec>> codecs;
  for (int api = v1::Api_MIN + 1; api <= v1::Api_MAX; ++api) {
    if (!v1::Api_IsValid(api)) continue;
    const providers::TargetSpec specs[] = {{.base_path = "/v1", .model = "model-1"},
                                           {.api_version = "2024-10-21"}};
    for (const providers::TargetSpec& spec : specs) {
      if (auto codec = providers::MakeCodec(static_cast<v1::Api>(api), spec)) {
        codecs.push_back(std::move(codec));
      }
    }
  }
  return codecs;
}

bool Same(const EncodedRequest& a, const EncodedRequest& b) {
  return a.path == b.path && a.headers == b.headers && a.body == b.body && a.dropped == b.dropped;
}

}  // namespace

void FuzzEncode(std::string_view input) {
  static const std::vector<std::unique_ptr<const Codec>> codecs = AllCodecs();
  // Two of them: maps keep their members in another order in each object.
  std::array<v1::ChatRequest, 2> requests;
  for (v1::ChatRequest& request : requests) {
    if (!request.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  }
  for (const auto& codec : codecs) {
    const absl::StatusOr<EncodedRequest> first = codec->Encode(requests[0]);
    const absl::StatusOr<EncodedRequest> second = codec->Encode(requests[1]);
    Require(first.ok() == second.ok(), "whether a request is refused does not depend on the order of maps");
    if (first.ok()) {
      CheckExchange(*first);
      Require(Same(*first, *second), "the same request is written as the same bytes");
    } else {
      CheckRefusal(first.status(), true);
    }
  }
}

}  // namespace spillway::fuzz
