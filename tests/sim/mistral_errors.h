// Mistral's errors: of the gateway, of the schema, of the service, each in another form.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_MISTRAL_ERRORS_H_
#define SPILLWAY_TESTS_SIM_MISTRAL_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/sim/script.h"
#include "transport/http_message.h"

namespace spillway::sim {

struct MistralError {
  int status = 400;
  std::string body;
};

// A 422: {"detail":[{"loc":["body",…],"msg":…,"type":…}]}; `path` is "messages.0.role".
MistralError SchemaMistake(const std::string& path, std::string_view message, std::string_view type);

// {"object":"error",…}; an empty code is null.
MistralError ServiceError(int status, std::string_view message, std::string_view type, std::string_view code);

MistralError InvalidMistralKey();
MistralError InvalidMistralModel(std::string_view model);

// The error `step.fault` stands for; not for kBadGateway.
MistralError MistralFault(const Step& step, std::string_view model);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_MISTRAL_ERRORS_H_
