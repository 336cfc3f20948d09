#include "tests/sim/plain_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

PlainCall CallOf(const json::object& function) {
  json::value arguments = json::parse(JsonView(TextAt(function, "arguments")));
  // A schema of another kind has a sample of another kind; arguments are an object all the same.
  return {TextAt(function, "name"), arguments.is_object() ? arguments.get_object() : json::object()};
}

void StopAtFirst(const std::vector<std::string>& stops, PlainChoice& choice) {
  std::size_t first = std::string::npos;
  for (const std::string& stop : stops) {
    const std::size_t at = choice.text.find(stop);
    if (at >= first) continue;
    first = at;
    choice.stopped_by = stop;
  }
  if (first == std::string::npos) return;
  choice.text.resize(first);
  choice.end = AnswerEnd::kStopSequence;
}

PlainChoice ChoiceOf(const json::object& object, const std::vector<std::string>& stops) {
  PlainChoice choice;
  const json::object& message = object.at("message").as_object();
  choice.text = TextAt(message, "content");
  if (TextAt(object, "finish_reason") == "length") choice.end = AnswerEnd::kLength;
  if (const json::array* calls = ArrayAt(message, "tool_calls")) {
    for (const json::value& call : *calls)
      choice.calls.push_back(CallOf(call.as_object().at("function").as_object()));
    // OpenAI says "stop" of a call it was told to make; nobody else does.
    choice.end = AnswerEnd::kToolCalls;
  }
  StopAtFirst(stops, choice);
  return choice;
}

}  // namespace

PlainAnswer PlainAnswerOf(const json::object& completion, const std::vector<std::string>& stops) {
  const json::object& usage = completion.at("usage").as_object();
  PlainAnswer answer{.id = TextAt(completion, "id"),
                     .model = TextAt(completion, "model"),
                     .created = completion.at("created").as_int64(),
                     .prompt_tokens = usage.at("prompt_tokens").as_int64(),
                     .completion_tokens = usage.at("completion_tokens").as_int64()};
  for (const json::value& choice : completion.at("choices").as_array()) {
    answer.choices.push_back(ChoiceOf(choice.as_object(), stops));
  }
  return answer;
}

}  // namespace spillway::sim
