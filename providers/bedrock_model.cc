#include "providers/bedrock_model.h"

#include <algorithm>
#include <array>

namespace spillway::providers {
namespace {

constexpr std::string_view kClaude = "anthropic.claude";
constexpr std::string_view kNova = "amazon.nova";
// Those that came before thinking and before caches.
constexpr std::array<std::string_view, 5> kFirstClaudes = {"claude-v2", "claude-instant", "claude-3-haiku",
                                                           "claude-3-sonnet", "claude-3-opus"};
constexpr std::string_view kClaude35 = "claude-3-5";

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// An ARN whose last step names no vendor: every model's name has a dot after it.
bool IsOpaque(std::string_view id) {
  return id.starts_with("arn:") && !Contains(id.substr(id.rfind('/') + 1), ".");
}

}  // namespace

BedrockModel BedrockModelOf(std::string_view id) {
  const bool opaque = IsOpaque(id);
  const bool first = std::any_of(kFirstClaudes.begin(), kFirstClaudes.end(),
                                 [id](std::string_view name) { return Contains(id, name); });
  const bool claude = Contains(id, kClaude) && !first;
  BedrockModel model;
  model.thinks = claude && !Contains(id, kClaude35);
  model.takes_signed_reasoning = model.thinks || opaque;
  model.takes_cache_points = claude || Contains(id, kNova) || opaque;
  model.wants_plain_call_ids = Contains(id, kClaude) || opaque;
  return model;
}

}  // namespace spillway::providers
