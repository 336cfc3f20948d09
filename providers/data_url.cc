#include "providers/data_url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kScheme = "data:";
constexpr std::string_view kBase64 = ";base64";

bool StartsWith(std::string_view text, std::string_view prefix) {
  return absl::StartsWithIgnoreCase({text.data(), text.size()}, {prefix.data(), prefix.size()});
}

bool EndsWith(std::string_view text, std::string_view suffix) {
  return absl::EndsWithIgnoreCase({text.data(), text.size()}, {suffix.data(), suffix.size()});
}

}  // namespace

std::optional<DataUrl> ParseDataUrl(std::string_view url) {
  if (!StartsWith(url, kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view type = url.substr(0, comma);
  if (!EndsWith(type, kBase64)) return std::nullopt;
  type = type.substr(0, type.find(';'));
  DataUrl out{"text/plain", url.substr(comma + 1)};
  if (!type.empty()) out.media_type = absl::AsciiStrToLower({type.data(), type.size()});
  return out;
}

std::string MakeDataUrl(std::string_view media_type, std::string_view base64) {
  std::string url(kScheme);
  url.append(media_type).append(kBase64).append(",").append(base64);
  return url;
}

}  // namespace spillway::providers
