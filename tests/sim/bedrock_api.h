// AWS Bedrock's Converse, unary.
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_API_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_API_H_

#include <memory>

#include "tests/sim/api.h"

namespace spillway::sim {

// `options.api_key` is a Bedrock API key or "ACCESSKEY:SECRET[:SESSIONTOKEN]".
std::unique_ptr<ProviderApi> MakeBedrockApi(ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_API_H_
