#include <memory>

#include "providers/codec.h"
#include "tests/fuzz/exchange_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/promises.h"

namespace spillway::fuzz {

void FuzzDecode(v1::Api api, std::string_view input) {
  const std::unique_ptr<const providers::Codec> codec = providers::MakeCodec(api, {.base_path = "/v1"});
  if (codec == nullptr) return;
  const HttpResponse response = ResponseWithBody(input);
  const providers::Decoded decoded = codec->Decode(response, {.now = kArrival});
  if (const auto* failed = std::get_if<router::FailedAttempt>(&decoded)) {
    CheckFailure(*failed, response);
    return;
  }
  Require(response.status / 100 == 2, "an answer has a good status");
  CheckAnswer(std::get<v1::ChatResponse>(decoded));
}

}  // namespace spillway::fuzz
