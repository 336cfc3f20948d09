#include "providers/openai_usage_reader.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// Far beyond any count of tokens, and far from where sums overflow.
constexpr std::int64_t kMostTokens = std::int64_t{1} << 53;

std::optional<std::int64_t> Count(const json::value& value, std::int64_t most = kMostTokens) {
  const auto number = AsWhole(value);
  if (!number || *number < 0 || *number > most) return std::nullopt;
  return number;
}

struct Figures {
  std::optional<std::int64_t> prompt, completion, total, cached, reasoning;
};

// Keeps the first figure of each kind.
bool Take(std::optional<std::int64_t>& figure, const json::value& value) {
  if (figure) return false;
  figure = Count(value);
  return figure.has_value();
}

// `prompt_tokens_details` and `completion_tokens_details`: one member is ours, the rest is `extra`.
void ReadDetails(std::string_view name, const json::object& details, std::string_view ours,
                 std::optional<std::int64_t>& figure, v1::Usage& out) {
  google::protobuf::Struct* rest = nullptr;
  for (const auto& member : details) {
    if (View(member.key()) == ours && (member.value().is_null() || Take(figure, member.value()))) continue;
    if (rest == nullptr) {
      rest = (*out.mutable_extra()->mutable_fields())[std::string(name)].mutable_struct_value();
    }
    SetMember(View(member.key()), member.value(), *rest);
  }
}

// The three sums, and the details that say what is part of them.
bool ReadMember(std::string_view name, const json::value& value, Figures& figures, v1::Usage& out) {
  if (name == "prompt_tokens" || name == "input_tokens") return Take(figures.prompt, value);
  if (name == "completion_tokens" || name == "output_tokens") return Take(figures.completion, value);
  if (name == "total_tokens") {
    // The sum of two.
    if (!figures.total) figures.total = Count(value, 2 * kMostTokens);
    return figures.total.has_value();
  }
  const bool input = name == "prompt_tokens_details" || name == "input_tokens_details";
  if (!input && name != "completion_tokens_details" && name != "output_tokens_details") return false;
  const json::object* details = value.if_object();
  if (details == nullptr) return value.is_null();
  if (input) {
    ReadDetails(name, *details, "cached_tokens", figures.cached, out);
  } else {
    ReadDetails(name, *details, "reasoning_tokens", figures.reasoning, out);
  }
  return true;
}

// Figures that some providers give outside the details. Asked after all of those: where both
// exist, the detail is ours and this one is `extra`.
bool ReadFlatMember(std::string_view name, const json::value& value, Figures& figures) {
  if (name == "cached_tokens" || name == "prompt_cache_hit_tokens") return Take(figures.cached, value);
  if (name == "reasoning_tokens") return Take(figures.reasoning, value);
  return false;
}

}  // namespace

void ReadOpenAiUsage(const json::object& usage, v1::Usage& out) {
  Figures figures;
  absl::InlinedVector<const json::key_value_pair*, 8> others;
  for (const auto& member : usage) {
    if (!ReadMember(View(member.key()), member.value(), figures, out)) others.push_back(&member);
  }
  for (const auto* member : others) {
    const std::string_view name = View(member->key());
    if (!ReadFlatMember(name, member->value(), figures)) {
      SetMember(name, member->value(), *out.mutable_extra());
    }
  }
  const std::int64_t prompt = figures.prompt.value_or(0);
  const std::int64_t reasoning = figures.reasoning.value_or(0);
  std::int64_t completion = figures.completion.value_or(0);
  const bool beside = reasoning > 0 && figures.total == prompt + completion + reasoning;
  if (beside && completion + reasoning <= kMostTokens) completion += reasoning;
  out.set_prompt_tokens(prompt);
  out.set_completion_tokens(completion);
  out.set_total_tokens(prompt + completion);
  out.set_cached_tokens(figures.cached.value_or(0));
  out.set_reasoning_tokens(reasoning);
  const auto sum = static_cast<double>(prompt + completion);
  if (figures.total && static_cast<double>(*figures.total) != sum) {
    (*out.mutable_extra()->mutable_fields())["total_tokens"].set_number_value(
        static_cast<double>(*figures.total));
  }
}

}  // namespace spillway::providers
