#include "providers/gemini_usage_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/token_count.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

struct Figures {
  std::int64_t prompt = 0;
  std::int64_t tool_prompt = 0;
  std::int64_t candidates = 0;
  std::int64_t thoughts = 0;
  std::int64_t cached = 0;
  std::optional<std::int64_t> total;
};

// Null for a member that is no figure of ours.
std::int64_t* FigureOf(std::string_view name, Figures& figures) {
  if (name == "promptTokenCount") return &figures.prompt;
  if (name == "toolUsePromptTokenCount") return &figures.tool_prompt;
  if (name == "candidatesTokenCount") return &figures.candidates;
  if (name == "thoughtsTokenCount") return &figures.thoughts;
  if (name == "cachedContentTokenCount") return &figures.cached;
  return name == "totalTokenCount" ? &figures.total.emplace(0) : nullptr;
}

void SetFigure(const char* name, std::int64_t figure, v1::Usage& out) {
  (*out.mutable_extra()->mutable_fields())[name].set_number_value(static_cast<double>(figure));
}

}  // namespace

void ReadGeminiUsage(const json::object& usage, v1::ChatResponse& response) {
  Figures figures;
  v1::Usage out;
  for (const auto& member : usage) {
    const std::string_view name = View(member.key());
    const auto text = AsText(member.value());
    const auto count = AsTokenCount(member.value());
    std::int64_t* figure = count ? FigureOf(name, figures) : nullptr;
    if (figure != nullptr) {
      *figure = *count;
    } else if (name == "serviceTier" && text) {
      response.set_service_tier(std::string(*text));
    } else {
      SetMember(name, member.value(), *out.mutable_extra());
    }
  }
  const std::int64_t prompt = figures.prompt + figures.tool_prompt;
  const std::int64_t completion = figures.candidates + figures.thoughts;
  out.set_prompt_tokens(prompt);
  out.set_completion_tokens(completion);
  out.set_total_tokens(prompt + completion);
  out.set_cached_tokens(figures.cached);
  out.set_reasoning_tokens(figures.thoughts);
  if (figures.tool_prompt > 0) SetFigure("toolUsePromptTokenCount", figures.tool_prompt, out);
  if (figures.total && *figures.total != prompt + completion)
    SetFigure("totalTokenCount", *figures.total, out);
  if (out.total_tokens() > 0 || response.usage().total_tokens() == 0) {
    *response.mutable_usage() = std::move(out);
  }
}

}  // namespace spillway::providers
