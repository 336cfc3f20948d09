#include "tests/sim/bedrock_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

json::object Thought(const std::string& id) {
  const std::string thought = absl::StrCat("What was asked in ", id, " is simple enough.");
  json::object text{{"text", thought}, {"signature", SignatureOf(thought)}};
  return {{"reasoningContent", json::object{{"reasoningText", std::move(text)}}}};
}

json::array ContentOf(const PlainAnswer& answer, bool thinks) {
  const PlainChoice& choice = answer.choices.front();
  json::array content;
  if (thinks) content.push_back(Thought(answer.id));
  if (!choice.text.empty()) content.push_back(json::object{{"text", choice.text}});
  std::size_t number = 0;
  for (const PlainCall& call : choice.calls) {
    json::object use{{"input", call.arguments},
                     {"name", call.name},
                     {"toolUseId", "tooluse_" + StableId(absl::StrCat(answer.id, ".", number++), 22)}};
    content.push_back(json::object{{"toolUse", std::move(use)}});
  }
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

json::object Converse(json::array content, std::string_view reason, std::int64_t in, std::int64_t out) {
  return {{"metrics", {{"latencyMs", 1}}},
          {"output", {{"message", {{"content", std::move(content)}, {"role", "assistant"}}}}},
          {"stopReason", JsonView(reason)},
          {"usage", {{"inputTokens", in}, {"outputTokens", out}, {"totalTokens", in + out}}}};
}

}  // namespace

bool BedrockThinks(const json::object& request) {
  const json::object* fields = ObjectAt(request, "additionalModelRequestFields");
  const json::object* thinking = fields == nullptr ? nullptr : ObjectAt(*fields, "thinking");
  return thinking != nullptr && IsOneOf(TextAt(*thinking, "type"), {"enabled", "adaptive"});
}

json::object BedrockAnswer(const PlainAnswer& answer, bool thinks) {
  return Converse(ContentOf(answer, thinks), ReasonOf(answer.choices.front().end), answer.prompt_tokens,
                  answer.completion_tokens);
}

json::object BedrockIntervention() {
  json::array content;
  content.push_back(json::object{{"text", "The guardrail has blocked this."}});
  return Converse(std::move(content), "guardrail_intervened", 9, 0);
}

}  // namespace spillway::sim
