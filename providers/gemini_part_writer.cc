#include "providers/gemini_part_writer.h"

#include <array>

#include "providers/api_name.h"
#include "providers/gemini_media.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

// What a part is, and so no `extra` of it.
constexpr std::array<std::string_view, 5> kPayloads = {"text", "inlineData", "fileData", "functionCall",
                                                       "functionResponse"};

bool SaysNothing(const v1::ContentPart& part) {
  return (part.has_text() && part.text().empty()) || (part.has_refusal() && part.refusal().empty());
}

bool WritePayload(const v1::ContentPart& part, const GeminiTarget& target, JsonWriter& json,
                  FieldError& error) {
  switch (part.part_case()) {
    case v1::ContentPart::kText:
      json.Field("text", part.text());
      return true;
    case v1::ContentPart::kRefusal:
      json.Field("text", part.refusal());
      return true;
    case v1::ContentPart::kImageUrl:
      return WriteGeminiImage(part.image_url(), target, json, error) || error.In("image_url");
    case v1::ContentPart::kInputAudio:
      return WriteGeminiAudio(part.input_audio(), json, error) || error.In("input_audio");
    case v1::ContentPart::kFile:
      return WriteGeminiFile(part.file(), target, json, error) || error.In("file");
    case v1::ContentPart::kOther:
      return error.Unsupported("other", "is of a type that Gemini does not know");
    default:
      return error.Set("", "has no content");
  }
}

}  // namespace

void WriteGeminiText(std::string_view text, std::string_view signature, JsonWriter& json) {
  if (text.empty() && signature.empty()) return;
  json.BeginObject();
  json.Field("text", text);
  if (!signature.empty()) json.Field("thoughtSignature", signature);
  json.EndObject();
}

bool WriteGeminiPart(const v1::ContentPart& part, const GeminiTarget& target, JsonWriter& json,
                     DroppedFields& dropped, FieldError& error) {
  if (SaysNothing(part)) return true;
  json.BeginObject();
  if (!WritePayload(part, target, json, error)) return false;
  const std::string_view detail = part.image_url().detail();
  dropped.AddIf(!detail.empty() && detail != "auto", "messages.parts.image_url.detail");
  if (const google::protobuf::Struct* scope = ScopedExtra(part.extra(), v1::API_GEMINI)) {
    if (!WriteMembers(*scope, kPayloads, json, error)) {
      error.In("gemini");
      return error.In("extra");
    }
  }
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
