#include "providers/bedrock_thinking.h"

#include <algorithm>

#include "providers/bedrock_tool_writer.h"
#include "providers/reasoning_effort.h"
#include "providers/thinking_blocks.h"
#include "providers/token_limit.h"

namespace spillway::providers {
namespace {

constexpr std::int64_t kLeastBudget = 1024;

// Whether the latest turn of the assistant's called tools without saying what it thought.
bool CalledWithoutReasoning(const std::vector<Turn>& turns) {
  const auto latest = std::find_if(turns.rbegin(), turns.rend(), [](const Turn& t) { return t.assistant; });
  if (latest == turns.rend()) return false;
  const auto any = [&latest](auto has) {
    return std::any_of(latest->messages.begin(), latest->messages.end(),
                       [has](const PlacedMessage& placed) { return has(*placed.message); });
  };
  return any([](const v1::Message& message) { return message.tool_calls_size() > 0; }) &&
         !any([](const v1::Message& message) { return !ThinkingBlocksOf(message).empty(); });
}

}  // namespace

std::optional<BedrockThinking> PlanBedrockThinking(const v1::ChatRequest& request,
                                                   const std::vector<Turn>& turns, const BedrockModel& model,
                                                   FieldError& error) {
  const std::string& effort = request.reasoning_effort();
  if (effort.empty() || effort == "none") return BedrockThinking{};
  if (!model.thinks) return BedrockThinking{.dropped = true};
  const auto wanted = ReasoningBudget(effort);
  if (!wanted) {
    error.Unsupported("reasoning_effort", "is a word without a meaning for Claude");
    return std::nullopt;
  }
  const auto max_tokens = TokenLimitOf(request);
  const bool no_room = max_tokens && *max_tokens <= kLeastBudget;
  if (no_room || ForcesToolCall(request) || CalledWithoutReasoning(turns)) {
    return BedrockThinking{.dropped = true};
  }
  return BedrockThinking{.budget = max_tokens ? std::min(*wanted, *max_tokens - 1) : *wanted};
}

}  // namespace spillway::providers
