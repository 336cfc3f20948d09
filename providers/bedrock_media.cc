#include "providers/bedrock_media.h"

#include <algorithm>
#include <array>
#include <span>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "providers/data_url.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kS3 = "s3://";
constexpr std::size_t kLongestName = 200;
// What every PDF begins with, in base64.
constexpr std::string_view kPdf = "JVBERi";

// A media type, or a file's extension, and Bedrock's word for it.
struct Row {
  std::string_view name;
  std::string_view format;
};

constexpr std::array<Row, 10> kImages = {{{"image/png", "png"},
                                          {"image/jpeg", "jpeg"},
                                          {"image/jpg", "jpeg"},
                                          {"image/gif", "gif"},
                                          {"image/webp", "webp"},
                                          {"png", "png"},
                                          {"jpg", "jpeg"},
                                          {"jpeg", "jpeg"},
                                          {"gif", "gif"},
                                          {"webp", "webp"}}};

constexpr std::array<Row, 22> kDocuments = {
    {{"application/pdf", "pdf"},
     {"application/msword", "doc"},
     {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
     {"application/vnd.ms-excel", "xls"},
     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
     {"application/json", "txt"},
     {"application/xml", "txt"},
     {"text/csv", "csv"},
     {"text/html", "html"},
     {"text/markdown", "md"},
     {"pdf", "pdf"},
     {"csv", "csv"},
     {"doc", "doc"},
     {"docx", "docx"},
     {"xls", "xls"},
     {"xlsx", "xlsx"},
     {"html", "html"},
     {"htm", "html"},
     {"txt", "txt"},
     {"md", "md"},
     {"json", "txt"},
     {"xml", "txt"}}};

// Empty when there is none.
std::string_view FormatOf(std::string_view name, std::span<const Row> rows) {
  const auto row =
      std::find_if(rows.begin(), rows.end(), [name](const Row& row) { return row.name == name; });
  return row == rows.end() ? std::string_view() : row->format;
}

// "pdf" of "a/b.PDF"; empty when there is none.
std::string ExtensionOf(std::string_view filename) {
  const std::size_t dot = filename.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view extension = filename.substr(dot + 1);
  return absl::AsciiStrToLower({extension.data(), extension.size()});
}

std::string_view DocumentFormat(std::string_view media_type, std::string_view filename) {
  const std::string_view known = FormatOf(media_type, kDocuments);
  if (!known.empty()) return known;
  if (media_type.starts_with("text/")) return "txt";
  return FormatOf(ExtensionOf(filename), kDocuments);
}

bool IsInName(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-()[]").find(c) != std::string_view::npos;
}

// `text` with a space for each run of anything else.
std::string Plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsInName(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  // Room for a number behind it.
  if (out.size() > kLongestName - 10) out.resize(kLongestName - 10);
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? "document" : out;
}

void WriteSource(std::string_view kind, std::string_view value, JsonWriter& json) {
  json.Key("source");
  json.BeginObject();
  if (kind == "uri") {
    json.Key("s3Location");
    json.BeginObject();
    json.Field("uri", value);
    json.EndObject();
  } else {
    json.Field("bytes", value);
  }
  json.EndObject();
}

// Where the bytes of a part are, and what they are.
struct Source {
  std::string_view kind;
  std::string_view value;
  std::string_view format;
};

void WriteBlock(std::string_view type, std::string_view name, const Source& source, JsonWriter& json) {
  json.BeginObject();
  json.Key(type);
  json.BeginObject();
  json.Field("format", source.format);
  if (!name.empty()) json.Field("name", name);
  WriteSource(source.kind, source.value, json);
  json.EndObject();
  json.EndObject();
}

}  // namespace

std::string BedrockDocumentNames::Next(std::string_view filename) {
  if (!FormatOf(ExtensionOf(filename), kDocuments).empty())
    filename = filename.substr(0, filename.rfind('.'));
  const std::string plain = Plain(filename);
  std::string name = plain;
  for (int copy = 2; !taken_.insert(name).second; ++copy) name = absl::StrCat(plain, " (", copy, ")");
  return name;
}

bool WriteBedrockImage(const v1::ImageUrl& image, JsonWriter& json, FieldError& error) {
  Source source;
  if (image.url().starts_with(kS3)) {
    source = {"uri", image.url(), FormatOf(ExtensionOf(image.url()), kImages)};
  } else if (const auto data = ParseDataUrl(image.url())) {
    source = {"bytes", data->base64, FormatOf(data->media_type, kImages)};
  } else {
    return error.Unsupported("url", "is no data: URL, and Bedrock fetches images from S3 alone");
  }
  if (source.format.empty()) return error.Unsupported("url", "is no image that Bedrock takes");
  WriteBlock("image", "", source, json);
  return true;
}

bool WriteBedrockDocument(const v1::File& file, std::string_view name, JsonWriter& json, FieldError& error) {
  Source source;
  if (!file.file_data().empty()) {
    const auto data = ParseDataUrl(file.file_data());
    if (!data && file.file_data().find(':') != std::string::npos) {
      return error.Unsupported("file_data", "is a URL of no data in base64");
    }
    source = {"bytes", data ? data->base64 : file.file_data(),
              DocumentFormat(data ? data->media_type : std::string(), file.filename())};
    if (source.format.empty() && source.value.starts_with(kPdf)) source.format = "pdf";
  } else if (file.file_id().starts_with(kS3)) {
    source = {"uri", file.file_id(), FormatOf(ExtensionOf(file.file_id()), kDocuments)};
  } else {
    return error.Unsupported("file_id", "is no s3:// URL: Bedrock keeps no files");
  }
  if (source.format.empty()) return error.Unsupported("", "is no document of a format that Bedrock takes");
  WriteBlock("document", name, source, json);
  return true;
}

}  // namespace spillway::providers
