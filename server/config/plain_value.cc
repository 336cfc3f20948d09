#include "server/config/plain_value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/config/config_error.h"

namespace spillway::server {
namespace {

using google::protobuf::Value;

// 2^53 - 1: beyond it, a double cannot be told from its neighbours.
constexpr std::int64_t kLargestWhole = (std::int64_t{1} << 53) - 1;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

bool OnlyOf(absl::string_view text, absl::string_view characters) {
  return text.find_first_not_of(characters) == absl::string_view::npos;
}

// Takes the digits `text` begins with; how many there were.
std::size_t ConsumeDigits(absl::string_view* text) {
  const std::size_t end = std::min(text->find_first_not_of("0123456789"), text->size());
  text->remove_prefix(end);
  return end;
}

// -1, 0.5, .5, 1e-3: no plus, no leading zeros.
bool IsDecimal(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  if (text.size() > 1 && text[0] == '0' && absl::ascii_isdigit(text[1])) return false;
  std::size_t digits = ConsumeDigits(&text);
  if (absl::ConsumePrefix(&text, ".")) digits += ConsumeDigits(&text);
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (!absl::ConsumePrefix(&text, "e") && !absl::ConsumePrefix(&text, "E")) return false;
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  return ConsumeDigits(&text) > 0 && text.empty();
}

// Whether some reader of YAML takes it for a number, or a person might.
bool LooksNumeric(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  for (const char* word : {".inf", ".nan"}) {
    if (absl::EqualsIgnoreCase(text, word)) return true;
  }
  if (absl::StartsWithIgnoreCase(text, "0x")) return OnlyOf(text.substr(2), "0123456789abcdefABCDEF_");
  if (absl::StartsWithIgnoreCase(text, "0o") || absl::StartsWithIgnoreCase(text, "0b")) {
    return OnlyOf(text.substr(2), "01234567_");
  }
  const bool begins_so =
      !text.empty() &&
      (absl::ascii_isdigit(text[0]) || (text[0] == '.' && text.size() > 1 && absl::ascii_isdigit(text[1])));
  return begins_so && OnlyOf(text, "0123456789+-.eE_:");
}

bool LooksBoolean(const std::string& text) {
  const char* words[] = {"true", "false", "yes", "no", "on", "off", "y", "n"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](const char* word) { return absl::EqualsIgnoreCase(text, word); });
}

absl::StatusOr<Value> ReadNumber(const std::string& text) {
  Value value;
  double number = 0;
  if (!absl::SimpleAtod(text, &number) || !std::isfinite(number)) return Wrong("out of range");
  const bool is_whole = OnlyOf(text, "-0123456789");
  if (is_whole && std::abs(number) > static_cast<double>(kLargestWhole)) {
    return Wrong(absl::StrCat("out of range: whole numbers go from ", -kLargestWhole, " to ", kLargestWhole));
  }
  value.set_number_value(number);
  return value;
}

}  // namespace

absl::StatusOr<Value> ReadPlainValue(const std::string& text) {
  Value value;
  if (text == "true" || text == "false") {
    value.set_bool_value(text == "true");
    return value;
  }
  if (IsDecimal(text)) return ReadNumber(text);
  if (LooksBoolean(text)) {
    return Wrong(absl::StrCat(Quoted(text), " could be a text or mean ",
                              "true or false: write that, or put the text in quotes"));
  }
  if (LooksNumeric(text)) {
    return Wrong(absl::StrCat(Quoted(text),
                              " could be a text or a number: write the number in decimal, or put ",
                              "the text in quotes"));
  }
  value.set_string_value(text);
  return value;
}

}  // namespace spillway::server
