#include "providers/cohere_usage_reader.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/token_count.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

struct Figures {
  std::optional<std::int64_t> input, output, reasoning, cached;
};

bool Take(std::optional<std::int64_t>& figure, const json::value& value) {
  const auto count = AsTokenCount(value);
  if (count) figure = count;
  return count.has_value();
}

// False: no such figure, or not one.
bool TakeNamed(std::string_view name, const json::value& value, Figures& figures) {
  if (name == "input_tokens") return Take(figures.input, value);
  if (name == "output_tokens") return Take(figures.output, value);
  if (name == "reasoning_tokens") return Take(figures.reasoning, value);
  return false;
}

void ReadTokens(const json::object& tokens, Figures& figures, v1::Usage& out) {
  google::protobuf::Struct rest;
  for (const auto& member : tokens) {
    const std::string_view name = View(member.key());
    if (!TakeNamed(name, member.value(), figures)) SetMember(name, member.value(), rest);
  }
  if (rest.fields().empty()) return;
  *(*out.mutable_extra()->mutable_fields())["tokens"].mutable_struct_value() = std::move(rest);
}

}  // namespace

void ReadCohereUsage(const json::object& usage, v1::Usage& out) {
  Figures figures;
  Figures billed;
  for (const auto& member : usage) {
    const std::string_view name = View(member.key());
    const json::object* object = member.value().if_object();
    if (name == "tokens" && object != nullptr) {
      ReadTokens(*object, figures, out);
      continue;
    }
    if (name == "cached_tokens" && Take(figures.cached, member.value())) continue;
    if (name == "billed_units" && object != nullptr) {
      for (const auto& unit : *object) TakeNamed(View(unit.key()), unit.value(), billed);
    }
    SetMember(name, member.value(), *out.mutable_extra());
  }
  const bool counted = figures.input || figures.output;
  const Figures& sums = counted ? figures : billed;
  out.set_prompt_tokens(sums.input.value_or(0));
  out.set_completion_tokens(sums.output.value_or(0));
  out.set_total_tokens(out.prompt_tokens() + out.completion_tokens());
  out.set_cached_tokens(figures.cached.value_or(0));
  out.set_reasoning_tokens(figures.reasoning.value_or(0));
}

}  // namespace spillway::providers
