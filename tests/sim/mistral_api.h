// Mistral's chat completions, unary.
#ifndef SPILLWAY_TESTS_SIM_MISTRAL_API_H_
#define SPILLWAY_TESTS_SIM_MISTRAL_API_H_

#include <memory>

#include "tests/sim/api.h"

namespace spillway::sim {

std::unique_ptr<ProviderApi> MakeMistralApi(ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_MISTRAL_API_H_
