// The one bound on generated tokens, for the APIs that have one word for OpenAI's two. Pure.
#ifndef SPILLWAY_PROVIDERS_TOKEN_LIMIT_H_
#define SPILLWAY_PROVIDERS_TOKEN_LIMIT_H_

#include <cstdint>
#include <optional>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// The newer name goes before the older. Nothing when the caller set none.
inline std::optional<std::int64_t> TokenLimitOf(const v1::ChatRequest& request) {
  if (request.has_max_completion_tokens()) return request.max_completion_tokens();
  if (request.has_max_tokens()) return request.max_tokens();
  return std::nullopt;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_TOKEN_LIMIT_H_
