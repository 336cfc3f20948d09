#include "tests/sim/anthropic_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::int64_t kThinkingTokens = 12;

json::array ContentOf(const PlainAnswer& answer, bool thinks) {
  const PlainChoice& choice = answer.choices.front();
  json::array content;
  if (thinks) {
    const std::string thought = absl::StrCat("What was asked in ", answer.id, " is simple enough.");
    content.push_back({{"type", "thinking"}, {"thinking", thought}, {"signature", SignatureOf(thought)}});
  }
  std::size_t number = 0;
  for (const PlainCall& call : choice.calls) {
    content.push_back({{"type", "tool_use"},
                       {"id", "toolu_01" + StableId(absl::StrCat(answer.id, ".", number++), 22)},
                       {"name", call.name},
                       {"input", call.arguments}});
  }
  if (!choice.text.empty()) content.push_back({{"type", "text"}, {"text", choice.text}});
  return content;
}

std::string_view ReasonOf(AnswerEnd end) {
  switch (end) {
    case AnswerEnd::kStopSequence:
      return "stop_sequence";
    case AnswerEnd::kLength:
      return "max_tokens";
    case AnswerEnd::kToolCalls:
      return "tool_use";
    case AnswerEnd::kStop:
      break;
  }
  return "end_turn";
}

}  // namespace

json::object AnthropicAnswer(const PlainAnswer& answer, bool thinks) {
  const PlainChoice& choice = answer.choices.front();
  const std::int64_t thought = thinks ? kThinkingTokens : 0;
  return {{"model", answer.model},
          {"id", "msg_01" + StableId(answer.id, 22)},
          {"type", "message"},
          {"role", "assistant"},
          {"content", ContentOf(answer, thinks)},
          {"stop_reason", JsonView(ReasonOf(choice.end))},
          {"stop_sequence", choice.stopped_by.empty() ? json::value() : json::value(choice.stopped_by)},
          {"stop_details", nullptr},
          {"usage",
           {{"input_tokens", answer.prompt_tokens},
            {"cache_creation_input_tokens", 0},
            {"cache_read_input_tokens", 0},
            {"cache_creation", {{"ephemeral_5m_input_tokens", 0}, {"ephemeral_1h_input_tokens", 0}}},
            {"output_tokens", answer.completion_tokens + thought},
            {"output_tokens_details", {{"thinking_tokens", thought}}},
            {"service_tier", "standard"}}}};
}

}  // namespace spillway::sim
