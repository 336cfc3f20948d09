// Who answers the requests at the OpenAI-compatible listener: finds what they ask for, and turns away those
// that ask for nothing it has, or may not.
//
// On the I/O thread. Calls under way are over before it is destroyed, as is whatever it was given.
#ifndef SPILLWAY_SERVER_OPENAI_DOOR_HANDLER_H_
#define SPILLWAY_SERVER_OPENAI_DOOR_HANDLER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/openai/door_context.h"
#include "server/openai/door_routes.h"

namespace spillway::server {

class DoorHandler final : public HttpHandler {
 public:
  DoorHandler(CallRunner& runner, Metrics& metrics) : context_{runner, metrics} {}

  void OnRequest(std::shared_ptr<HttpExchange> exchange) override;
  // A stranger's body is not read.
  std::optional<std::string> Decline(const IncomingRequest& head, const HttpPeer& peer,
                                     AnswerHead& answer) override;
  std::string Refusal(AnswerHead& head, std::string_view message) override;

 private:
  void TellModels(HttpExchange& exchange, const DoorRoute& route);
  // Counts and logs it, and gives the answer.
  std::string RefuseStranger(const DoorRoute& route, const HttpHeaders& headers, const std::string& peer,
                             KeyFault fault, AnswerHead& answer);
  void Fail(HttpExchange& exchange, DoorPath path, AnswerHead head, const ErrorAnswer& answer);

  DoorContext context_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_DOOR_HANDLER_H_
