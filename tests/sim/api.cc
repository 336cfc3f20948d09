#include "tests/sim/api.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/anthropic_api.h"
#include "tests/sim/azure_openai_api.h"
#include "tests/sim/bedrock_api.h"
#include "tests/sim/cohere_api.h"
#include "tests/sim/gemini_api.h"
#include "tests/sim/json_reader.h"
#include "tests/sim/mistral_api.h"
#include "tests/sim/openai_api.h"

namespace spillway::sim {
namespace {

struct Row {
  std::string_view name;
  std::unique_ptr<ProviderApi> (*make)(ApiOptions);
};

constexpr std::array kApis = {Row{"openai", MakeOpenAiApi},       Row{"azure_openai", MakeAzureOpenAiApi},
                              Row{"anthropic", MakeAnthropicApi}, Row{"bedrock", MakeBedrockApi},
                              Row{"gemini", MakeGeminiApi},       Row{"mistral", MakeMistralApi},
                              Row{"cohere", MakeCohereApi}};

}  // namespace

std::vector<std::string> ApiNames() {
  std::vector<std::string> names;
  for (const Row& row : kApis) names.emplace_back(row.name);
  return names;
}

std::unique_ptr<ProviderApi> MakeApi(std::string_view api, ApiOptions options) {
  std::string names;
  for (const Row& row : kApis) {
    if (row.name == api) return row.make(std::move(options));
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  }
  throw InvalidConfig("api: no API is called \"" + std::string(api) + "\"; known are: " + names);
}

}  // namespace spillway::sim
