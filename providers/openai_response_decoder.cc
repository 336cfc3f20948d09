#include "providers/openai_response_decoder.h"

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "providers/answer_body.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/openai_choice_reader.h"
#include "providers/openai_usage_reader.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// The members of the answer itself. False: no such field, or not of its type.
bool ReadMember(std::string_view name, const json::value& value, v1::ChatResponse& out) {
  const auto text = AsText(value);
  if (name == "id" && text) {
    out.set_id(std::string(*text));
  } else if (name == "model" && text) {
    out.set_model(std::string(*text));
  } else if (name == "created" && AsWhole(value)) {
    out.set_created(*AsWhole(value));
  } else if (name == "usage" && value.is_object()) {
    ReadOpenAiUsage(value.get_object(), *out.mutable_usage());
  } else if (name == "service_tier" && text) {
    out.set_service_tier(std::string(*text));
  } else if (name == "system_fingerprint" && text) {
    out.set_system_fingerprint(std::string(*text));
  } else {
    return name == "choices" || (name == "object" && text) ||
           (value.is_null() && (name == "id" || name == "model" || name == "created" || name == "usage" ||
                                name == "service_tier" || name == "system_fingerprint" || name == "object"));
  }
  return true;
}

// An error that came inside a choice (OpenRouter, when the provider behind it broke down).
bool ChoiceHasError(const json::value& choice) { return choice.is_object() && HasError(choice.get_object()); }

std::optional<ChoiceFault> ReadChoices(const json::array& choices, v1::ChatResponse& out) {
  for (const auto& choice : choices) {
    if (!choice.is_object()) return ChoiceFault{.problem = "a choice is no object"};
    v1::Choice& read = *out.add_choices();
    if (auto fault = ReadOpenAiChoice(choice.get_object(), out.choices_size() - 1, read)) return fault;
  }
  return std::nullopt;
}

// A call must have an id for its result to name. Some servers give none.
void NameCalls(std::string_view body, v1::ChatResponse& out) {
  const std::string_view answer = out.id().empty() ? body : std::string_view(out.id());
  std::uint64_t place = 0;
  for (v1::Choice& choice : *out.mutable_choices()) {
    for (v1::ToolCall& call : *choice.mutable_message()->mutable_tool_calls()) {
      if (call.id().empty()) call.set_id(MadeUpCallId(answer, place));
      ++place;
    }
  }
}

}  // namespace

Decoded DecodeOpenAiResponse(const HttpResponse& response, const DecodeContext& context) {
  v1::ChatResponse out;
  if (auto failed = ReadOpenAiResponse(response, context, out)) return *std::move(failed);
  return out;
}

std::optional<router::FailedAttempt> ReadOpenAiResponse(const HttpResponse& response,
                                                        const DecodeContext& context, v1::ChatResponse& out) {
  AnswerBody answer(response, context);
  if (answer.failed()) return answer.TakeFailure();
  const json::object* body = &answer.object();
  const json::value* list = body->if_contains("choices");
  const json::array* choices = list == nullptr ? nullptr : list->if_array();
  if (choices == nullptr || choices->empty()) {
    return ReportsError(*body) ? ReadFailure(response, context)
                               : Unreadable(response, "the answer holds no choices");
  }
  for (const auto& choice : *choices) {
    if (ChoiceHasError(choice)) return ReadFailureIn(choice, response, context);
  }
  if (auto fault = ReadChoices(*choices, out)) {
    out.Clear();
    return FailedBy(*std::move(fault), response);
  }
  for (const auto& member : *body) {
    const std::string_view name = View(member.key());
    if (!ReadMember(name, member.value(), out)) SetMember(name, member.value(), *out.mutable_extra());
  }
  NameCalls(response.body, out);
  return std::nullopt;
}

}  // namespace spillway::providers
