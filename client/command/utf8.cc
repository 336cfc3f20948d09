// The half of text.h that looks at bytes.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/command/text.h"

namespace spillway::client {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

// One code point of UTF-8 text: its bytes, and its number.
struct CodePoint {
  std::size_t length = 0;  // 0: no UTF-8 here.
  std::uint32_t value = 0;
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint DecodeAt(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return {};
  std::uint32_t value = lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(at + i) & 0x3F);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || surrogate || value > 0x10FFFF) return {};
  return {length, value};
}

// Control characters of both sets; what they do to a terminal is nobody's business but ours.
bool IsControl(std::uint32_t value) { return value < 0x20 || (value >= 0x7F && value < 0xA0); }

// Bidirectional overrides can make a line read other than it is.
bool IsDirectional(std::uint32_t value) {
  return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

// `text`, code point by code point, through `keep`.
template <typename Keep>
std::string Filter(std::string_view text, const Keep& keep) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    if (point.length == 0) {
      out += kReplacement;
      ++at;
      continue;
    }
    if (keep(point.value)) out += text.substr(at, point.length);
    at += point.length;
  }
  return out;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = DecodeAt(text, at);
    if (point.length == 0) return false;
    at += point.length;
  }
  return true;
}

std::string ToUtf8(std::string_view text) {
  return Filter(text, [](std::uint32_t) { return true; });
}

std::string Printable(std::string_view text) {
  return Filter(text, [](std::uint32_t value) {
    return value == '\n' || value == '\t' || !(IsControl(value) || IsDirectional(value));
  });
}

std::string OneLine(std::string_view text, std::size_t max_characters) {
  std::string line;
  for (char c : Printable(text)) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (space && (line.empty() || line.back() == ' ')) continue;
    line += space ? ' ' : c;
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  if (WidthOf(line) <= max_characters) return line;
  std::size_t end = 0;
  for (std::size_t count = 1; count < max_characters; ++count) end += DecodeAt(line, end).length;
  return line.substr(0, end) + "…";
}

std::size_t WidthOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace spillway::client
