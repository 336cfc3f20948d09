#include "tests/sim/json_members.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace spillway::sim {
namespace json = boost::json;

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

json::string_view JsonView(std::string_view text) { return {text.data(), text.size()}; }

const json::value* Present(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(JsonView(name));
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::object* ObjectAt(const json::object& object, std::string_view name) {
  const json::value* value = Present(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* ArrayAt(const json::object& object, std::string_view name) {
  const json::value* value = Present(object, name);
  return value == nullptr ? nullptr : value->if_array();
}

std::string TextAt(const json::object& object, std::string_view name) {
  const json::value* value = Present(object, name);
  return value == nullptr || !value->is_string() ? "" : std::string(View(value->get_string()));
}

bool IsTrue(const json::object& object, std::string_view name) {
  const json::value* value = Present(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> TextsAt(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::array* list = ArrayAt(object, name);
  if (list == nullptr) return texts;
  for (const json::value& item : *list) {
    if (item.is_string()) texts.emplace_back(View(item.get_string()));
  }
  return texts;
}

std::optional<std::int64_t> IntegerAt(const json::object& object, std::string_view name) {
  const json::value* value = Present(object, name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<std::string> UnknownMember(const json::object& object,
                                         std::initializer_list<std::string_view> known) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!IsOneOf(name, known)) return std::string(name);
  }
  return std::nullopt;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

bool IsBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
}

bool IsPlainName(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

}  // namespace spillway::sim
