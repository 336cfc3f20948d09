#include "tests/sim/azure_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "tests/sim/message.h"

namespace spillway::sim {
namespace {

constexpr std::string_view kDeployments = "/openai/deployments/";
constexpr std::string_view kChat = "/chat/completions";
constexpr std::string_view kV1Chat = "/openai/v1/chat/completions";

// The deployment a path names, as it stands there; "" for paths of another form.
std::string_view DeploymentIn(std::string_view path) {
  // Longer than both together, or it is "/openai/deployments/chat/completions".
  const bool fits = path.size() > kDeployments.size() + kChat.size() && path.starts_with(kDeployments) &&
                    path.ends_with(kChat);
  if (!fits) return "";
  const std::string_view name =
      path.substr(kDeployments.size(), path.size() - kDeployments.size() - kChat.size());
  return name.find('/') == std::string_view::npos ? name : "";
}

// 2024-10-21, 2024-12-01-preview.
bool IsDated(std::string_view version) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  const std::string_view date = version.substr(0, kForm.size());
  const bool fits = std::equal(date.begin(), date.end(), kForm.begin(), kForm.end(), [](char c, char f) {
    return f == 'd' ? absl::ascii_isdigit(static_cast<unsigned char>(c)) : c == f;
  });
  return fits && (version.size() == kForm.size() || version.substr(kForm.size()) == "-preview");
}

}  // namespace

AzureUrl ReadAzureUrl(std::string_view target) {
  std::string_view path = PathOf(target);
  while (path.starts_with("//")) path.remove_prefix(1);
  AzureUrl url;
  url.path = std::string(path);
  url.api_version = QueryValue(target, "api-version");
  url.deployment = PercentDecoded(DeploymentIn(path));
  if (!url.deployment.empty()) url.form = AzureForm::kDeployment;
  if (path == kV1Chat) url.form = AzureForm::kV1;
  return url;
}

bool HasVersion(const AzureUrl& url) {
  const std::string& version = url.api_version;
  switch (url.form) {
    case AzureForm::kDeployment:
      return IsDated(version);
    case AzureForm::kV1:
      return version.empty() || version == "v1" || version == "preview" || version == "latest";
    case AzureForm::kOther:
      break;
  }
  return true;
}

}  // namespace spillway::sim
