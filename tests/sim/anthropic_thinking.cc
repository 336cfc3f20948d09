// What thinking asks of the rest of a request.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/sim/anthropic_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

bool HasBlock(const json::array& blocks, std::string_view type) {
  for (const json::value& block : blocks) {
    if (TextAt(block.get_object(), "type") == type) return true;
  }
  return false;
}

AnthropicVerdict CheckBudget(const json::object& request, const json::object& thinking) {
  const std::optional<std::int64_t> budget = IntegerAt(thinking, "budget_tokens");
  if (!budget) return AnthropicMistake("thinking.enabled.budget_tokens", "Field required");
  if (*budget < 1024)
    return AnthropicMistake("thinking.enabled.budget_tokens",
                            "Input should be greater than or equal to 1024");
  if (*budget >= *IntegerAt(request, "max_tokens"))
    return AnthropicMistake("max_tokens", "`max_tokens` must be greater than `thinking.budget_tokens`.");
  return std::nullopt;
}

AnthropicVerdict CheckSampling(const json::object& request) {
  const json::value* temperature = Present(request, "temperature");
  if (temperature != nullptr && temperature->to_number<double>() != 1)
    return AnthropicMistake("temperature", "may only be set to 1 when thinking is enabled");
  const json::value* top_p = Present(request, "top_p");
  if (top_p != nullptr && top_p->to_number<double>() < 0.95)
    return AnthropicMistake("top_p", "must be greater than or equal to 0.95 when thinking is enabled");
  if (Present(request, "top_k") != nullptr)
    return AnthropicMistake("top_k", "must be unset when thinking is enabled");
  const json::object* choice = ObjectAt(request, "tool_choice");
  if (choice != nullptr && IsOneOf(TextAt(*choice, "type"), {"any", "tool"}))
    return AnthropicMistake("thinking", "Thinking may not be enabled when tool_choice forces tool use.");
  return std::nullopt;
}

// The last turn that called tools begins with the thoughts that led to the calls.
AnthropicVerdict CheckLastCalls(const json::object& request) {
  const json::array& messages = request.at("messages").get_array();
  if (TextAt(messages.back().get_object(), "role") == "assistant")
    return AnthropicMistake("messages", "pre-filling the assistant's answer is not possible with thinking");
  for (std::size_t i = messages.size(); i-- > 0;) {
    const json::array* blocks = ArrayAt(messages[i].get_object(), "content");
    if (blocks == nullptr || !HasBlock(*blocks, "tool_use")) continue;
    const std::string first = TextAt(blocks->front().get_object(), "type");
    if (IsOneOf(first, {"thinking", "redacted_thinking"})) return std::nullopt;
    return AnthropicMistake(absl::StrCat("messages.", i, ".content.0.type"),
                            absl::StrCat("Expected `thinking` or `redacted_thinking`, but found `", first,
                                         "`. A final `assistant` message must start with a thinking block."));
  }
  return std::nullopt;
}

}  // namespace

bool AnthropicThinks(const json::object& request) {
  const json::object* thinking = ObjectAt(request, "thinking");
  return thinking != nullptr && TextAt(*thinking, "type") != "disabled";
}

AnthropicVerdict CheckAnthropicThinking(const json::object& request) {
  const json::value* value = Present(request, "thinking");
  if (value == nullptr) return std::nullopt;
  const json::object* thinking = value->if_object();
  if (thinking == nullptr) return AnthropicMistake("thinking", "Input should be a valid dictionary");
  const std::string type = TextAt(*thinking, "type");
  if (!IsOneOf(type, {"enabled", "disabled", "adaptive"}))
    return AnthropicMistake("thinking.type", "Input should be 'enabled', 'disabled' or 'adaptive'");
  const auto unknown = type == "enabled"    ? UnknownMember(*thinking, {"type", "budget_tokens", "display"})
                       : type == "adaptive" ? UnknownMember(*thinking, {"type", "display"})
                                            : UnknownMember(*thinking, {"type"});
  if (unknown) return AnthropicMistake("thinking." + type + "." + *unknown, "Extra inputs are not permitted");
  if (type == "disabled") return std::nullopt;
  if (type == "enabled") {
    if (AnthropicVerdict mistake = CheckBudget(request, *thinking)) return mistake;
  }
  if (AnthropicVerdict mistake = CheckSampling(request)) return mistake;
  // Adaptive thinking may have had no thoughts.
  return type == "enabled" ? CheckLastCalls(request) : std::nullopt;
}

}  // namespace spillway::sim
