#include "server/config/config_error.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/config/secret_looks.h"
#include "server/config/text_check.h"

namespace spillway::server {
namespace {

constexpr std::size_t kMaxQuoted = 120;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

void SortErrors(ConfigErrors* errors) {
  std::stable_sort(errors->begin(), errors->end(), [](const ConfigError& a, const ConfigError& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

std::string FormatErrors(std::string_view file, ConfigErrors errors) {
  SortErrors(&errors);
  std::string text;
  for (const ConfigError& error : errors) {
    absl::StrAppend(&text, View(file), ":");
    if (error.line > 0) absl::StrAppend(&text, error.line, ":", error.column, ":");
    if (!error.path.empty()) absl::StrAppend(&text, " ", error.path, ":");
    absl::StrAppend(&text, " ", error.what, "\n");
  }
  return text;
}

std::string Quoted(std::string_view text) {
  if (LooksSecret(text)) return "\"[redacted]\"";
  const bool cut = text.size() > kMaxQuoted;
  if (cut) {
    std::size_t end = kMaxQuoted;
    // Not in the middle of a UTF-8 sequence.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  // An escape of YAML's may stand for bytes that are no text (yaml-cpp makes one byte of "\\N").
  const std::string shown = IsUtf8(text) ? absl::Utf8SafeCEscape(View(text)) : absl::CEscape(View(text));
  return absl::StrCat("\"", shown, cut ? "…\"" : "\"");
}

}  // namespace spillway::server
