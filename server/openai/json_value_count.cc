#include "server/openai/json_value_count.h"

#include <limits>

namespace spillway::server {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Behind the string whose first character is at `begin`; the text's size if it does not end.
std::size_t EndOfString(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin;;) {
    const std::size_t quote = text.find('"', at);
    if (quote == std::string_view::npos) return text.size();
    // One that an odd number of backslashes stands before is the string's.
    std::size_t run = quote;
    while (run > at && text[run - 1] == '\\') --run;
    at = quote + 1;
    if ((quote - run) % 2 == 0) return at;
  }
}

// Counts up to `most`, and one more.
std::size_t Count(std::string_view text, std::size_t most) {
  std::size_t values = 0;
  // Where a value begins: at the text's start, behind a comma, behind a bracket that is not closed at once.
  bool opened = true;
  for (std::size_t at = 0; at < text.size() && values <= most;) {
    const char c = text[at];
    const bool blank = IsBlank(c);
    if (opened && !blank && c != ']' && c != '}') ++values;
    if (!blank) opened = c == ',' || c == '[' || c == '{';
    at = c == '"' ? EndOfString(text, at + 1) : at + 1;
  }
  return values;
}

}  // namespace

bool HasMoreJsonValuesThan(std::size_t most, std::string_view text) {
  // The first value may have no byte beside its own.
  return (text.size() + 1) / kMinJsonValueBytes > most && Count(text, most) > most;
}

std::size_t CountJsonValues(std::string_view text) {
  return Count(text, std::numeric_limits<std::size_t>::max() - 1);
}

}  // namespace spillway::server
