// Calls and responses across contents, and the signatures of the loop that is going on.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/gemini_signature.h"
#include "tests/sim/gemini_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// The members called `kind` of a content's parts, in order.
std::vector<const json::object*> Functions(const json::value& content, std::string_view kind) {
  std::vector<const json::object*> functions;
  for (const json::value& part : content.at("parts").as_array()) {
    if (const json::object* function = ObjectAt(part.get_object(), kind)) functions.push_back(function);
  }
  return functions;
}

bool Answers(const json::object& response, const json::object& call) {
  const std::string asked = TextAt(call, "id");
  const std::string answered = TextAt(response, "id");
  const bool same_id = asked.empty() || answered.empty() || asked == answered;
  return same_id && TextAt(response, "name") == TextAt(call, "name");
}

GeminiVerdict CheckResponses(std::vector<const json::object*> calls,
                             const std::vector<const json::object*>& responses) {
  if (responses.size() != calls.size())
    return GeminiMistake(
        "Please ensure that the number of function response parts is equal to the number of "
        "function call parts of the function call turn.");
  for (const json::object* response : responses) {
    const auto call = std::find_if(calls.begin(), calls.end(), [&](const json::object* candidate) {
      return Answers(*response, *candidate);
    });
    if (call == calls.end())
      return GeminiMistake(absl::StrCat("The function response '", TextAt(*response, "name"),
                                        "' does not match a function call of the turn before."));
    calls.erase(call);
  }
  return std::nullopt;
}

GeminiVerdict CheckPairing(const json::array& contents) {
  std::vector<const json::object*> open;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (GeminiVerdict mistake = CheckResponses(open, Functions(contents[i], "functionResponse")))
      return mistake;
    open = Functions(contents[i], "functionCall");
    if (open.empty() || (i > 0 && TextAt(contents[i - 1].get_object(), "role") != "model")) continue;
    return GeminiMistake(
        "Please ensure that function call turn comes immediately after a user turn or after a "
        "function response turn.");
  }
  if (open.empty()) return std::nullopt;
  return GeminiMistake("Please ensure that the last function call turn is followed by its responses.");
}

// The first content after the last thing a user said: what comes before needs no signatures.
std::size_t LoopBegin(const json::array& contents) {
  for (std::size_t i = contents.size(); i-- > 0;) {
    const bool user = TextAt(contents[i].get_object(), "role") != "model";
    if (user && Functions(contents[i], "functionResponse").empty()) return i + 1;
  }
  return 0;
}

GeminiVerdict CheckSignatures(const json::value& content, std::size_t index, bool in_loop) {
  bool first_call = true;
  for (const json::value& value : content.at("parts").as_array()) {
    const json::object& part = value.get_object();
    const json::object* call = ObjectAt(part, "functionCall");
    const std::string name = call == nullptr ? "" : TextAt(*call, "name");
    const std::string signature = TextAt(part, "thoughtSignature");
    if (!signature.empty() && !IsGeminiSignature(signature, name))
      return GeminiMistake("Corrupted thought signature.");
    if (call == nullptr) continue;
    if (first_call && in_loop && signature.empty())
      return GeminiMistake(
          absl::StrCat("Function call is missing a thought_signature in functionCall parts. "
                       "This is required for tools to work correctly. Additional data, "
                       "function call `",
                       name, "`, position ", index + 1, "."));
    first_call = false;
  }
  return std::nullopt;
}

}  // namespace

GeminiVerdict CheckGeminiLoop(const json::object& request, std::string_view model) {
  const json::array& contents = request.at("contents").as_array();
  if (GeminiVerdict mistake = CheckPairing(contents)) return mistake;
  if (!GeminiSigns(model)) return std::nullopt;
  const std::size_t begin = LoopBegin(contents);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (GeminiVerdict mistake = CheckSignatures(contents[i], i, i >= begin)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
