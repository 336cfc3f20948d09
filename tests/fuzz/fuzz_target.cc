#include "tests/fuzz/fuzz_target.h"

#include <string>

namespace spillway::fuzz {
namespace {

template <v1::Api kApi>
void DecodeOf(std::string_view input) {
  FuzzDecode(kApi, input);
}

template <v1::Api kApi>
void DecodeStreamOf(std::string_view input) {
  FuzzDecodeStream(kApi, input);
}

constexpr FuzzTarget kTargets[] = {
    {"decode_openai", DecodeOf<v1::API_OPENAI>},
    {"decode_azure_openai", DecodeOf<v1::API_AZURE_OPENAI>},
    {"decode_anthropic", DecodeOf<v1::API_ANTHROPIC>},
    {"decode_gemini", DecodeOf<v1::API_GEMINI>},
    {"decode_bedrock", DecodeOf<v1::API_BEDROCK>},
    {"decode_mistral", DecodeOf<v1::API_MISTRAL>},
    {"decode_cohere", DecodeOf<v1::API_COHERE>},
    {"decode_stream_openai", DecodeStreamOf<v1::API_OPENAI>},
    {"decode_stream_azure_openai", DecodeStreamOf<v1::API_AZURE_OPENAI>},
    {"decode_stream_anthropic", DecodeStreamOf<v1::API_ANTHROPIC>},
    {"decode_stream_gemini", DecodeStreamOf<v1::API_GEMINI>},
    {"decode_stream_bedrock", DecodeStreamOf<v1::API_BEDROCK>},
    {"decode_stream_mistral", DecodeStreamOf<v1::API_MISTRAL>},
    {"decode_stream_cohere", DecodeStreamOf<v1::API_COHERE>},
    {"encode", FuzzEncode},
    {"encode_openai_answer", FuzzEncodeOpenAiAnswer},
    {"request_reader", FuzzRequestReader},
    {"retry_hint", FuzzRetryHint},
    {"http_request", FuzzHttpRequest},
    {"config", FuzzConfig},
    {"wire_walk", FuzzWireWalk},
    {"json_values", FuzzJsonValues},
};

}  // namespace

std::span<const FuzzTarget> FuzzTargets() { return kTargets; }

void Require(bool holds, std::string_view promise) {
  if (!holds) throw BrokenPromise(std::string(promise));
}

}  // namespace spillway::fuzz
