#include "providers/json_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "providers/json_document.h"
#include "providers/json_writer.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

void WriteFraction(double value, JsonWriter& out) {
  // Read from a number beyond a double's range, so written as one: JSON has no infinity.
  if (!std::isfinite(value)) return out.Raw(value > 0 ? "1e999" : "-1e999");
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  std::string text(digits, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  out.Raw(text);
}

void Write(const json::value& value, JsonWriter& out) {
  switch (value.kind()) {
    case json::kind::object:
      out.BeginObject();
      for (const auto& member : value.get_object()) {
        out.Key(View(member.key()));
        Write(member.value(), out);
      }
      return out.EndObject();
    case json::kind::array:
      out.BeginArray();
      for (const auto& element : value.get_array()) Write(element, out);
      return out.EndArray();
    case json::kind::string:
      return out.String(View(value.get_string()));
    case json::kind::double_:
      return WriteFraction(value.get_double(), out);
    default:
      return out.Raw(json::serialize(value));
  }
}

}  // namespace

std::string JsonText(const json::value& value) {
  std::string text;
  // Most values are the arguments of a call: enough for nearly all of them at once.
  text.reserve(256);
  JsonWriter out(text);
  Write(value, out);
  return text;
}

}  // namespace spillway::providers
