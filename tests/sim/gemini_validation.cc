#include "tests/sim/gemini_validation.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

std::string CamelCase(std::string_view name) {
  std::string out;
  bool upper = false;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
    upper = false;
  }
  return out;
}

bool IsCallersOwn(std::string_view name) {
  return IsOneOf(name, {"args", "response", "parameters", "parametersJsonSchema", "responseSchema",
                        "responseJsonSchema", "labels"});
}

json::value Camel(const json::value& value) {
  if (const json::object* object = value.if_object()) return InCamelCase(*object);
  if (!value.is_array()) return value;
  json::array out;
  for (const json::value& item : value.get_array()) out.push_back(Camel(item));
  return out;
}

GeminiVerdict CheckMembers(const json::object& request) {
  if (const auto unknown = UnknownMember(
          request, {"contents", "systemInstruction", "tools", "toolConfig", "generationConfig",
                    "safetySettings", "cachedContent", "labels", "model", "serviceTier", "store"}))
    return UnknownGeminiName(*unknown, "");
  const json::value* system = Present(request, "systemInstruction");
  if (system == nullptr) return std::nullopt;
  const json::object* content = system->if_object();
  const json::value* parts = content == nullptr ? nullptr : Present(*content, "parts");
  if (parts == nullptr) return GeminiMistake("Invalid value at 'system_instruction' (Content)");
  if (const auto unknown = UnknownMember(*content, {"role", "parts"}))
    return UnknownGeminiName(*unknown, "system_instruction");
  // One part may stand for a list of them.
  if (parts->is_object() && parts->get_object().contains("text")) return std::nullopt;
  const bool list = parts->is_array() && !parts->get_array().empty();
  for (const json::value& part : list ? parts->get_array() : json::array()) {
    if (!part.is_object() || !part.get_object().contains("text"))
      return GeminiMistake("system_instruction takes text only.");
  }
  return list ? std::nullopt : GeminiVerdict(GeminiMistake("system_instruction.parts must not be empty."));
}

}  // namespace

json::object InCamelCase(const json::object& request) {
  json::object out;
  for (const auto& member : request) {
    const std::string name = CamelCase({member.key().data(), member.key().size()});
    out[name] = IsCallersOwn(name) ? member.value() : Camel(member.value());
  }
  return out;
}

GeminiError UnknownGeminiName(const std::string& name, const std::string& where) {
  const std::string place = where.empty() ? "" : absl::StrCat(" at '", where, "'");
  return GeminiMistake(absl::StrCat("Invalid JSON payload received. Unknown name \"", name, "\"", place,
                                    ": Cannot find field."));
}

GeminiVerdict CheckGeminiSchema(const json::value& schema, const std::string& where) {
  const json::object* object = schema.if_object();
  if (object == nullptr) return GeminiMistake("Invalid value at '" + where + "' (Schema)");
  if (const auto unknown = UnknownMember(
          *object, {"type",      "format",  "title",         "description",   "nullable",
                    "enum",      "items",   "maxItems",      "minItems",      "properties",
                    "required",  "anyOf",   "minProperties", "maxProperties", "minLength",
                    "maxLength", "pattern", "example",       "default",       "propertyOrdering",
                    "minimum",   "maximum", "max_items",     "min_items",     "property_ordering",
                    "any_of"}))
    return UnknownGeminiName(*unknown, where);
  if (const json::object* properties = ObjectAt(*object, "properties")) {
    for (const auto& member : *properties) {
      if (GeminiVerdict mistake = CheckGeminiSchema(
              member.value(), absl::StrCat(where, ".properties.", std::string(member.key()))))
        return mistake;
    }
  }
  if (const json::value* items = Present(*object, "items"))
    return CheckGeminiSchema(*items, where + ".items");
  return std::nullopt;
}

GeminiVerdict FindGeminiMistake(const json::object& request, std::string_view model) {
  for (const auto check : {CheckMembers, CheckGeminiContents, CheckGeminiConfig, CheckGeminiTools}) {
    if (GeminiVerdict mistake = check(request)) return mistake;
  }
  return CheckGeminiLoop(request, model);
}

}  // namespace spillway::sim
