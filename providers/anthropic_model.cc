#include "providers/anthropic_model.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace spillway::providers {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Takes the next word off the front: a run of letters and digits.
std::string_view NextWord(std::string_view& text) {
  const auto is_part = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); };
  const auto* begin = std::find_if(text.begin(), text.end(), is_part);
  const auto* end = std::find_if_not(begin, text.end(), is_part);
  const auto start = static_cast<std::size_t>(begin - text.begin());
  const std::string_view word = text.substr(start, static_cast<std::size_t>(end - begin));
  text.remove_prefix(start + word.size());
  return word;
}

// A part of a version. Longer runs of digits are dates. -1: it is none.
int Number(std::string_view word) {
  if (word.empty() || word.size() > 2 || !std::all_of(word.begin(), word.end(), IsDigit)) return -1;
  return word.size() == 1 ? word[0] - '0' : (word[0] - '0') * 10 + (word[1] - '0');
}

}  // namespace

AnthropicModel AnthropicModelOf(std::string_view name) {
  constexpr std::string_view kClaude = "claude-";
  const std::size_t claude = name.find(kClaude);
  if (claude == std::string_view::npos) return {};
  std::string_view rest = name.substr(claude + kClaude.size());
  bool always_thinks = false;
  int major = -1;
  while (major < 0 && !rest.empty()) {
    const std::string_view word = NextWord(rest);
    always_thinks = always_thinks || word == "fable" || word == "mythos";
    major = Number(word);
  }
  const int version = major * 100 + std::max(Number(NextWord(rest)), 0);
  return {.cannot_think = major >= 0 && version < 307,
          .one_sampler = version >= 401,
          .no_prefill = version >= 406,
          .adaptive = version >= 407,
          .thinks_unasked = version >= 500,
          .always_thinks = always_thinks && version >= 500};
}

}  // namespace spillway::providers
