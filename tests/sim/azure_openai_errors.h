// Azure's error answers, where they are not OpenAI's own passed on.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_AZURE_OPENAI_ERRORS_H_
#define SPILLWAY_TESTS_SIM_AZURE_OPENAI_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/sim/script.h"
#include "transport/http_message.h"

namespace spillway::sim {

// {"error":{"code":…,"message":…}}: neither type nor param, and statuses as texts.
std::string AzureErrorBody(std::string_view code, std::string_view message);
HttpResponse AzureErrorAnswer(int status, std::string_view code, std::string_view message);

HttpResponse WrongSubscriptionKey();
// A URL that is none of the API's: a deployment's without an api-version, too.
HttpResponse ResourceNotFound();
HttpResponse UnsupportedApiVersion();
HttpResponse DeploymentNotFound();

// The answer of `step.fault`, which is an error answer; `deployment` is the one that was asked.
HttpResponse AzureFault(const Step& step, std::string_view deployment);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_AZURE_OPENAI_ERRORS_H_
