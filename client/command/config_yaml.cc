#include "client/command/config_yaml.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/command/text.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace spillway::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What fits a line is written on one.
constexpr std::size_t kLineWidth = 100;

// A protobuf message's own JSON, which is YAML as well.
std::string JsonOf(const Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  return status.ok() ? json : "null";
}

std::string QuotedText(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(ToUtf8(text));
  return JsonOf(value);
}

// Whether YAML takes the bare text for that text, and for nothing else.
bool IsPlain(const std::string& text) {
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_./-").find(c) != std::string_view::npos;
  };
  if (text.empty() || !std::all_of(text.begin(), text.end(), fits)) return false;
  const bool begins_well = absl::ascii_isalpha(static_cast<unsigned char>(text[0])) || text[0] == '/';
  const std::string lower = absl::AsciiStrToLower(text);
  return begins_well && std::find(std::begin(kWords), std::end(kWords), lower) == std::end(kWords);
}

std::string TextValue(const std::string& text) { return IsPlain(text) ? text : QuotedText(text); }

// 90s, 5m, 1500ms, 0.0005s.
std::string DurationValue(const google::protobuf::Duration& duration) {
  const absl::Duration length = ToDuration(duration);
  if (length == absl::Milliseconds(absl::ToInt64Milliseconds(length))) return Setting(length);
  std::string text = absl::StrFormat("%d.%09d", duration.seconds(), duration.nanos());
  text.erase(text.find_last_not_of('0') + 1);
  return text + "s";
}

// COUNT_MODE_WINDOW is `window`.
std::string EnumValue(const google::protobuf::EnumValueDescriptor& value) {
  std::string_view prefix = value.type()->value(0)->name();
  prefix.remove_suffix(std::string_view("UNSPECIFIED").size());
  return absl::AsciiStrToLower(value.name().substr(prefix.size()));
}

// A message that is a value to the file's reader.
std::optional<std::string> WellKnown(const Message& message) {
  if (message.GetDescriptor() == google::protobuf::Duration::descriptor()) {
    return DurationValue(static_cast<const google::protobuf::Duration&>(message));
  }
  if (message.GetDescriptor() == google::protobuf::Struct::descriptor()) return JsonOf(message);
  return std::nullopt;
}

// `index` is of a repeated field, else -1.
std::string ScalarValue(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool many = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return TextValue(many ? reflection.GetRepeatedString(message, &field, index)
                            : reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValue(many ? *reflection.GetRepeatedEnum(message, &field, index)
                            : *reflection.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    default:
      return "null";
  }
}

std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

std::string FlowMap(const Message& message);

// On one line, however long.
std::string FlowValue(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!field.is_repeated()) {
    return is_message ? FlowMap(reflection.GetMessage(message, &field)) : ScalarValue(message, field, -1);
  }
  std::vector<std::string> items;
  items.reserve(static_cast<std::size_t>(reflection.FieldSize(message, &field)));
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    items.push_back(is_message ? FlowMap(reflection.GetRepeatedMessage(message, &field, i))
                               : ScalarValue(message, field, i));
  }
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

std::string FlowMap(const Message& message) {
  if (const auto value = WellKnown(message)) return *value;
  std::vector<std::string> members;
  for (const FieldDescriptor* field : FieldsOf(message)) {
    members.push_back(absl::StrCat(field->name(), ": ", FlowValue(message, *field)));
  }
  return absl::StrCat("{", absl::StrJoin(members, ", "), "}");
}

void BlockMap(const Message& message, const std::string& first_indent, const std::string& indent,
              std::string& out);

// What follows `key:`.
void BlockValue(const Message& message, const FieldDescriptor& field, const std::string& indent,
                std::string& out) {
  const std::string flow = FlowValue(message, field);
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const bool short_enough = indent.size() + field.name().size() + 2 + flow.size() <= kLineWidth;
  const auto& reflection = *message.GetReflection();
  const bool top_list = indent.empty() && field.is_repeated();
  if (!is_message || (short_enough && !top_list) ||
      (!field.is_repeated() && WellKnown(reflection.GetMessage(message, &field)))) {
    absl::StrAppend(&out, " ", flow, "\n");
    return;
  }
  out += '\n';
  if (!field.is_repeated()) {
    return BlockMap(reflection.GetMessage(message, &field), indent + "  ", indent + "  ", out);
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& item = reflection.GetRepeatedMessage(message, &field, i);
    const std::string item_flow = FlowMap(item);
    if (indent.size() + 4 + item_flow.size() <= kLineWidth) {
      absl::StrAppend(&out, indent, "  - ", item_flow, "\n");
    } else {
      BlockMap(item, indent + "  - ", indent + "    ", out);
    }
  }
}

void BlockMap(const Message& message, const std::string& first_indent, const std::string& indent,
              std::string& out) {
  const std::string* lead = &first_indent;
  for (const FieldDescriptor* field : FieldsOf(message)) {
    absl::StrAppend(&out, *lead, field->name(), ":");
    BlockValue(message, *field, indent, out);
    lead = &indent;
  }
}

}  // namespace

std::string ConfigYaml(const v1::Config& config) {
  std::string out;
  BlockMap(config, "", "", out);
  return out;
}

}  // namespace spillway::client
