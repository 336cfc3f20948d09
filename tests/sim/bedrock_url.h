// What Bedrock reads in the path of a call: /model/ID/converse, the id percent-encoded.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_URL_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_URL_H_

#include <string>
#include <string_view>

namespace spillway::sim {

struct BedrockUrl {
  // Decoded; "": another path.
  std::string model;
  // /converse-stream.
  bool stream = false;
};

BedrockUrl ReadBedrockUrl(std::string_view target);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_URL_H_
