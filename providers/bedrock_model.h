// What a model's id tells of what the model can do, where Bedrock answers the wrong guess with an error.
// Pure.
//
// Ids name the vendor and the model ("us.anthropic.claude-sonnet-4-20250514-v1:0"), ARNs end in one. The ARN
// of a profile or of provisioned throughput of one's own may name neither: then nothing is known.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_MODEL_H_
#define SPILLWAY_PROVIDERS_BEDROCK_MODEL_H_

#include <string_view>

namespace spillway::providers {

struct BedrockModel {
  // Takes a budget for thinking: Claude from 3.7 on. Only if the id says so.
  bool thinks = false;
  // May be given signed reasoning back: those, and whatever may be one of them.
  bool takes_signed_reasoning = false;
  // May be given cache points: Claude from 3.5 on, Nova, and whatever may be one of them. Others answer a
  // cache point with 403, which would read as if the credentials were bad.
  bool takes_cache_points = false;
  // Wants ids of calls without the dots and colons that Bedrock itself and Kimi's ids have in them: Claude,
  // and whatever may be one.
  bool wants_plain_call_ids = false;
};

BedrockModel BedrockModelOf(std::string_view id);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_MODEL_H_
