#include "tests/sim/gemini_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/gemini_signature.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::int64_t kThoughtTokens = 12;

// The first call is signed for all of them.
json::array CallParts(const PlainChoice& choice, const GeminiStyle& style, const std::string& seed) {
  json::array parts;
  for (const PlainCall& call : choice.calls) {
    json::object function{{"name", call.name}, {"args", call.arguments}};
    if (style.signs) function["id"] = StableId(absl::StrCat(seed, ".", parts.size()), 8);
    json::object part{{"functionCall", std::move(function)}};
    if (style.signs && parts.empty()) part["thoughtSignature"] = GeminiSignature(call.name, seed);
    parts.push_back(std::move(part));
  }
  return parts;
}

json::object CandidateOf(const PlainChoice& choice, const GeminiStyle& style, const std::string& seed) {
  json::array parts = CallParts(choice, style, seed);
  if (!choice.text.empty()) {
    json::object part{{"text", choice.text}};
    if (style.signs) part["thoughtSignature"] = GeminiSignature("", seed);
    parts.push_back(std::move(part));
  }
  if (style.shows_thoughts)
    parts.insert(parts.begin(), json::object{{"text", "This is simple enough."}, {"thought", true}});
  json::object content;
  if (!parts.empty()) content["parts"] = std::move(parts);
  content["role"] = "model";
  json::object candidate{{"content", std::move(content)},
                         {"finishReason", choice.end == AnswerEnd::kLength ? "MAX_TOKENS" : "STOP"}};
  if (!choice.calls.empty()) candidate["finishMessage"] = "Model generated function call(s).";
  return candidate;
}

json::array Modality(std::int64_t tokens) {
  json::array list;
  list.push_back(json::object{{"modality", "TEXT"}, {"tokenCount", tokens}});
  return list;
}

// Thoughts count beside the candidates, not among them.
json::object UsageOf(const PlainAnswer& answer, bool thought) {
  const std::int64_t thoughts = thought ? kThoughtTokens : 0;
  json::object usage{{"promptTokenCount", answer.prompt_tokens},
                     {"candidatesTokenCount", answer.completion_tokens},
                     {"totalTokenCount", answer.prompt_tokens + answer.completion_tokens + thoughts},
                     {"promptTokensDetails", Modality(answer.prompt_tokens)}};
  if (thought) usage["thoughtsTokenCount"] = thoughts;
  return usage;
}

}  // namespace

json::object GeminiAnswer(const PlainAnswer& answer, const GeminiStyle& style) {
  json::array candidates;
  for (const PlainChoice& choice : answer.choices) {
    const std::int64_t index = static_cast<std::int64_t>(candidates.size());
    json::object candidate = CandidateOf(choice, style, absl::StrCat(answer.id, "/", index));
    candidate["index"] = index;
    candidates.push_back(std::move(candidate));
  }
  return {{"candidates", std::move(candidates)},
          {"usageMetadata", UsageOf(answer, style.signs || style.shows_thoughts)},
          {"modelVersion", answer.model},
          {"responseId", StableId(answer.id, 22)}};
}

json::object GeminiBlocked(const std::string& model) {
  return {{"promptFeedback", {{"blockReason", "PROHIBITED_CONTENT"}}},
          {"usageMetadata", {{"promptTokenCount", 9}, {"totalTokenCount", 9}}},
          {"modelVersion", model},
          {"responseId", StableId(model, 22)}};
}

}  // namespace spillway::sim
