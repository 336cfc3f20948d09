#include "tests/replay/joined_pieces.h"

#include "providers/json_document.h"

namespace spillway::replay {

namespace json = boost::json;

const json::value& In(const json::object& object, std::string_view name) {
  static const json::value kNothing;
  const json::value* member = object.if_contains({name.data(), name.size()});
  return member == nullptr ? kNothing : *member;
}

const json::value& In(const json::value& value, std::string_view name) {
  static const json::object kEmpty;
  return In(value.is_object() ? value.get_object() : kEmpty, name);
}

json::value Parsed(std::string_view arguments) {
  const providers::JsonDocument document(arguments);
  if (!document.ok()) return json::object();
  return json::value(document.root(), json::storage_ptr());
}

void AddText(std::string_view name, const json::value& piece, json::object& whole) {
  const auto text = providers::AsText(piece);
  if (!text) return;
  json::value& member = whole[{name.data(), name.size()}];
  if (!member.is_string()) member.emplace_string();
  member.get_string().append({text->data(), text->size()});
}

void Merge(const json::object& piece, json::object& whole) {
  for (const auto& member : piece) {
    if (member.value().is_null()) continue;
    json::value& target = whole[member.key()];
    if (member.value().is_array() && target.is_array()) {
      for (const auto& element : member.value().get_array()) target.get_array().push_back(element);
    } else if (member.value().is_object() && target.is_object()) {
      Merge(member.value().get_object(), target.get_object());
    } else {
      target = member.value();
    }
  }
}

json::object& ElementAt(std::size_t index, json::value& list) {
  if (!list.is_array()) list.emplace_array();
  json::array& elements = list.get_array();
  while (elements.size() <= index) elements.emplace_back(json::object());
  return elements[index].as_object();
}

json::object& ObjectIn(std::string_view name, json::object& whole) {
  json::value& member = whole[{name.data(), name.size()}];
  return member.is_object() ? member.get_object() : member.emplace_object();
}

}  // namespace spillway::replay
