// Bedrock's errors: the type in a header, the words in the body.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_ERRORS_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/sim/script.h"
#include "transport/http_message.h"

namespace spillway::sim {

struct BedrockError {
  int status = 400;
  // "ValidationException".
  std::string type = "ValidationException";
  std::string message;
};

BedrockError BedrockMistake(std::string message);

// The error `step.fault` stands for; not for kBadGateway, nor for kContentFilter, which is a success here.
BedrockError BedrockFault(const Step& step, std::string_view model);

std::string BedrockErrorBody(std::string_view message);
HttpResponse BedrockErrorAnswer(const BedrockError& error);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_ERRORS_H_
