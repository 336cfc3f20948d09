#include "providers/plain_dialect.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "providers/scoped_extra.h"
#include "providers/struct_json.h"
#include "providers/tool_arguments.h"
#include "providers/turns.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 3> kPartFields = {"type", "text", "image_url"};
constexpr std::array<std::string_view, 2> kToolFields = {"type", "function"};
constexpr std::array<std::string_view, 4> kFunctionFields = {"name", "description", "parameters", "strict"};
constexpr std::array<std::string_view, 3> kCallFields = {"id", "type", "function"};

bool IsCustom(const std::string& type, bool has_custom) {
  return has_custom || (!type.empty() && type != "function");
}

bool WriteDefinition(const v1::FunctionDefinition& function, const PlainDialect& dialect, JsonWriter& json,
                     FieldError& error) {
  json.BeginObject();
  json.Field("name", function.name());
  if (!function.description().empty()) json.Field("description", function.description());
  json.Key("parameters");
  if (!function.has_parameters()) {
    json.Raw(R"({"type":"object","properties":{}})");
  } else if (!WriteStruct(function.parameters(), json, error)) {
    return error.In("parameters");
  }
  if (dialect.strict && function.has_strict()) {
    json.Key("strict");
    json.Bool(function.strict());
  }
  if (!WriteScopedExtra(function.extra(), dialect.api, kFunctionFields, {}, json, error)) return false;
  json.EndObject();
  return true;
}

bool WriteTool(const v1::Tool& tool, const PlainDialect& dialect, JsonWriter& json, FieldError& error) {
  if (IsCustom(tool.type(), tool.has_custom())) return error.Unsupported("type", dialect.beyond);
  if (!tool.has_function()) return error.Set("function", "is not set");
  json.BeginObject();
  json.Field("type", "function");
  json.Key("function");
  if (!WriteDefinition(tool.function(), dialect, json, error)) return error.In("function");
  if (!WriteScopedExtra(tool.extra(), dialect.api, kToolFields, {}, json, error)) return false;
  json.EndObject();
  return true;
}

bool IsText(const v1::ContentPart& part) { return part.has_text() || part.has_refusal(); }

bool IsThinking(const v1::ContentPart& part) {
  const auto type = part.other().fields().find("type");
  return type != part.other().fields().end() && type->second.string_value() == "thinking";
}

void WriteImage(const v1::ImageUrl& image, JsonWriter& json) {
  json.BeginObject();
  json.Field("url", image.url());
  if (!image.detail().empty()) json.Field("detail", image.detail());
  json.EndObject();
}

}  // namespace

bool WritePlainPart(const v1::ContentPart& part, const PlainDialect& dialect, JsonWriter& json,
                    FieldError& error) {
  json.BeginObject();
  switch (part.part_case()) {
    case v1::ContentPart::kText:
    case v1::ContentPart::kRefusal:
      json.Field("type", "text");
      json.Field("text", part.has_text() ? part.text() : part.refusal());
      break;
    case v1::ContentPart::kImageUrl:
      json.Field("type", "image_url");
      json.Key("image_url");
      WriteImage(part.image_url(), json);
      break;
    case v1::ContentPart::kInputAudio:
      return error.Unsupported("input_audio", dialect.beyond);
    case v1::ContentPart::kFile:
      return error.Unsupported("file", dialect.beyond);
    case v1::ContentPart::kOther:
      return error.Unsupported("other", dialect.beyond);
    default:
      return error.Set("", "has no content");
  }
  if (!WriteScopedExtra(part.extra(), dialect.api, kPartFields, {}, json, error)) return false;
  json.EndObject();
  return true;
}

bool WritePlainTools(const v1::ChatRequest& request, const PlainDialect& dialect, BodyWriter& body,
                     FieldError& error) {
  if (!body.Key("tools")) return true;
  body.json().BeginArray();
  for (int i = 0; i < request.tools_size(); ++i) {
    if (!WriteTool(request.tools(i), dialect, body.json(), error)) return error.In("tools", i);
  }
  body.json().EndArray();
  return true;
}

bool WritePlainCall(const v1::ToolCall& call, std::string_view id, const PlainDialect& dialect,
                    JsonWriter& json, FieldError& error) {
  if (IsCustom(call.type(), call.has_custom())) return error.Unsupported("type", dialect.beyond);
  if (!call.has_function()) return error.Set("function", "is not set");
  std::string arguments;
  JsonWriter object(arguments);
  WriteArguments(call.function().arguments(), object);
  json.BeginObject();
  json.Field("id", id);
  json.Field("type", "function");
  json.Key("function");
  json.BeginObject();
  json.Field("name", call.function().name());
  json.Field("arguments", arguments);
  json.EndObject();
  // Here the API's own members are those of an answer of its that came back: the fields say the same.
  if (!WriteScopedExtra(call.extra(), dialect.api, {}, kCallFields, json, error)) return false;
  json.EndObject();
  return true;
}

std::string SpokenText(const v1::Message& message) {
  std::string text = TextOf(message);
  if (!text.empty() && !message.refusal().empty()) text += "\n\n";
  return text + message.refusal();
}

bool IsSilent(const v1::Message& message) {
  return message.role() == v1::ROLE_ASSISTANT && message.tool_calls().empty() && !message.has_audio() &&
         absl::StripAsciiWhitespace(SpokenText(message)).empty() &&
         std::all_of(message.parts().begin(), message.parts().end(),
                     [](const v1::ContentPart& part) { return IsText(part) || IsThinking(part); });
}

bool CheckOnlyText(const v1::Message& message, const PlainDialect& dialect, FieldError& error) {
  for (int i = 0; i < message.parts_size(); ++i) {
    if (IsText(message.parts(i)) || IsThinking(message.parts(i))) continue;
    error.Unsupported("", "is no text, which is all there may be at this API");
    return error.In("parts", static_cast<std::size_t>(i));
  }
  const bool only_audio = message.has_audio() && SpokenText(message).empty();
  return !only_audio || error.Unsupported("audio", dialect.beyond);
}

bool CheckPlainLimits(const v1::ChatRequest& request, const PlainDialect& dialect, FieldError& error) {
  if (!request.logit_bias().empty()) return error.Unsupported("logit_bias", dialect.beyond);
  if (request.has_audio()) return error.Unsupported("audio", dialect.beyond);
  if (request.has_web_search_options()) return error.Unsupported("web_search_options", dialect.beyond);
  for (int i = 0; i < request.modalities_size(); ++i) {
    if (request.modalities(i) == "text") continue;
    error.Unsupported("", dialect.beyond);
    return error.In("modalities", static_cast<std::size_t>(i));
  }
  return true;
}

}  // namespace spillway::providers
