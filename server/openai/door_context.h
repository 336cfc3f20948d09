// What everything behind the OpenAI-compatible listener shares, and how its answers leave.
//
// On the I/O thread.
#ifndef SPILLWAY_SERVER_OPENAI_DOOR_CONTEXT_H_
#define SPILLWAY_SERVER_OPENAI_DOOR_CONTEXT_H_

#include <string>

#include "server/call_runner.h"
#include "server/http/http_exchange.h"
#include "server/metrics.h"
#include "server/openai/error_answer.h"

namespace spillway::server {

struct DoorContext {
  CallRunner& runner;
  Metrics& metrics;
};

// The request's x-request-id if it is fit, or a new one.
std::string RequestIdOf(const HttpHeaders& headers);

// The trace that the request is in: that of its `traceparent`, or a new one.
TraceContext TraceOf(const HttpHeaders& headers);

// Of an answer in JSON.
AnswerHead JsonHead(int status);

// An error in OpenAI's form: the body, and in `head`, which may hold headers already, the rest.
std::string WriteError(const ErrorAnswer& answer, AnswerHead& head);

// Answers with it.
void AnswerError(HttpExchange& exchange, AnswerHead head, const ErrorAnswer& answer);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_DOOR_CONTEXT_H_
