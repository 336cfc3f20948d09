// OpenAI's chat completions on Azure: at the URLs of deployments, and at those of the v1 API.
#ifndef SPILLWAY_TESTS_SIM_AZURE_OPENAI_API_H_
#define SPILLWAY_TESTS_SIM_AZURE_OPENAI_API_H_

#include <memory>

#include "tests/sim/api.h"

namespace spillway::sim {

// `options.models` are the deployments.
std::unique_ptr<ProviderApi> MakeAzureOpenAiApi(ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_AZURE_OPENAI_API_H_
