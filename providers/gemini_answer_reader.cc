#include "providers/gemini_answer_reader.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "providers/gemini_usage_reader.h"
#include "providers/json_document.h"
#include "providers/redact.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

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

}  // namespace

void ReadGeminiAnswer(const json::object& body, v1::ChatResponse& out) {
  for (const auto& member : body) {
    if (ReadMember(View(member.key()), member.value(), out)) continue;
    SetMember(View(member.key()), member.value(), *out.mutable_extra());
  }
}

std::optional<ChoiceFault> GeminiBlock(const json::object& body) {
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
  if (word.empty() && told("blockReasonMessage").empty()) return std::nullopt;
  return ChoiceFault{.failure = router::Failure::kContentFilter,
                     .problem = SafeText(problem),
                     .provider_code = SafeText(word, kMaxProviderCode)};
}

ChoiceFault GeminiSilence(const v1::ChatResponse& answer) {
  return {.failure = answer.has_usage() ? router::Failure::kServerError : router::Failure::kMalformed,
          .problem = "the answer has no candidates"};
}

}  // namespace spillway::providers
