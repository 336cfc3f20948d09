#include "providers/gemini_media.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "providers/data_url.h"

namespace spillway::providers {
namespace {

struct Row {
  std::string_view extension;
  std::string_view media_type;
};

constexpr Row kTypes[] = {
    {"png", "image/png"},         {"jpg", "image/jpeg"},   {"jpeg", "image/jpeg"}, {"webp", "image/webp"},
    {"heic", "image/heic"},       {"heif", "image/heif"},  {"gif", "image/gif"},   {"pdf", "application/pdf"},
    {"txt", "text/plain"},        {"md", "text/markdown"}, {"html", "text/html"},  {"htm", "text/html"},
    {"csv", "text/csv"},          {"xml", "text/xml"},     {"css", "text/css"},    {"rtf", "text/rtf"},
    {"json", "application/json"}, {"wav", "audio/wav"},    {"mp3", "audio/mp3"},   {"aiff", "audio/aiff"},
    {"aac", "audio/aac"},         {"ogg", "audio/ogg"},    {"flac", "audio/flac"}, {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},       {"mpg", "video/mpg"},    {"mov", "video/mov"},   {"avi", "video/avi"},
    {"webm", "video/webm"},       {"wmv", "video/wmv"},    {"flv", "video/x-flv"}, {"3gp", "video/3gpp"},
};

constexpr std::string_view kGoogleFiles = "https://generativelanguage.googleapis.com/";
constexpr std::string_view kAnyImage = "image/jpeg";

// Empty when the extension of the file that `url` names is none of the known ones.
std::string_view TypeByExtension(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  url.remove_prefix(url.rfind('/') + 1);
  const std::size_t dot = url.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view written = url.substr(dot + 1);
  const std::string extension = absl::AsciiStrToLower({written.data(), written.size()});
  const Row* row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                [&extension](const Row& other) { return other.extension == extension; });
  return row == std::end(kTypes) ? std::string_view() : row->media_type;
}

bool IsReadable(std::string_view media_type) {
  for (const std::string_view kind : {"image/", "audio/", "video/", "text/"}) {
    if (media_type.starts_with(kind)) return true;
  }
  return media_type == "application/pdf" || media_type == "application/json" ||
         media_type == "application/rtf" || media_type == "application/xml" ||
         media_type == "application/x-javascript" || media_type == "application/x-python";
}

bool WriteInline(std::string_view media_type, std::string_view base64, std::string_view field,
                 JsonWriter& json, FieldError& error) {
  if (!IsReadable(media_type)) return error.Unsupported(field, "is of a type that Gemini does not read");
  json.Key("inlineData");
  json.BeginObject();
  json.Field("mimeType", media_type);
  json.Field("data", base64);
  json.EndObject();
  return true;
}

// Why `uri` cannot be sent; empty when it can.
std::string_view Obstacle(std::string_view uri, const GeminiTarget& target) {
  const bool google_file = uri.starts_with(kGoogleFiles);
  if (target.vertex) {
    if (google_file) return "is a file of AI Studio, which Vertex cannot read";
    const bool fetched =
        uri.starts_with("gs://") || uri.starts_with("https://") || uri.starts_with("http://");
    return fetched ? "" : "is no URL that Vertex fetches";
  }
  if (google_file) return "";
  if (!uri.starts_with("https://")) return "is no URL that Gemini fetches";
  return target.model.version >= 205 ? "" : "is a URL, which this model does not fetch";
}

bool WriteUri(std::string_view uri, std::string_view fallback, std::string_view field,
              const GeminiTarget& target, JsonWriter& json, FieldError& error) {
  const std::string_view obstacle = Obstacle(uri, target);
  if (!obstacle.empty()) return error.Unsupported(field, obstacle);
  std::string_view media_type = TypeByExtension(uri);
  // Google knows the types of its own files.
  if (media_type.empty() && !uri.starts_with(kGoogleFiles)) {
    if (fallback.empty()) return error.Unsupported(field, "has no extension that tells its type");
    media_type = fallback;
  }
  json.Key("fileData");
  json.BeginObject();
  if (!media_type.empty()) json.Field("mimeType", media_type);
  json.Field("fileUri", uri);
  json.EndObject();
  return true;
}

}  // namespace

bool WriteGeminiImage(const v1::ImageUrl& image, const GeminiTarget& target, JsonWriter& json,
                      FieldError& error) {
  const std::string_view url = image.url();
  if (const std::optional<DataUrl> data = ParseDataUrl(url)) {
    return WriteInline(data->media_type, data->base64, "url", json, error);
  }
  if (url.starts_with("data:")) return error.Set("url", "is a data URL, but not in base64");
  return WriteUri(url, kAnyImage, "url", target, json, error);
}

bool WriteGeminiAudio(const v1::InputAudio& audio, JsonWriter& json, FieldError& error) {
  const std::string_view media_type = TypeByExtension("." + audio.format());
  if (!media_type.starts_with("audio/")) return error.Unsupported("format", "is none that Gemini hears");
  return WriteInline(media_type, audio.data(), "data", json, error);
}

bool WriteGeminiFile(const v1::File& file, const GeminiTarget& target, JsonWriter& json, FieldError& error) {
  const std::string_view type_by_name = TypeByExtension(file.filename());
  if (file.file_data().empty()) {
    if (file.file_id().empty()) return error.Set("", "has neither file_data nor file_id");
    return WriteUri(file.file_id(), type_by_name, "file_id", target, json, error);
  }
  if (const std::optional<DataUrl> data = ParseDataUrl(file.file_data())) {
    return WriteInline(data->media_type, data->base64, "file_data", json, error);
  }
  if (file.file_data().starts_with("data:"))
    return error.Set("file_data", "is a data URL, but not in base64");
  if (type_by_name.empty()) return error.Unsupported("filename", "has no extension that tells the type");
  return WriteInline(type_by_name, file.file_data(), "file_data", json, error);
}

}  // namespace spillway::providers
