#include "providers/part_pieces.h"

#include <algorithm>
#include <array>
#include <string>

#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr char kType[] = "type";
constexpr char kText[] = "text";
// The members that hold text, or a list of parts that do.
constexpr std::array<std::string_view, 3> kTexts = {kText, "thinking", "summary"};
constexpr std::array<std::string_view, 5> kTextTypes = {"text", "output_text", "thinking", "reasoning.text",
                                                        "reasoning.summary"};

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool Same(const Value& a, const json::value& b) {
  if (const auto text = AsText(b)) return a.has_string_value() && a.string_value() == *text;
  const auto number = AsDouble(b);
  return number && a.has_number_value() && a.number_value() == *number;
}

// Whether `piece` is of the type `part` has, and not of another index or id.
bool GoesOn(const Struct& part, const json::object& piece) {
  const json::value* type = piece.if_contains(kType);
  if (type == nullptr || !Contains(kTextTypes, AsText(*type).value_or(""))) return false;
  for (const char* name : {kType, "index", "id"}) {
    const json::value* said = piece.if_contains(name);
    const auto known = part.fields().find(name);
    if (said == nullptr || said->is_null() || known == part.fields().end()) continue;
    if (!known->second.has_null_value() && !Same(known->second, *said)) return false;
  }
  return part.fields().contains(kType);
}

void Lengthen(const json::object& piece, Struct& part) {
  for (const auto& member : piece) {
    const std::string_view name = View(member.key());
    if (member.value().is_null()) continue;
    Value& value = (*part.mutable_fields())[std::string(name)];
    const auto text = AsText(member.value());
    const bool is_text = Contains(kTexts, name);
    if (is_text && text && value.has_string_value()) {
      value.mutable_string_value()->append(*text);
    } else if (is_text && member.value().is_array() && value.has_list_value()) {
      AppendPieces(member.value().get_array(), *value.mutable_list_value());
    } else {
      value.Clear();
      ReadValue(member.value(), value);
    }
  }
}

Struct* LastPart(ListValue& list) {
  if (list.values().empty()) return nullptr;
  Value& last = *list.mutable_values(list.values_size() - 1);
  return last.has_struct_value() ? last.mutable_struct_value() : nullptr;
}

}  // namespace

void AppendPieces(const json::array& pieces, ListValue& list) {
  for (const json::value& piece : pieces) {
    Struct* last = LastPart(list);
    if (last != nullptr && piece.is_object() && GoesOn(*last, piece.get_object())) {
      Lengthen(piece.get_object(), *last);
    } else {
      ReadValue(piece, *list.add_values());
    }
  }
}

void AppendText(std::string_view text, ListValue& list) {
  json::monotonic_resource memory;
  json::object part(&memory);
  part[kType] = kText;
  part[kText] = json::string_view(text.data(), text.size());
  json::array pieces(&memory);
  pieces.push_back(std::move(part));
  AppendPieces(pieces, list);
}

}  // namespace spillway::providers
