// OpenAI's chat completions and model list, unary.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_API_H_
#define SPILLWAY_TESTS_SIM_OPENAI_API_H_

#include <memory>

#include "tests/sim/api.h"

namespace spillway::sim {

std::unique_ptr<ProviderApi> MakeOpenAiApi(ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_API_H_
