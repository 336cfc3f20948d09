#include "providers/json_writer.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace spillway::providers {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kHighs = 0x8080808080808080u;

// Whether any of eight bytes is zero.
constexpr bool AnyZero(std::uint64_t word) { return ((word - kOnes) & ~word & kHighs) != 0; }

// Whether any of eight bytes has to be escaped: a quote, a backslash or a control character.
constexpr bool AnySpecial(std::uint64_t word) {
  const bool control = ((word - kOnes * 0x20) & ~word & kHighs) != 0;
  return control || AnyZero(word ^ (kOnes * '"')) || AnyZero(word ^ (kOnes * '\\'));
}

bool IsSpecial(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

void AppendEscaped(unsigned char c, std::string& out) {
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += static_cast<char>(c);
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    case '\b':
      out += 'b';
      return;
    case '\f':
      out += 'f';
      return;
    default:
      constexpr char kHex[] = "0123456789abcdef";
      out += "u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

// Whether any of a block has to be escaped. Without a branch inside, so that compilers make vectors of it.
constexpr std::size_t kBlock = 32;
bool AnySpecialIn(const char* block) {
  unsigned char found = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto c = static_cast<unsigned char>(block[i]);
    found |= static_cast<unsigned char>((c < 0x20) | (c == '"') | (c == '\\'));
  }
  return found != 0;
}

std::uint64_t WordAt(std::string_view text, std::size_t at) {
  std::uint64_t word;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

// Where the next byte to escape stands, from `at` on; the end when there is none.
std::size_t NextSpecial(std::string_view text, std::size_t at) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  while (at + kBlock <= text.size() && !AnySpecialIn(text.data() + at)) at += kBlock;
  while (at + kWord <= text.size() && !AnySpecial(WordAt(text, at))) at += kWord;
  // The last bytes, together with some that have been looked at.
  const bool in_last_word = text.size() - at < kWord && text.size() >= kWord;
  if (in_last_word && !AnySpecial(WordAt(text, text.size() - kWord))) return text.size();
  while (at < text.size() && !IsSpecial(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

template <typename Number>
void AppendNumber(Number value, std::string& out) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

}  // namespace

void JsonWriter::String(std::string_view text) {
  Separate();
  out_ += '"';
  std::size_t at = 0;
  while (true) {
    const std::size_t special = NextSpecial(text, at);
    out_.append(text, at, special - at);
    if (special == text.size()) break;
    AppendEscaped(static_cast<unsigned char>(text[special]), out_);
    at = special + 1;
  }
  out_ += '"';
}

void JsonWriter::Int(std::int64_t value) {
  Separate();
  AppendNumber(value, out_);
}

bool JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return false;
  Separate();
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (value != std::trunc(value) || std::abs(value) >= 2 * kTwoTo63) {
    AppendNumber(value, out_);
  } else if (std::abs(value) < kTwoTo63) {
    AppendNumber(static_cast<std::int64_t>(value), out_);
  } else if (value > 0) {
    AppendNumber(static_cast<std::uint64_t>(value), out_);
  } else {
    AppendNumber(value, out_);
  }
  return true;
}

}  // namespace spillway::providers
