#include "providers/duration_text.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"

namespace spillway::providers {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};

// Longer names first: "ms" must not be read as "m".
constexpr Unit kUnits[] = {
    {"milliseconds", 1e-3},
    {"millisecond", 1e-3},
    {"seconds", 1},
    {"second", 1},
    {"minutes", 60},
    {"minute", 60},
    {"hours", 3600},
    {"hour", 3600},
    {"days", 86400},
    {"day", 86400},
    {"secs", 1},
    {"sec", 1},
    {"mins", 60},
    {"min", 60},
    {"ms", 1e-3},
    {"us", 1e-6},
    {"\xC2\xB5s", 1e-6},
    {"\xCE\xBCs", 1e-6},
    {"ns", 1e-9},
    {"h", 3600},
    {"m", 60},
    {"s", 1},
    {"d", 86400},
};

// Takes digits and at most one point off the front; a point that ends the number ends a sentence.
std::optional<double> TakeNumber(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[size]))) ++size;
  if (size + 1 < text.size() && text[size] == '.' &&
      absl::ascii_isdigit(static_cast<unsigned char>(text[size + 1]))) {
    ++size;
    while (size < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[size]))) ++size;
  }
  if (size == 0) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, number);
  // Beyond a double: hundreds of digits before the point, or hundreds of zeros after it.
  if (error == std::errc::result_out_of_range && text.front() != '0') number = HUGE_VAL;
  text.remove_prefix(size);
  return number;
}

std::optional<double> TakeUnit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (text.substr(0, unit.name.size()) != unit.name) continue;
    text.remove_prefix(unit.name.size());
    return unit.seconds;
  }
  return std::nullopt;
}

// Takes one or more "<number><unit>" off the front, in seconds.
std::optional<double> TakeDuration(std::string_view& text) {
  double seconds = 0;
  bool any = false;
  while (true) {
    std::string_view rest = text;
    const auto number = TakeNumber(rest);
    if (!number) break;
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto unit = TakeUnit(rest);
    if (!unit) break;
    seconds += *number * *unit;
    any = true;
    text = rest;
  }
  return any ? std::optional<double>(seconds) : std::nullopt;
}

constexpr std::string_view kPhrases[] = {
    "try again in ",       "try again after ", "retry in ", "retry after ", "retry your request after ",
    "available again in ", "wait for ",        "reset in ", "resets in ",   "reset after "};

}  // namespace

std::optional<router::Duration> FromSeconds(double seconds) {
  if (std::isnan(seconds) || seconds < 0) return std::nullopt;
  const double longest = std::chrono::duration<double>(kLongestHint).count();
  if (seconds >= longest) return kLongestHint;
  return router::Duration(static_cast<router::Duration::rep>(std::llround(seconds * 1e9)));
}

std::optional<double> ParseDecimal(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::optional<router::Duration> ParseDurationText(std::string_view text) {
  const auto seconds = TakeDuration(text);
  if (!seconds || !text.empty()) return std::nullopt;
  return FromSeconds(*seconds);
}

std::optional<router::Duration> FindDurationHint(std::string_view sentence) {
  const std::string lower = absl::AsciiStrToLower(absl::string_view(sentence.data(), sentence.size()));
  for (const std::string_view phrase : kPhrases) {
    for (std::size_t at = lower.find(phrase); at != std::string::npos; at = lower.find(phrase, at + 1)) {
      std::string_view rest = std::string_view(lower).substr(at + phrase.size());
      if (const auto seconds = TakeDuration(rest)) return FromSeconds(*seconds);
    }
  }
  return std::nullopt;
}

}  // namespace spillway::providers
