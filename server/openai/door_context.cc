#include "server/openai/door_context.h"

#include <utility>

#include "server/request_id.h"

namespace spillway::server {

std::string RequestIdOf(const HttpHeaders& headers) {
  const std::string* id = FindHeader(headers, "x-request-id");
  return id != nullptr && IsFitRequestId(*id) ? *id : NewRequestId();
}

AnswerHead JsonHead(int status) {
  AnswerHead head;
  head.status = status;
  head.Add("content-type", "application/json");
  return head;
}

void AnswerError(HttpExchange& exchange, AnswerHead head, const ErrorAnswer& answer) {
  head.status = answer.http_status;
  head.Add("content-type", "application/json");
  if (answer.http_status == 401) head.Add("www-authenticate", "Bearer");
  exchange.Answer(std::move(head), providers::EncodeOpenAiError(answer.error));
}

}  // namespace spillway::server
