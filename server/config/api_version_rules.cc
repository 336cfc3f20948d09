#include "server/config/api_version_rules.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/config/scalar_values.h"

namespace spillway::server {
namespace {

constexpr std::size_t kMaxVersionLength = 64;
constexpr std::string_view kDate = "dddd-dd-dd";

// From `text` on: as many digits as `form` has 'd', and its other characters as they are.
bool HasForm(std::string_view text, std::string_view form) {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           return f == 'd' ? absl::ascii_isdigit(c) : c == f;
         });
}

// 2024-10-21, 2024-12-01-preview.
bool IsDate(std::string_view version) {
  const std::string_view suffix = version.substr(std::min(kDate.size(), version.size()));
  return HasForm(version.substr(0, kDate.size()), kDate) && (suffix.empty() || suffix == "-preview");
}

// preview, v1, latest.
bool IsWord(std::string_view version) {
  return !version.empty() && version.size() <= kMaxVersionLength && absl::ascii_isalpha(version.front()) &&
         std::all_of(version.begin(), version.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; });
}

bool IsV1Url(std::string_view url) {
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);
  return url.ends_with("/openai/v1");
}

std::string Problem(const v1::Endpoint& endpoint) {
  const std::string& version = endpoint.api_version();
  if (!IsDate(version) && !IsWord(version)) {
    return "an api-version is a date, as in 2024-10-21 or 2024-12-01-preview, or a word, as in preview";
  }
  if (IsDate(version) && IsV1Url(endpoint.url())) {
    return "a date is the version of deployment URLs, but the url is the v1 API's: leave out its /openai/v1 "
           "or the api_version";
  }
  return "";
}

}  // namespace

void CheckApiVersion(const v1::Endpoint& endpoint, const std::string& path, const ConfigIndex& index,
                     Findings* findings) {
  if (!findings->IsRead(path, "api_version")) return;
  const auto* provider = index.providers.Find(endpoint.provider());
  if (provider == nullptr || provider->message->api() == v1::API_UNSPECIFIED) return;
  const std::string at = FieldPath(path, "api_version");
  const v1::Api api = provider->message->api();
  if (api == v1::API_AZURE_OPENAI) return findings->AddIfAny(at, Problem(endpoint));
  if (api == v1::API_ANTHROPIC) {
    if (!HasForm(endpoint.api_version(), kDate))
      findings->Add(at, "an anthropic-version is a date, as in 2023-06-01");
    return;
  }
  findings->Add(at, absl::StrCat("has no effect: the provider ", Quoted(endpoint.provider()), " speaks ",
                                 EnumWord(*v1::Api_descriptor()->FindValueByNumber(api)),
                                 ", and only azure_openai and anthropic have api-versions"));
}

}  // namespace spillway::server
