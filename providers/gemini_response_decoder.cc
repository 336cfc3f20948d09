#include "providers/gemini_response_decoder.h"

#include <boost/json.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "providers/answer_body.h"
#include "providers/choice_end.h"
#include "providers/failed_response.h"
#include "providers/gemini_content_reader.h"
#include "providers/gemini_logprobs_reader.h"
#include "providers/gemini_usage_reader.h"
#include "providers/json_document.h"
#include "providers/redact.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using router::FailedAttempt;

// A finish reason in words. Numbers come only of asking for them ($alt=json;enum-encoding=int); the first
// five mean the same in all versions of the API.
std::string FinishWord(const json::value& reason) {
  if (const auto text = AsText(reason)) return std::string(*text);
  constexpr std::string_view kWords[] = {"", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER"};
  const auto number = AsWhole(reason);
  if (!number) return "";
  const bool known = *number >= 0 && *number < static_cast<std::int64_t>(std::size(kWords));
  return known ? std::string(kWords[*number]) : std::to_string(*number);
}

std::int32_t IndexOf(const json::value& value, int place) {
  const auto number = AsWhole(value);
  const bool fits = number && *number >= 0 && *number <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<std::int32_t>(*number) : place;
}

std::optional<ChoiceFault> ReadCandidate(const json::object& candidate, std::string_view call_seed,
                                         v1::Choice& choice) {
  choice.mutable_message()->set_role(v1::ROLE_ASSISTANT);
  std::string finish;
  for (const auto& member : candidate) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    if (name == "index") {
      choice.set_index(IndexOf(value, choice.index()));
    } else if (name == "finishReason") {
      finish = FinishWord(value);
    } else if (name == "content" && value.is_object()) {
      const std::string_view problem =
          ReadGeminiContent(value.get_object(), call_seed, *choice.mutable_message());
      if (!problem.empty()) return ChoiceFault{.problem = std::string(problem)};
    } else if (name == "logprobsResult" && value.is_object()) {
      ReadGeminiLogprobs(value.get_object(), *choice.mutable_logprobs());
    } else if (name == "content") {
      return ChoiceFault{.problem = "the content of a candidate is no object"};
    } else {
      SetMember(name, value, *choice.mutable_extra());
    }
  }
  return EndChoice(finish, choice);
}

std::int64_t SecondsOf(std::string_view time) {
  absl::Time parsed;
  if (!absl::ParseTime(absl::RFC3339_full, {time.data(), time.size()}, &parsed, nullptr)) return 0;
  return absl::ToUnixSeconds(parsed);
}

// False for a member that has no field, or is not of its type.
bool ReadMember(std::string_view name, const json::value& value, v1::ChatResponse& out) {
  if (name == "candidates") return true;
  if (name == "usageMetadata" && value.is_object()) {
    ReadGeminiUsage(value.get_object(), out);
    return true;
  }
  const auto text = AsText(value);
  if (!text) return false;
  if (name == "responseId") {
    out.set_id(std::string(*text));
  } else if (name == "modelVersion") {
    out.set_model(std::string(*text));
  } else if (const std::int64_t seconds = name == "createTime" ? SecondsOf(*text) : 0; seconds > 0) {
    out.set_created(seconds);
  } else {
    return false;
  }
  return true;
}

// For an answer without candidates: why the prompt was not answered. Where nothing tells why, but tokens were
// counted, the model was asked and broke down.
FailedAttempt Unanswered(const json::object& body, const HttpResponse& response) {
  const json::value* feedback = body.if_contains("promptFeedback");
  const auto told = [feedback](std::string_view name) {
    const json::value* value = feedback == nullptr ? nullptr : Member(*feedback, name);
    return value == nullptr ? std::string_view() : AsText(*value).value_or("");
  };
  const std::string_view word = told("blockReason");
  std::string problem = "the prompt was blocked";
  for (const std::string_view text : {word, told("blockReasonMessage")}) {
    if (!text.empty()) problem.append(": ").append(text);
  }
  if (word.empty() && told("blockReasonMessage").empty()) {
    const json::value* usage = body.if_contains("usageMetadata");
    const bool asked = usage != nullptr && usage->is_object();
    return FailedBy({.failure = asked ? router::Failure::kServerError : router::Failure::kMalformed,
                     .problem = "the answer has no candidates"},
                    response);
  }
  return FailedBy({.failure = router::Failure::kContentFilter,
                   .problem = SafeText(problem),
                   .provider_code = SafeText(word, kMaxProviderCode)},
                  response);
}

}  // namespace

Decoded DecodeGeminiResponse(const HttpResponse& response, const DecodeContext& context) {
  AnswerBody body(response, context);
  if (body.failed()) return body.TakeFailure();
  const json::value* candidates = body.object().if_contains("candidates");
  const json::array* list = candidates == nullptr ? nullptr : candidates->if_array();
  if (candidates != nullptr && !candidates->is_null() && list == nullptr) {
    return Unreadable(response, "the candidates are no list");
  }
  if (list == nullptr || list->empty()) return Unanswered(body.object(), response);
  v1::ChatResponse out;
  for (const auto& member : body.object()) {
    if (!ReadMember(View(member.key()), member.value(), out)) {
      SetMember(View(member.key()), member.value(), *out.mutable_extra());
    }
  }
  // What tells the calls of this answer from those of every other.
  const std::string seed = out.id().empty() ? response.body : out.id();
  for (const auto& element : *list) {
    const json::object* candidate = element.if_object();
    if (candidate == nullptr) return Unreadable(response, "a candidate is no object");
    v1::Choice& choice = *out.add_choices();
    choice.set_index(out.choices_size() - 1);
    auto fault = ReadCandidate(*candidate, absl::StrCat(seed, "/", choice.index()), choice);
    if (fault) return FailedBy(*std::move(fault), response);
  }
  return out;
}

}  // namespace spillway::providers
