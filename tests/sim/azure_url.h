// What Azure reads in the URL of a chat call.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_AZURE_URL_H_
#define SPILLWAY_TESTS_SIM_AZURE_URL_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::sim {

enum class AzureForm : std::uint8_t {
  // /openai/deployments/NAME/chat/completions
  kDeployment,
  // /openai/v1/chat/completions
  kV1,
  kOther,
};

struct AzureUrl {
  AzureForm form = AzureForm::kOther;
  // As Azure takes it: "//openai" is "/openai".
  std::string path;
  // kDeployment: its name, decoded.
  std::string deployment;
  // "" if absent.
  std::string api_version;
};

AzureUrl ReadAzureUrl(std::string_view target);

// Whether the form has that api-version; kOther takes any.
bool HasVersion(const AzureUrl& url);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_AZURE_URL_H_
