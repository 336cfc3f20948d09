// One provider API as the simulator speaks it: requests in, faithfully shaped answers out.
//
// A new API is one more ProviderApi and one more row in api.cc.
// Not thread-safe: its personality calls it from one thread. No I/O; time comes in.
#ifndef SPILLWAY_TESTS_SIM_API_H_
#define SPILLWAY_TESTS_SIM_API_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/fault.h"
#include "tests/sim/message.h"
#include "tests/sim/script.h"
#include "tests/sim/stream.h"

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
  // Words of an answer's text; 0: what there is to say.
  std::size_t tokens = 0;
};

// What an answer depends on beside the request.
struct AnswerContext {
  std::chrono::system_clock::time_point now;
  // Over the personality's own, if not 0.
  std::size_t tokens = 0;
};

struct ApiAnswer {
  // NOLINTNEXTLINE(google-explicit-constructor): most answers are whole.
  ApiAnswer(HttpResponse answer) : http(std::move(answer)) {}
  ApiAnswer(HttpResponse head, Stream pieces) : http(std::move(head)), stream(std::move(pieces)) {}

  HttpResponse http;
  // In place of `http`'s body, if a stream was asked for and nothing is wrong.
  std::optional<Stream> stream;
};

class ProviderApi {
 public:
  virtual ~ProviderApi() = default;

  // Whether `request` is a chat call: those consume the script.
  virtual bool IsChat(const Request& request) const = 0;

  // The API's own answer to any request: a completion, or why not.
  virtual ApiAnswer Respond(const Request& request, const AnswerContext& context) = 0;

  // The error answer `step.fault` stands for.
  virtual ApiAnswer Fail(const Step& step, const Request& request) = 0;

  // What `request`'s stream brings where an error of `step.error_class` breaks it, to its end.
  virtual std::string StreamError(const Step& step, const Request& request) = 0;

  // A stream's event with an impossible byte pair in its text.
  virtual std::string BreakUtf8(std::string_view event) const;

  // A stream's error with `text` in its message.
  virtual std::string TellInEvent(std::string_view event, std::string_view text) const;

  // The body of an error of any status, without a class of its own.
  virtual std::string ErrorBody(int status) const = 0;
};

// Puts an impossible byte pair into the text of an answer's JSON, or else into its first string.
void InsertInvalidUtf8(std::string& body);

// The names of the APIs there are: "openai", "azure_openai", "anthropic", ….
std::vector<std::string> ApiNames();

// Throws InvalidConfig if no API is called `api`.
std::unique_ptr<ProviderApi> MakeApi(std::string_view api, ApiOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_API_H_
