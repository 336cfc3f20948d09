// Calls a Spillway server: what would serve, an answer whole, an answer as it comes, and what a failure
// tells.

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include "absl/status/status.h"
#include "client/client.h"

namespace {

using namespace spillway::client;  // NOLINT: the whole example is about it
namespace v1 = spillway::v1;

constexpr char kServiceConfig[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "healthCheckConfig": {"serviceName": ""},
  "methodConfig": [{
    "name": [{"service": "spillway.v1.RouterService"}],
    "retryPolicy": {
      "maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
})";

std::string Environment(const char* name, const std::string& otherwise = "") {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

Client Connect(const std::string& server) {
  ClientOptions options;
  options.address = server;
  options.key = Environment("SPILLWAY_KEY");
  if (const std::string ca = Environment("SPILLWAY_CA"); !ca.empty()) options.tls = TlsOptions{.ca_file = ca};
  options.service_config = kServiceConfig;
  options.keepalive_time = std::chrono::seconds(30);
  options.default_timeout = std::chrono::seconds(30);
  auto client = Client::Connect(options);
  if (!client.ok()) throw std::runtime_error(std::string(client.status().message()));
  return *std::move(client);
}

v1::ChatRequest Question(const std::string& model) {
  v1::ChatRequest request;
  request.set_model(model);
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content("Say this is a test!");
  return request;
}

std::string Name(const v1::TargetRef& target) { return target.endpoint() + "/" + target.model(); }

void MustBeOk(const Outcome& outcome) {
  if (!outcome.ok()) throw std::runtime_error(outcome.status.error_message());
}

void PrintServedBy(const Outcome& outcome) {
  std::cout << "served by: " << outcome.metadata.at("x-spillway-provider") << ' '
            << outcome.metadata.at("x-spillway-model") << std::endl;
}

void Route(const Client& client, const std::string& model) {
  v1::RouteRequest request;
  request.set_model(model);
  const auto result = client.Route(request);
  MustBeOk(result);
  // Those that would be tried come first.
  const auto& candidates = result.response.candidates();
  if (candidates.at(0).would_try()) std::cout << "route: " << Name(candidates.at(0).target()) << std::endl;
  for (const v1::Candidate& candidate : candidates) {
    std::cout << "candidate: " << Name(candidate.target()) << ": " << candidate.reason() << std::endl;
  }
}

void Chat(const Client& client, const std::string& model) {
  const auto result = client.Chat(Question(model));
  MustBeOk(result);
  std::cout << "chat: " << result.response.choices(0).message().content() << std::endl;
  PrintServedBy(result);
}

void Stream(const Client& client, const std::string& model) {
  ChatStream stream = client.StreamChat(Question(model));
  std::cout << "stream: ";
  v1::ChatEvent event;
  while (stream.Next(event)) std::cout << event.delta().content() << std::flush;
  std::cout << std::endl;
  const Outcome outcome = stream.Finish();
  MustBeOk(outcome);  // Else what came is not the answer.
  PrintServedBy(outcome);
}

void Fail(const Client& client, const std::string& model) {
  const auto result = client.Chat(Question(model));
  const ErrorDetails& details = result.details;
  if (result.ok() || !details.error_info || !details.retry_delay || !details.route) {
    throw std::runtime_error(model +
                             ": not a failure with all its details: " + result.status.error_message());
  }
  std::cout << "failed: "
            << absl::StatusCodeToString(static_cast<absl::StatusCode>(result.status.error_code())) << ' '
            << details.error_info->reason() << std::endl;
  std::cout << "retry in: " << std::chrono::duration<double>(*details.retry_delay).count() << " s"
            << std::endl;
  for (const v1::Attempt& attempt : details.route->attempts()) {
    std::cout << "attempt: " << Name(attempt.target()) << ": " << v1::Failure_Name(attempt.failure()) << ' '
              << attempt.http_status() << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("usage: client-example HOST:PORT");
  const Client client = Connect(argv[1]);
  const std::string model = Environment("MODEL", "gpt-4o");
  Route(client, model);
  Chat(client, model);
  Stream(client, model);
  if (const std::string failing = Environment("FAILING_MODEL"); !failing.empty()) Fail(client, failing);
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
