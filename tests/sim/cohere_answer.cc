#include "tests/sim/cohere_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// What Cohere puts around a prompt, counts, and does not bill.
constexpr std::int64_t kPreambleTokens = 77;
constexpr std::int64_t kThinkingTokens = 12;

std::string_view ReasonOf(AnswerEnd end) {
  switch (end) {
    case AnswerEnd::kStopSequence:
      return "STOP_SEQUENCE";
    case AnswerEnd::kLength:
      return "MAX_TOKENS";
    case AnswerEnd::kToolCalls:
      return "TOOL_CALL";
    case AnswerEnd::kStop:
      break;
  }
  return "COMPLETE";
}

json::array CallsOf(const PlainChoice& choice, const std::string& seed) {
  json::array calls;
  for (const PlainCall& call : choice.calls) {
    const std::string id = absl::StrCat(call.name, "_", StableId(absl::StrCat(seed, ".", calls.size()), 12));
    json::object function{{"name", call.name}, {"arguments", json::serialize(call.arguments)}};
    calls.push_back(json::object{{"id", id}, {"type", "function"}, {"function", std::move(function)}});
  }
  return calls;
}

// Without content if there is none: when tools are called, for one.
json::object MessageOf(const PlainAnswer& answer, bool thinks) {
  const PlainChoice& choice = answer.choices.front();
  json::object message{{"role", "assistant"}};
  json::array content;
  if (thinks) content.push_back(json::object{{"type", "thinking"}, {"thinking", "This is simple enough."}});
  if (!choice.text.empty()) content.push_back(json::object{{"type", "text"}, {"text", choice.text}});
  if (!content.empty()) message["content"] = std::move(content);
  if (choice.calls.empty()) return message;
  message["tool_plan"] = "I will call " + choice.calls.front().name + ".";
  message["tool_calls"] = CallsOf(choice, answer.id);
  return message;
}

json::object UsageOf(const PlainAnswer& answer, bool thinks) {
  const std::int64_t thoughts = thinks ? kThinkingTokens : 0;
  json::object tokens{{"input_tokens", answer.prompt_tokens + kPreambleTokens},
                      {"output_tokens", answer.completion_tokens + thoughts}};
  if (thinks) tokens["reasoning_tokens"] = thoughts;
  return {{"billed_units",
           {{"input_tokens", answer.prompt_tokens}, {"output_tokens", answer.completion_tokens + thoughts}}},
          {"tokens", std::move(tokens)},
          {"cached_tokens", 0}};
}

}  // namespace

json::object OpenAiFormOfCohere(const json::object& request) {
  json::object chat = request;
  const json::array* tools = ArrayAt(request, "tools");
  if (tools == nullptr || tools->empty()) chat.erase("tools");
  const std::string choice = TextAt(request, "tool_choice");
  chat.erase("tool_choice");
  if (!choice.empty()) chat["tool_choice"] = choice == "NONE" ? "none" : "required";
  const json::object* format = ObjectAt(request, "response_format");
  const json::object* schema = format == nullptr ? nullptr : ObjectAt(*format, "json_schema");
  if (schema == nullptr && format != nullptr) schema = ObjectAt(*format, "schema");
  if (schema != nullptr) {
    json::object named{{"name", "answer"}, {"schema", *schema}};
    chat["response_format"] = json::object{{"type", "json_schema"}, {"json_schema", std::move(named)}};
  }
  chat.erase("logprobs");
  return chat;
}

bool CohereThinks(const json::object& request) {
  const json::object* thinking = ObjectAt(request, "thinking");
  return thinking != nullptr && TextAt(*thinking, "type") == "enabled";
}

json::object CohereAnswer(const PlainAnswer& answer, bool thinks) {
  return {{"id", StableUuid(answer.id)},
          {"message", MessageOf(answer, thinks)},
          {"finish_reason", JsonView(ReasonOf(answer.choices.front().end))},
          {"usage", UsageOf(answer, thinks)}};
}

json::object CohereBrokenAnswer(const std::string& id) {
  return {{"id", id},
          {"message", {{"role", "assistant"}}},
          {"finish_reason", "ERROR"},
          {"error", "the model failed to generate an answer"},
          {"usage", json::object()}};
}

}  // namespace spillway::sim
