// The character classes of RFC 9110, and comparison without regard to case. Pure.
#ifndef SPILLWAY_SERVER_HTTP_HTTP_TEXT_H_
#define SPILLWAY_SERVER_HTTP_HTTP_TEXT_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace spillway::server {

namespace http_text_internal {

constexpr std::array<bool, 256> TableOf(std::string_view beside_letters_and_digits) {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
  for (const char c : beside_letters_and_digits) table[static_cast<unsigned char>(c)] = true;
  return table;
}

inline constexpr std::array<bool, 256> kToken = TableOf("!#$%&'*+-.^_`|~");
inline constexpr std::array<bool, 256> kHost = TableOf("-._~%!$&'()*+,;=:[]");

}  // namespace http_text_internal

constexpr bool IsTokenChar(char c) { return http_text_internal::kToken[static_cast<unsigned char>(c)]; }

// Of uri-host [ ":" port ], roughly: nothing that another reader could take for the end of it.
constexpr bool IsHostChar(char c) { return http_text_internal::kHost[static_cast<unsigned char>(c)]; }

// Of a field's value: visible, space, tab, or beyond ASCII.
constexpr bool IsValueChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
}

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

constexpr char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `lower` is in lower case.
constexpr bool EqualsFolded(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (LowerCase(text[i]) != lower[i]) return false;
  }
  return true;
}

constexpr std::string_view WithoutBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// The next of a comma-separated list's elements, which may be empty; `list` becomes the rest of it.
constexpr std::string_view TakeElement(std::string_view& list) {
  const std::size_t comma = list.find(',');
  const std::string_view element = WithoutBlanks(list.substr(0, comma));
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return element;
}

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_HTTP_TEXT_H_
