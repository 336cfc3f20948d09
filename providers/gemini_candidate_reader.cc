#include "providers/gemini_candidate_reader.h"

#include <iterator>
#include <limits>
#include <utility>

#include "providers/gemini_logprobs_reader.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/struct_merge.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using google::protobuf::Struct;

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

}  // namespace

std::int32_t GeminiCandidateIndex(const json::object& candidate, std::int32_t place) {
  const json::value* index = candidate.if_contains("index");
  const auto number = index == nullptr ? std::nullopt : AsWhole(*index);
  const bool fits = number && *number >= 0 && *number <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<std::int32_t>(*number) : place;
}

std::string_view GeminiCandidateReader::Read(const json::object& candidate, std::string_view call_seed,
                                             v1::Delta& out) {
  finish_word_.clear();
  for (const auto& member : candidate) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    if (name == "finishReason") {
      finish_word_ = FinishWord(value);
    } else if (name == "content" && value.is_object()) {
      const std::string_view problem = content_.Read(value.get_object(), call_seed, out);
      if (!problem.empty()) return problem;
    } else if (name == "logprobsResult" && value.is_object()) {
      ReadGeminiLogprobs(value.get_object(), *out.mutable_logprobs());
    } else if (name == "content") {
      return "the content of a candidate is no object";
    } else if (name != "index") {
      Keep(name, value);
    }
  }
  return {};
}

void GeminiCandidateReader::Keep(std::string_view name, const json::value& value) {
  const auto known = extra_.mutable_fields()->find(std::string(name));
  const bool merged = known != extra_.fields().end() && known->second.has_struct_value() && value.is_object();
  if (!merged) return SetMember(name, value, extra_);
  Struct& members = *known->second.mutable_struct_value();
  if (name != "citationMetadata") return ReadStruct(value.get_object(), members);
  Struct more;
  ReadStruct(value.get_object(), more);
  MergeStruct(std::move(more), members);
}

void GeminiCandidateReader::Finish(v1::Delta& out, v1::Finish& end) {
  content_.Finish(out);
  if (!extra_.fields().empty()) *end.mutable_extra() = std::move(extra_);
}

}  // namespace spillway::providers
