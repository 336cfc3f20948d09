#include "server/openai/door_context.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include "server/request_id.h"

namespace spillway::server {

std::string RequestIdOf(const HttpHeaders& headers) {
  const std::string* id = FindHeader(headers, "x-request-id");
  return id != nullptr && IsFitRequestId(*id) ? *id : NewRequestId();
}

TraceContext TraceOf(const HttpHeaders& headers) {
  std::string_view traceparent;
  std::size_t count = 0;
  for (const auto& [name, value] : headers) {
    if (name != kTraceparent) continue;
    traceparent = value;
    ++count;
  }
  return BeginTrace(traceparent, count);
}

AnswerHead JsonHead(int status) {
  AnswerHead head;
  head.status = status;
  head.Add("content-type", "application/json");
  return head;
}

std::string WriteError(const ErrorAnswer& answer, AnswerHead& head) {
  head.status = answer.http_status;
  head.Add("content-type", "application/json");
  if (answer.http_status == 401) head.Add("www-authenticate", "Bearer");
  return providers::EncodeOpenAiError(answer.error);
}

void AnswerError(HttpExchange& exchange, AnswerHead head, const ErrorAnswer& answer) {
  std::string body = WriteError(answer, head);
  exchange.Answer(std::move(head), std::move(body));
}

}  // namespace spillway::server
