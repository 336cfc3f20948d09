#include "providers/gemini_logprobs_reader.h"

#include <string>
#include <string_view>

#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// Each reader is true when `out` says all that was there.

bool ReadToken(const json::value& token, v1::TokenLogprob& out) {
  const json::object* object = token.if_object();
  if (object == nullptr) return false;
  bool complete = true;
  for (const auto& member : *object) {
    const auto text = AsText(member.value());
    const auto number = AsDouble(member.value());
    if (View(member.key()) == "token" && text) {
      out.set_token(std::string(*text));
    } else if (View(member.key()) == "logProbability" && number) {
      out.set_logprob(*number);
    } else {
      complete = false;
    }
  }
  return complete;
}

bool ReadChosen(const json::value& chosen, v1::Logprobs& out) {
  const json::array* list = chosen.if_array();
  if (list == nullptr) return false;
  bool complete = true;
  for (const auto& token : *list) complete = ReadToken(token, *out.add_content()) && complete;
  return complete;
}

bool ReadAlternatives(const json::value& alternatives, v1::TokenLogprob& out) {
  const json::value* candidates = Member(alternatives, "candidates");
  const json::array* list = candidates == nullptr ? nullptr : candidates->if_array();
  if (list == nullptr) return false;
  bool complete = alternatives.get_object().size() == 1;
  for (const auto& token : *list) complete = ReadToken(token, *out.add_top_logprobs()) && complete;
  return complete;
}

bool ReadTop(const json::value& top, v1::Logprobs& out) {
  const json::array* list = top.if_array();
  if (list == nullptr) return false;
  bool complete = true;
  int place = 0;
  for (const auto& alternatives : *list) {
    complete =
        place < out.content_size() && ReadAlternatives(alternatives, *out.mutable_content(place)) && complete;
    ++place;
  }
  return complete;
}

}  // namespace

void ReadGeminiLogprobs(const json::object& result, v1::Logprobs& out) {
  const json::value* chosen = result.if_contains("chosenCandidates");
  if (chosen != nullptr && !ReadChosen(*chosen, out))
    SetMember("chosenCandidates", *chosen, *out.mutable_extra());
  const json::value* top = result.if_contains("topCandidates");
  if (top != nullptr && !ReadTop(*top, out)) SetMember("topCandidates", *top, *out.mutable_extra());
  for (const auto& member : result) {
    const std::string_view name = View(member.key());
    if (name == "chosenCandidates" || name == "topCandidates") continue;
    SetMember(name, member.value(), *out.mutable_extra());
  }
}

}  // namespace spillway::providers
