#include "server/config/text_check.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

// What is wrong with the character at `at`, or null; `*length` is how long it is.
const char* Fault(std::string_view line, std::size_t at, bool indentation, std::size_t* length) {
  *length = 1;
  const unsigned char c = static_cast<unsigned char>(line[at]);
  if (c == '\t') return indentation ? "a tab in the indentation; YAML indents with spaces" : nullptr;
  // The CR of a CR LF.
  if (c == '\r' && at + 1 == line.size()) return nullptr;
  if (c < 0x20 || c == 0x7F) return "a control character";
  if (c < 0x80) return nullptr;
  *length = Utf8Length(line.substr(at));
  return *length == 0 ? "not valid UTF-8" : nullptr;
}

void CheckLine(std::string_view line, int number, ConfigErrors* errors) {
  bool indentation = true;
  std::size_t length = 1;
  for (std::size_t at = 0; at < line.size(); at += length) {
    if (const char* fault = Fault(line, at, indentation, &length)) {
      errors->push_back({number, static_cast<int>(at) + 1, "", fault});
      return;
    }
    if (line[at] != ' ') indentation = false;
  }
}

bool InRange(char c, unsigned low, unsigned high) {
  const unsigned byte = static_cast<unsigned char>(c);
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = InRange(text[0], 0xC2, 0xDF)   ? 2
                             : InRange(text[0], 0xE0, 0xEF) ? 3
                             : InRange(text[0], 0xF0, 0xF4) ? 4
                                                            : 0;
  if (length == 0 || text.size() < length) return 0;
  // The second byte's range shuts out overlong forms, surrogates and what is beyond U+10FFFF.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!InRange(text[1], low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!InRange(text[i], 0x80, 0xBF)) return 0;
  }
  return length;
}

ConfigErrors CheckText(std::string_view text) {
  ConfigErrors errors;
  if (text.size() > kMaxConfigBytes) {
    errors.push_back({0, 0, "", absl::StrCat("the file is larger than ", kMaxConfigBytes, " bytes")});
    return errors;
  }
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    CheckLine(text.substr(0, end), number, &errors);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return errors;
}

}  // namespace spillway::server
