// Google's Gemini, unary, at the URLs of AI Studio and of Vertex.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_API_H_
#define SPILLWAY_TESTS_SIM_GEMINI_API_H_

#include <memory>

#include "tests/sim/api.h"

namespace spillway::sim {

std::unique_ptr<ProviderApi> MakeGeminiApi(ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_API_H_
