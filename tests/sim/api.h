// One provider API as the simulator speaks it: requests in, faithfully shaped answers out.
//
// A new API is one more ProviderApi and one more row in api.cc.
// Not thread-safe: its personality calls it from one thread. No I/O; time comes in.
#ifndef SPILLWAY_TESTS_SIM_API_H_
#define SPILLWAY_TESTS_SIM_API_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/fault.h"
#include "tests/sim/message.h"
#include "tests/sim/script.h"

namespace spillway::sim {

// Who an API object speaks for.
struct ApiOptions {
  // Names the personality in answers.
  std::string name;
  // Empty: every model exists.
  std::vector<std::string> models;
  // What an answer calls a model, if not by the name it was asked for.
  std::map<std::string, std::string> aliases;
  // Empty: any key, and none, will do.
  std::string api_key;
  // Paths of chat calls beyond the API's own.
  std::vector<std::string> paths;
};

class ProviderApi {
 public:
  virtual ~ProviderApi() = default;

  // Whether `request` is a chat call: those consume the script.
  virtual bool IsChat(const Request& request) const = 0;

  // The API's own answer to any request: a completion, or why not.
  virtual HttpResponse Respond(const Request& request, std::chrono::system_clock::time_point now) = 0;

  // The error answer `step.fault` stands for.
  virtual HttpResponse Fail(const Step& step, const Request& request) = 0;

  // The body of an error of any status, without a class of its own.
  virtual std::string ErrorBody(int status) const = 0;
};

// The names of the APIs there are: "openai", "azure_openai", "anthropic", ….
std::vector<std::string> ApiNames();

// Throws InvalidConfig if no API is called `api`.
std::unique_ptr<ProviderApi> MakeApi(std::string_view api, ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_API_H_
