// Cohere's errors: an id, a message, and now and then a type.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_COHERE_ERRORS_H_
#define SPILLWAY_TESTS_SIM_COHERE_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/sim/script.h"

namespace spillway::sim {

struct CohereError {
  int status = 400;
  std::string message;
  // "": left out.
  std::string error_type;
};

CohereError CohereMistake(std::string message);
CohereError CohereModelNotFound(std::string_view model);
CohereError WrongCohereKey();

// The error `step.fault` stands for; not for kBadGateway, nor for kErrorIn200, which is an answer here.
CohereError CohereFault(const Step& step, std::string_view model);

std::string CohereErrorBody(const CohereError& error, std::string_view id);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_COHERE_ERRORS_H_
