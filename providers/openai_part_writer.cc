// Content parts of openai_message_writer.h.
#include <array>
#include <string_view>

#include "providers/openai_message_writer.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

void WriteImage(const v1::ImageUrl& image, JsonWriter& json) {
  json.BeginObject();
  json.Field("url", image.url());
  if (!image.detail().empty()) json.Field("detail", image.detail());
  json.EndObject();
}

void WriteAudio(const v1::InputAudio& audio, JsonWriter& json) {
  json.BeginObject();
  json.Field("data", audio.data());
  json.Field("format", audio.format());
  json.EndObject();
}

void WriteFile(const v1::File& file, JsonWriter& json) {
  json.BeginObject();
  if (!file.file_data().empty()) json.Field("file_data", file.file_data());
  if (!file.file_id().empty()) json.Field("file_id", file.file_id());
  if (!file.filename().empty()) json.Field("filename", file.filename());
  json.EndObject();
}

}  // namespace

bool WriteOpenAiPart(const v1::ContentPart& part, JsonWriter& json, FieldError& error) {
  if (part.has_other()) {
    if (!part.extra().fields().empty()) return error.Set("extra", "cannot accompany `other`");
    return WriteStruct(part.other(), json, error) || error.In("other");
  }
  std::array<std::string_view, 2> fields = {"type", ""};
  json.BeginObject();
  switch (part.part_case()) {
    case v1::ContentPart::kText:
      fields[1] = "text";
      json.Field("type", "text");
      json.Field("text", part.text());
      break;
    case v1::ContentPart::kImageUrl:
      fields[1] = "image_url";
      json.Field("type", "image_url");
      json.Key("image_url");
      WriteImage(part.image_url(), json);
      break;
    case v1::ContentPart::kInputAudio:
      fields[1] = "input_audio";
      json.Field("type", "input_audio");
      json.Key("input_audio");
      WriteAudio(part.input_audio(), json);
      break;
    case v1::ContentPart::kFile:
      fields[1] = "file";
      json.Field("type", "file");
      json.Key("file");
      WriteFile(part.file(), json);
      break;
    case v1::ContentPart::kRefusal:
      fields[1] = "refusal";
      json.Field("type", "refusal");
      json.Field("refusal", part.refusal());
      break;
    default:
      return error.Set("", "has no content");
  }
  if (!WriteExtra(part.extra(), fields, json, error)) return false;
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
