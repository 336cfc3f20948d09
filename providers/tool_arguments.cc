#include "providers/tool_arguments.h"

#include "absl/strings/ascii.h"
#include "providers/json_document.h"
#include "providers/json_text.h"

namespace spillway::providers {

void WriteArguments(std::string_view text, JsonWriter& json) {
  const auto trimmed = absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  if (trimmed.empty()) return json.Raw("{}");
  const std::string_view object(trimmed.data(), trimmed.size());
  const JsonDocument document(object);
  if (document.ok() && document.root().is_object()) return json.Raw(object);
  json.BeginObject();
  json.Field("arguments", text);
  json.EndObject();
}

std::string ArgumentsText(const boost::json::value* arguments) {
  if (arguments == nullptr || arguments->is_null()) return "{}";
  if (const auto text = AsText(*arguments)) return std::string(*text);
  return JsonText(*arguments);
}

}  // namespace spillway::providers
