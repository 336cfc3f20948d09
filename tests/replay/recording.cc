#include "tests/replay/recording.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

std::string TextOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_string()
             ? std::string(value->get_string().c_str(), value->get_string().size())
             : std::string();
}

bool IsText(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_string();
}

const json::object* ObjectOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

void ReadResponse(const json::object& response, Recording& out) {
  if (const json::value* status = response.if_contains("status"); status != nullptr && status->is_int64()) {
    out.response.status = static_cast<int>(status->get_int64());
  }
  if (const json::object* headers = ObjectOf(response, "headers")) {
    for (const auto& header : *headers) {
      out.response.headers.emplace_back(std::string(header.key()),
                                        TextOf(*headers, std::string(header.key())));
    }
  }
  out.binary = response.contains("body_base64");
  out.response.body = TextOf(response, out.binary ? "body_base64" : "body");
}

// False: it is no base64.
bool DecodeBinary(Recording& recording) {
  std::string bytes;
  if (!absl::Base64Unescape(recording.response.body, &bytes)) return false;
  recording.response.body = std::move(bytes);
  return true;
}

}  // namespace

bool Recording::HasTag(std::string_view tag) const {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::optional<std::string> Recording::TagValue(std::string_view prefix) const {
  for (const std::string& tag : tags) {
    if (std::string_view(tag).substr(0, prefix.size()) == prefix) return tag.substr(prefix.size());
  }
  return std::nullopt;
}

bool Recording::IsStream() const {
  const std::string* type = FindHeader(response.headers, "content-type");
  const bool events = type != nullptr && type->rfind("text/event-stream", 0) == 0;
  // An error before the first event is a document, even where the header promises events.
  const bool document =
      !response.body.empty() && (response.body.front() == '{' || response.body.front() == '[');
  return binary || HasTag("stream") || (events && !document);
}

absl::StatusOr<Recording> ParseRecording(std::string_view line) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 64;
  const json::value root = json::parse({line.data(), line.size()}, error, {}, options);
  const json::object* object = error ? nullptr : root.if_object();
  if (object == nullptr) return absl::InvalidArgumentError("not a JSON object");
  Recording out;
  out.id = TextOf(*object, "id");
  out.provider = TextOf(*object, "provider");
  const json::object* response = ObjectOf(*object, "response");
  if (out.id.empty() || out.provider.empty() || response == nullptr) {
    return absl::InvalidArgumentError("id, provider or response is missing");
  }
  ReadResponse(*response, out);
  if (out.binary && !DecodeBinary(out)) return absl::InvalidArgumentError("body_base64 is not base64");
  if (const json::object* request = ObjectOf(*object, "request")) {
    out.url = TextOf(*request, "url");
    if (IsText(*request, "body")) out.request_body = TextOf(*request, "body");
  }
  if (const json::value* tags = object->if_contains("tags"); tags != nullptr && tags->is_array()) {
    for (const auto& tag : tags->get_array()) {
      if (tag.is_string()) out.tags.emplace_back(tag.get_string().c_str(), tag.get_string().size());
    }
  }
  return out;
}

absl::StatusOr<std::vector<Recording>> ReadRecordings(const fs::path& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", file.string()));
  std::vector<Recording> out;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    auto recording = ParseRecording(line);
    if (!recording.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.string(), ":", number, ": ", std::string(recording.status().message())));
    }
    out.push_back(*std::move(recording));
  }
  return out;
}

absl::StatusOr<std::vector<Recording>> ReadRecordingFolder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".jsonl") files.push_back(it->path());
  }
  if (error) return absl::NotFoundError(absl::StrCat("cannot list ", folder.string(), ": ", error.message()));
  std::sort(files.begin(), files.end());
  std::vector<Recording> out;
  for (const fs::path& file : files) {
    auto recordings = ReadRecordings(file);
    if (!recordings.ok()) return recordings.status();
    std::move(recordings->begin(), recordings->end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace spillway::replay
