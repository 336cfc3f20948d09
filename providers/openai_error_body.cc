#include "providers/openai_error_body.h"

#include "providers/json_writer.h"

namespace spillway::providers {
namespace {

void WriteOrNull(std::string_view name, const std::string& text, JsonWriter& json) {
  json.Key(name);
  if (text.empty()) {
    json.Null();
  } else {
    json.String(text);
  }
}

}  // namespace

std::string EncodeOpenAiError(const OpenAiError& error) {
  std::string body;
  body.reserve(96 + error.message.size());
  JsonWriter json(body);
  json.BeginObject();
  json.Key("error");
  json.BeginObject();
  json.Field("message", error.message);
  json.Field("type", error.type);
  WriteOrNull("param", error.param, json);
  WriteOrNull("code", error.code, json);
  json.EndObject();
  json.EndObject();
  return body;
}

}  // namespace spillway::providers
