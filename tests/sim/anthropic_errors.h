// Anthropic's errors: the shape, and one for each fault.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_ANTHROPIC_ERRORS_H_
#define SPILLWAY_TESTS_SIM_ANTHROPIC_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/sim/script.h"

namespace spillway::sim {

struct AnthropicError {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string message;
};

// A 400: "messages.0.content: Field required".
AnthropicError AnthropicMistake(std::string_view where, std::string_view what);

// An error of a status that has no maker of its own.
AnthropicError PlainAnthropicError(int status);

// The error `step.fault` stands for; not for kBadGateway.
AnthropicError AnthropicFault(const Step& step, std::string_view model);

// An empty id is left out.
std::string AnthropicErrorBody(const AnthropicError& error, std::string_view request_id);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_ANTHROPIC_ERRORS_H_
