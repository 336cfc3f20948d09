#include "providers/gemini_path.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "providers/percent_encoding.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kProjects = "/projects/";
constexpr std::string_view kPublishers = "/publishers/";
constexpr std::string_view kGoogle = "/publishers/google";
constexpr std::string_view kModels = "/models";

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// v1, v1beta, v1beta1.
bool IsVersion(std::string_view segment) {
  return segment.size() >= 2 && segment.front() == 'v' && IsDigit(segment[1]);
}

// The first segment of `path`, which it is taken from, with the slash before it.
std::string_view TakeSegment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return segment;
}

// The version that `path` names; empty when it names none.
std::string_view VersionIn(std::string_view path) {
  while (!path.empty()) {
    const std::string_view segment = TakeSegment(path);
    if (IsVersion(segment)) return segment;
  }
  return {};
}

// A name's segments percent-encoded; nothing when one of them does not survive the way to the server.
std::optional<std::string> EncodedSegments(std::string_view name) {
  std::string out;
  bool more = true;
  while (more) {
    more = name.find('/') != std::string_view::npos;
    const std::string_view segment = TakeSegment(name);
    if (!CanBeASegment(segment)) return std::nullopt;
    out.append("/").append(PercentEncoded(segment));
  }
  return out;
}

}  // namespace

GeminiPath::GeminiPath(std::string_view base_path) {
  while (base_path.ends_with('/')) base_path.remove_suffix(1);
  if (base_path.ends_with(kModels)) base_path.remove_suffix(kModels.size());
  const bool vertex = IsVertexPath(base_path);
  const std::size_t resource =
      vertex ? std::min(base_path.find(kProjects), base_path.find(kPublishers)) : base_path.size();
  root_ = base_path.substr(0, resource);
  if (VersionIn(root_).empty()) root_ += vertex ? "/v1" : "/v1beta";
  if (!vertex) return;
  const std::string_view rest = base_path.substr(resource);
  const std::size_t publisher = std::min(rest.find(kPublishers), rest.size());
  project_ = rest.substr(0, publisher);
  publisher_ = publisher == rest.size() ? kGoogle : rest.substr(publisher);
}

std::string GeminiPath::ResourceOf(std::string_view model, std::string_view encoded) const {
  const auto below = [encoded](std::string out) { return out.append(encoded); };
  const std::string_view kind = model.substr(0, model.find('/'));
  if (kind == model) return below(project_ + publisher_ + std::string(kModels));
  if (kind == "models") return below(project_ + publisher_);
  if (kind == "projects") return below("");
  const bool of_publisher = std::count(model.begin(), model.end(), '/') == 1;
  if (publisher_.empty() || !of_publisher || kind == "endpoints" || kind == "tunedModels")
    return below(project_);
  std::string out = project_ + "/publishers";
  out.append(encoded.substr(0, encoded.rfind('/')))
      .append(kModels)
      .append(encoded.substr(encoded.rfind('/')));
  return out;
}

std::optional<std::string> GeminiPath::Resource(std::string_view model) const {
  const std::optional<std::string> encoded = EncodedSegments(model);
  if (!encoded) return std::nullopt;
  return root_ + ResourceOf(model, *encoded);
}

std::optional<std::string> GeminiPath::For(std::string_view model) const {
  std::optional<std::string> path = Resource(model);
  if (path) path->append(":generateContent");
  return path;
}

std::optional<std::string> GeminiPath::ForStream(std::string_view model) const {
  std::optional<std::string> path = Resource(model);
  if (path) path->append(":streamGenerateContent?alt=sse");
  return path;
}

bool IsVertexPath(std::string_view path) {
  return path.find(kProjects) != std::string_view::npos || path.find(kPublishers) != std::string_view::npos;
}

bool IsPreviewPath(std::string_view path) {
  const std::string_view version = VersionIn(path);
  return !version.empty() && !std::all_of(version.begin() + 1, version.end(), IsDigit);
}

}  // namespace spillway::providers
