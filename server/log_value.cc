#include "server/log_value.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "providers/json_document.h"
#include "providers/utf8.h"

namespace spillway::server {
namespace {

namespace json = boost::json;

bool IsPlain(char c) {
  constexpr std::string_view kPunctuation = "-._/:@+*~%$#!?&";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kPunctuation.find(c) != std::string_view::npos;
}

// `character` is valid UTF-8.
std::uint32_t CodePoint(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  std::uint32_t code = lead & (0xffu >> (character.size() + 1));
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return code;
}

// Controls, and what is not seen but changes how the rest is.
bool IsHidden(std::uint32_t code) {
  const auto within = [code](std::uint32_t first, std::uint32_t last) {
    return code >= first && code <= last;
  };
  return code < 0x20 || within(0x7f, 0x9f) || code == 0xad || code == 0x61c || within(0x200b, 0x200f) ||
         within(0x2028, 0x202e) || within(0x2060, 0x206f) || code == 0xfeff || within(0xfff9, 0xfffb) ||
         within(0xe0000, 0xe007f);
}

void AppendCharacter(std::uint32_t code, std::string_view character, std::string& out) {
  if (code == '"' || code == '\\') {
    out += '\\';
    out += character;
  } else if (code == '\n') {
    out += "\\n";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code == '\t') {
    out += "\\t";
  } else if (IsHidden(code) && code > 0xffff) {
    absl::StrAppendFormat(&out, "\\U%08x", code);
  } else if (IsHidden(code)) {
    absl::StrAppendFormat(&out, "\\u%04x", code);
  } else {
    out += character;
  }
}

}  // namespace

void AppendInTone(std::string_view text, LogTone tone, bool colour, std::string& out) {
  constexpr std::array<std::string_view, 4> kColours = {"", "\033[32m", "\033[33m", "\033[31m"};
  const std::string_view begin = kColours[static_cast<std::size_t>(tone)];
  if (!colour || begin.empty()) {
    out += text;
    return;
  }
  out.append(begin).append(text).append("\033[0m");
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = providers::Utf8Length(text);
    if (length == 0) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[0]));
    } else {
      AppendCharacter(CodePoint(text.substr(0, length)), text.substr(0, length), out);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void AppendWord(std::string_view text, std::string& out) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsPlain)) return AppendQuoted(text, out);
  out += text;
}

void AppendMillis(double millis, std::string_view space, std::string& out) {
  const double size = std::abs(millis);
  if (size < 9.95) {
    absl::StrAppendFormat(&out, "%.1f", millis);
  } else if (size < 9999.5) {
    absl::StrAppendFormat(&out, "%.0f", millis);
  } else {
    absl::StrAppendFormat(&out, "%.1f", millis / 1000);
  }
  out.append(space).append(size < 9999.5 ? "ms" : "s");
}

void AppendValue(const json::value& value, std::string& out) {
  const char* separator = "";
  if (value.is_string()) {
    AppendWord(providers::View(value.get_string()), out);
  } else if (value.is_array()) {
    out += '[';
    for (const json::value& element : value.get_array()) {
      out += std::exchange(separator, ", ");
      AppendValue(element, out);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (const auto& [key, member] : value.get_object()) {
      out += std::exchange(separator, " ");
      AppendMember(providers::View(key), member, out);
    }
    out += '}';
  } else {
    out += json::serialize(value);
  }
}

void AppendMember(std::string_view name, const json::value& value, std::string& out) {
  const bool millis = value.is_number() && name.ends_with("_ms");
  out.append(millis ? name.substr(0, name.size() - 3) : name).append(1, '=');
  if (!millis) return AppendValue(value, out);
  AppendMillis(value.to_number<double>(), "", out);
}

std::string_view TextOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_string() ? providers::View(value->get_string()) : std::string_view();
}

}  // namespace spillway::server
