#include "server/config/scalar_values.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace spillway::server {
namespace {

constexpr char kDurationForm[] = "write a number and a unit: 1500ms, 30s, 5m or 1h";

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

absl::Status Expected(const char* wanted, const YamlNode& node) {
  return Wrong(absl::StrCat("expected ", wanted, ", found ", std::string(KindName(node))));
}

bool IsPlain(const YamlNode& node) { return node.kind == YamlNode::Kind::kScalar && !node.quoted; }

bool AllDigits(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

// Whether `text` is a whole number in the one form accepted.
bool IsWhole(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  return AllDigits(text) && (text.size() == 1 || text[0] != '0');
}

absl::Status NotWhole(const YamlNode& node) {
  if (!IsPlain(node)) return Expected("a whole number", node);
  return Wrong(absl::StrCat("expected a whole number, found ", Quoted(node.text)));
}

// "12", "1.5": what a duration's number may look like.
bool IsDurationNumber(absl::string_view text) {
  const std::size_t point = text.find('.');
  if (point == absl::string_view::npos) return AllDigits(text);
  return AllDigits(text.substr(0, point)) && AllDigits(text.substr(point + 1));
}

// COUNT_MODE_ of CountMode.
std::string EnumPrefix(const google::protobuf::EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  return prefix + "_";
}

}  // namespace

std::string_view KindName(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return node.quoted ? "a text in quotes" : "a single value";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a mapping";
    case YamlNode::Kind::kAlias:
      return "an alias";
  }
  return "nothing";
}

absl::StatusOr<std::string> ReadString(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return Expected("a text", node);
  if (node.text.empty()) return Wrong("must not be empty; leave the key out instead");
  return node.text;
}

absl::StatusOr<bool> ReadBool(const YamlNode& node) {
  if (!IsPlain(node)) return Expected("true or false", node);
  if (node.text == "true") return true;
  if (node.text == "false") return false;
  return Wrong(absl::StrCat("expected true or false, found ", Quoted(node.text)));
}

absl::StatusOr<std::int64_t> ReadInt(const YamlNode& node, std::int64_t least, std::int64_t most) {
  if (!IsPlain(node) || !IsWhole(node.text)) return NotWhole(node);
  std::int64_t value = 0;
  if (!absl::SimpleAtoi(node.text, &value) || value < least || value > most) {
    return Wrong(absl::StrCat("out of range: must be between ", least, " and ", most));
  }
  return value;
}

absl::StatusOr<std::uint64_t> ReadUint(const YamlNode& node, std::uint64_t most) {
  if (!IsPlain(node) || !IsWhole(node.text)) return NotWhole(node);
  std::uint64_t value = 0;
  if (!absl::SimpleAtoi(node.text, &value) || value > most) {
    return Wrong(absl::StrCat("out of range: must be between 0 and ", most));
  }
  return value;
}

absl::StatusOr<double> ReadDouble(const YamlNode& node, double most) {
  if (!IsPlain(node)) return Expected("a number", node);
  double value = 0;
  // Out: nan, inf, hexadecimal and what else the library reads.
  const bool decimal =
      node.text.find_first_not_of("0123456789+-.eE") == std::string::npos && node.text[0] != '+';
  if (!decimal || !absl::SimpleAtod(node.text, &value)) {
    return Wrong(absl::StrCat("expected a number, found ", Quoted(node.text)));
  }
  if (!(std::abs(value) <= most)) return Wrong("out of range");
  return value;
}

std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  return absl::AsciiStrToLower(absl::StripPrefix(value.name(), EnumPrefix(*value.type())));
}

absl::StatusOr<int> ReadEnum(const YamlNode& node, const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string word = EnumWord(*type.value(i));
    if (word == "unspecified") continue;
    if (node.kind == YamlNode::Kind::kScalar && node.text == word) return type.value(i)->number();
    words.push_back(word);
  }
  const std::string allowed =
      absl::StrCat("must be ", words.size() > 1 ? "one of " : "", absl::StrJoin(words, ", "));
  if (node.kind != YamlNode::Kind::kScalar) {
    return Wrong(absl::StrCat(allowed, "; found ", std::string(KindName(node))));
  }
  return Wrong(absl::StrCat("unknown value ", Quoted(node.text), "; ", allowed));
}

absl::StatusOr<google::protobuf::Duration> ReadDuration(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) {
    return Wrong(
        absl::StrCat("expected a duration, found ", std::string(KindName(node)), "; ", kDurationForm));
  }
  absl::string_view number = node.text;
  if (IsDurationNumber(number)) {
    return Wrong(absl::StrCat("a duration needs a unit: write ", Quoted(node.text + "s"), " or ",
                              Quoted(node.text + "ms")));
  }
  if (!absl::ConsumeSuffix(&number, "ms") && !absl::ConsumeSuffix(&number, "s") &&
      !absl::ConsumeSuffix(&number, "m") && !absl::ConsumeSuffix(&number, "h")) {
    return Wrong(absl::StrCat("not a duration: ", Quoted(node.text), "; ", kDurationForm));
  }
  if (!IsDurationNumber(number)) {
    const bool negative = absl::StartsWith(number, "-") && IsDurationNumber(number.substr(1));
    if (negative) return Wrong("a duration must be longer than 0");
    return Wrong(absl::StrCat("not a duration: ", Quoted(node.text), "; ", kDurationForm));
  }
  absl::Duration length;
  if (!absl::ParseDuration(node.text, &length) || length > absl::Hours(24 * 366 * 1000)) {
    return Wrong("out of range: longer than a thousand years");
  }
  if (length <= absl::ZeroDuration()) return Wrong("a duration must be longer than 0");
  google::protobuf::Duration value;
  value.set_seconds(absl::IDivDuration(length, absl::Seconds(1), &length));
  value.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(length)));
  if (value.seconds() == 0 && value.nanos() == 0) return Wrong("a duration must be longer than 0");
  return value;
}

}  // namespace spillway::server
