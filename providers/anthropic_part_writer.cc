#include "providers/anthropic_part_writer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "providers/data_url.h"
#include "providers/utf8.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 1> kTextFields = {"text"};
constexpr std::array<std::string_view, 1> kImageFields = {"source"};
constexpr std::array<std::string_view, 2> kDocumentFields = {"source", "title"};
constexpr std::array<std::string_view, 4> kImageTypes = {"image/gif", "image/jpeg", "image/png",
                                                         "image/webp"};
constexpr std::string_view kPdf = "application/pdf";
constexpr std::string_view kPlainText = "text/plain";

struct Extension {
  std::string_view end;
  std::string_view media_type;
};
constexpr std::array<Extension, 7> kExtensions = {{{".pdf", kPdf},
                                                   {".txt", kPlainText},
                                                   {".md", kPlainText},
                                                   {".csv", kPlainText},
                                                   {".json", kPlainText},
                                                   {".html", kPlainText},
                                                   {".xml", kPlainText}}};

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

// The type as the API names it; empty for an image that it does not take.
std::string_view ImageType(std::string_view media_type) {
  if (media_type == "image/jpg") return "image/jpeg";
  const auto* found = std::find(kImageTypes.begin(), kImageTypes.end(), media_type);
  return found == kImageTypes.end() ? std::string_view() : *found;
}

bool IsText(std::string_view media_type) {
  return media_type.substr(0, 5) == "text/" || media_type == "application/json" ||
         media_type == "application/xml";
}

// {"type": "image", "source": {…}} up to its end, which is the caller's to write.
void BeginBlock(std::string_view type, std::string_view source, JsonWriter& json) {
  json.BeginObject();
  json.Field("type", type);
  json.Key("source");
  json.BeginObject();
  json.Field("type", source);
}

void WriteData(std::string_view media_type, std::string_view data, JsonWriter& json) {
  json.Field("media_type", media_type);
  json.Field("data", data);
  json.EndObject();
}

bool WriteImage(const v1::ImageUrl& image, const AnthropicBlockEnd& end, AnthropicBlocks& out) {
  const bool has_detail = !image.detail().empty() && image.detail() != "auto";
  out.dropped.AddIf(has_detail, "messages.parts.image_url.detail");
  if (const auto data = ParseDataUrl(image.url())) {
    const std::string_view type = ImageType(data->media_type);
    if (type.empty()) return out.error.Unsupported("url", "is no image that Anthropic can read");
    BeginBlock("image", "base64", out.json);
    WriteData(type, data->base64, out.json);
  } else if (absl::StartsWithIgnoreCase(image.url(), "https://") ||
             absl::StartsWithIgnoreCase(image.url(), "http://")) {
    BeginBlock("image", "url", out.json);
    out.json.Field("url", image.url());
    out.json.EndObject();
  } else {
    return out.error.Unsupported("url", "is neither http(s) nor base64 data");
  }
  return EndAnthropicBlock(end, out.json, out.error);
}

// What is known of a file's data.
struct FileData {
  std::string media_type;
  std::string_view base64;
};

FileData DataOf(const v1::File& file) {
  if (auto url = ParseDataUrl(file.file_data())) return {std::move(url->media_type), url->base64};
  FileData out{{}, file.file_data()};
  for (const Extension& extension : kExtensions) {
    if (absl::EndsWithIgnoreCase(file.filename(), Abseil(extension.end))) {
      out.media_type = extension.media_type;
    }
  }
  // "%PDF-", whatever its name.
  if (out.base64.substr(0, 6) == "JVBERi") out.media_type = kPdf;
  return out;
}

std::optional<std::string> DecodedText(std::string_view base64) {
  std::string text;
  if (!absl::Base64Unescape(Abseil(base64), &text) || RepairUtf8(text) != text) return std::nullopt;
  return text;
}

bool WriteUploaded(const v1::File& file, AnthropicBlocks& out) {
  if (file.file_id().empty()) return out.error.Set("", "holds neither data nor an id");
  // Another API's id would be an error to this one, and the file might be somebody else's.
  if (!absl::StartsWith(file.file_id(), "file_"))
    return out.error.Unsupported("file_id", "is not Anthropic's");
  out.uses_files = true;
  BeginBlock("document", "file", out.json);
  out.json.Field("file_id", file.file_id());
  out.json.EndObject();
  return true;
}

bool WriteInline(const v1::File& file, AnthropicBlocks& out) {
  const FileData data = DataOf(file);
  if (data.media_type == kPdf) {
    BeginBlock("document", "base64", out.json);
    WriteData(kPdf, data.base64, out.json);
    return true;
  }
  if (!IsText(data.media_type)) {
    return out.error.Unsupported("file_data", "is no document that Anthropic can read");
  }
  const auto text = DecodedText(data.base64);
  if (!text) return out.error.Unsupported("file_data", "is not the base64 of a text in UTF-8");
  BeginBlock("document", "text", out.json);
  WriteData(kPlainText, *text, out.json);
  return true;
}

bool WriteFile(const v1::File& file, AnthropicBlockEnd end, AnthropicBlocks& out) {
  if (!file.file_data().empty()) {
    const FileData data = DataOf(file);
    if (const std::string_view type = ImageType(data.media_type); !type.empty()) {
      BeginBlock("image", "base64", out.json);
      WriteData(type, data.base64, out.json);
      end.fields = kImageFields;
      return EndAnthropicBlock(end, out.json, out.error);
    }
  }
  if (!(file.file_data().empty() ? WriteUploaded(file, out) : WriteInline(file, out))) return false;
  if (!file.filename().empty()) out.json.Field("title", file.filename());
  return EndAnthropicBlock(end, out.json, out.error);
}

}  // namespace

bool WriteAnthropicText(std::string_view text, AnthropicBlockEnd end, AnthropicBlocks& out) {
  out.json.BeginObject();
  out.json.Field("type", "text");
  out.json.Field("text", text);
  end.fields = kTextFields;
  return EndAnthropicBlock(end, out.json, out.error);
}

bool WriteAnthropicMedia(const v1::ContentPart& part, const google::protobuf::Struct* outer,
                         AnthropicBlocks& out) {
  const AnthropicBlockEnd image{.own = &part.extra(), .outer = outer, .fields = kImageFields};
  const AnthropicBlockEnd document{.own = &part.extra(), .outer = outer, .fields = kDocumentFields};
  switch (part.part_case()) {
    case v1::ContentPart::kImageUrl:
      return WriteImage(part.image_url(), image, out) || out.error.In("image_url");
    case v1::ContentPart::kFile:
      return WriteFile(part.file(), document, out) || out.error.In("file");
    case v1::ContentPart::kInputAudio:
      return out.error.Unsupported("input_audio", "is more than Anthropic can take");
    case v1::ContentPart::kOther:
      return out.error.Unsupported("other", "is of no type that Anthropic is asked with");
    default:
      return out.error.Set("", "has no content");
  }
}

}  // namespace spillway::providers
