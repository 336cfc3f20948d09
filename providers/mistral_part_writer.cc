#include "providers/mistral_part_writer.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "providers/data_url.h"
#include "providers/mistral_dialect.h"
#include "providers/scoped_extra.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kPdf = "application/pdf";
constexpr std::string_view kTypes[] = {"text", "thinking",    "image_url", "document_url",
                                       "file", "input_audio", "reference"};
constexpr std::string_view kPartFields[] = {"type", "input_audio", "document_url", "document_name",
                                            "file_id"};

// The document as a data URL; empty when it is none that Mistral reads.
std::string DocumentUrl(const v1::File& file) {
  const auto url = ParseDataUrl(file.file_data());
  if (url) return url->media_type == kPdf ? file.file_data() : std::string();
  const bool inline_pdf = !file.file_data().empty() && absl::EndsWithIgnoreCase(file.filename(), ".pdf");
  return inline_pdf ? MakeDataUrl(kPdf, file.file_data()) : std::string();
}

bool WriteFile(const v1::File& file, JsonWriter& json, FieldError& error) {
  if (file.file_data().empty() && !file.file_id().empty()) {
    if (file.file_id().starts_with("file-")) return error.Unsupported("file.file_id", "is none of Mistral's");
    json.Field("type", "file");
    json.Field("file_id", file.file_id());
    return true;
  }
  const std::string url = DocumentUrl(file);
  if (url.empty()) return error.Unsupported("file.file_data", "is no PDF, the one document Mistral reads");
  json.Field("type", "document_url");
  json.Field("document_url", url);
  if (!file.filename().empty()) json.Field("document_name", file.filename());
  return true;
}

bool WriteOther(const google::protobuf::Struct& other, JsonWriter& json, FieldError& error) {
  const auto type = other.fields().find("type");
  const bool known =
      type != other.fields().end() &&
      std::find(std::begin(kTypes), std::end(kTypes), type->second.string_value()) != std::end(kTypes);
  if (!known) return error.Unsupported("other", kMistral.beyond);
  return WriteStruct(other, json, error) || error.In("other");
}

}  // namespace

bool WriteMistralPart(const v1::ContentPart& part, JsonWriter& json, FieldError& error) {
  if (part.has_other()) return WriteOther(part.other(), json, error);
  if (!part.has_input_audio() && !part.has_file()) return WritePlainPart(part, kMistral, json, error);
  json.BeginObject();
  if (part.has_input_audio()) {
    json.Field("type", "input_audio");
    json.Field("input_audio", part.input_audio().data());
  } else if (!WriteFile(part.file(), json, error)) {
    return false;
  }
  if (!WriteScopedExtra(part.extra(), kMistral.api, kPartFields, {}, json, error)) return false;
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
