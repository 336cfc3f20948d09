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
#include "tests/sim/echo.h"
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

std::string ProviderApi::BreakUtf8(std::string_view event) const {
  std::string broken(event);
  InsertInvalidUtf8(broken);
  return broken;
}

std::string ProviderApi::TellInEvent(std::string_view event, std::string_view text) const {
  std::string told(event);
  TellInError(text, told);
  return told;
}

void InsertInvalidUtf8(std::string& body) {
  // What APIs call the text, in whole answers and in streams; then any string.
  static constexpr std::array<std::string_view, 5> kTexts = {"\"content\":\"", "\"text\":\"",
                                                             "\"partial_json\":\"", "\"input\":\"", "\":\""};
  for (const std::string_view text : kTexts) {
    const std::size_t at = body.find(text);
    if (at == std::string::npos) continue;
    body.insert(at + text.size(), "\xC3\x28");
    return;
  }
  body.insert(0, "\xC3\x28");
}

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
