#include "tests/chaos/answer_check.h"

#include "absl/strings/str_cat.h"

namespace spillway::chaos {
namespace {

constexpr std::string_view kHeard = " heard: ";

// Of a stream that broke nobody says who served; any endpoint's answer may begin like this.
bool IsBeginning(std::string_view text, std::string_view prompt) {
  const std::size_t heard = text.find(kHeard);
  // Cut off before the prompt.
  if (heard == std::string_view::npos) return text.find("call ") == std::string_view::npos;
  return prompt.starts_with(text.substr(heard + kHeard.size()));
}

Verdict JudgeFailed(const Ending& ending) {
  if (!IsBeginning(ending.text, ending.prompt)) return Verdict::kWrong;
  const bool honestly = ending.may_break && ending.says_broken && !ending.text.empty();
  return honestly ? Verdict::kBroken : Verdict::kFailed;
}

}  // namespace

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kWhole:
      return "whole";
    case Verdict::kBroken:
      return "broken";
    case Verdict::kFailed:
      return "failed";
    case Verdict::kTruncated:
      return "truncated";
    case Verdict::kWrong:
      return "wrong";
  }
  return "";
}

Verdict Judge(const Ending& ending) {
  if (!ending.ok) return JudgeFailed(ending);
  const std::string whole = absl::StrCat(absl::string_view(ending.served_by.data(), ending.served_by.size()),
                                         absl::string_view(kHeard.data(), kHeard.size()),
                                         absl::string_view(ending.prompt.data(), ending.prompt.size()));
  if (ending.text == whole && ending.finish_reason == "stop") return Verdict::kWhole;
  return std::string_view(whole).starts_with(ending.text) ? Verdict::kTruncated : Verdict::kWrong;
}

std::string PromptOf(std::uint64_t call, int words) {
  std::string prompt = absl::StrCat("call ", call, ":");
  for (int word = 3; word <= words; ++word) absl::StrAppend(&prompt, " word", word);
  return prompt;
}

}  // namespace spillway::chaos
