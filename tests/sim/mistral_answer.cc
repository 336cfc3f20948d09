#include "tests/sim/mistral_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

json::array Text(std::string_view text) {
  json::array list;
  list.push_back(json::object{{"type", "text"}, {"text", JsonView(text)}});
  return list;
}

json::value ContentOf(const PlainChoice& choice, bool thinks) {
  if (!thinks) return json::value(choice.text);
  json::array content;
  content.push_back(
      json::object{{"type", "thinking"}, {"thinking", Text("This is simple enough.")}, {"closed", true}});
  if (!choice.text.empty()) content.push_back(Text(choice.text).front());
  return content;
}

json::value CallsOf(const PlainChoice& choice, const std::string& seed) {
  if (choice.calls.empty()) return nullptr;
  json::array calls;
  for (const PlainCall& call : choice.calls) {
    const std::size_t index = calls.size();
    json::object function{{"name", call.name}, {"arguments", json::serialize(call.arguments)}};
    calls.push_back(json::object{{"id", StableId(absl::StrCat(seed, ".", index), 9)},
                                 {"function", std::move(function)},
                                 {"index", index}});
  }
  return calls;
}

std::string_view ReasonOf(AnswerEnd end) {
  if (end == AnswerEnd::kLength) return "length";
  return end == AnswerEnd::kToolCalls ? "tool_calls" : "stop";
}

}  // namespace

json::object OpenAiFormOfMistral(const json::object& request) {
  json::object chat = request;
  const json::array* tools = ArrayAt(request, "tools");
  if (tools == nullptr || tools->empty()) {
    chat.erase("tools");
    chat.erase("tool_choice");
    return chat;
  }
  // Whoever asks for any call asks OpenAI for a required one.
  if (TextAt(request, "tool_choice") == "any") chat["tool_choice"] = "required";
  return chat;
}

bool MistralThinks(const json::object& request) {
  const std::string effort = TextAt(request, "reasoning_effort");
  return TextAt(request, "prompt_mode") == "reasoning" || (!effort.empty() && effort != "none");
}

json::object MistralAnswer(const PlainAnswer& answer, bool thinks) {
  json::array choices;
  for (const PlainChoice& choice : answer.choices) {
    const std::size_t index = choices.size();
    json::object message{{"role", "assistant"},
                         {"tool_calls", CallsOf(choice, absl::StrCat(answer.id, "/", index))},
                         {"content", ContentOf(choice, thinks)}};
    choices.push_back(json::object{{"index", index},
                                   {"finish_reason", JsonView(ReasonOf(choice.end))},
                                   {"message", std::move(message)}});
  }
  std::string id = StableUuid(answer.id);
  std::erase(id, '-');
  return {{"id", id},
          {"created", answer.created},
          {"model", answer.model},
          {"usage",
           {{"prompt_tokens", answer.prompt_tokens},
            {"total_tokens", answer.prompt_tokens + answer.completion_tokens},
            {"completion_tokens", answer.completion_tokens},
            {"prompt_tokens_details", {{"cached_tokens", 0}}}}},
          {"object", "chat.completion"},
          {"choices", std::move(choices)}};
}

}  // namespace spillway::sim
