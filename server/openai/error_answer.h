// A call's failure in the words of OpenAI's HTTP API: status, error object, when to come again.
//
// Pure, thread-safe.
#ifndef SPILLWAY_SERVER_OPENAI_ERROR_ANSWER_H_
#define SPILLWAY_SERVER_OPENAI_ERROR_ANSWER_H_

#include "providers/openai_error_body.h"
#include "router/failure.h"
#include "server/call_status.h"
#include "server/http/answer_head.h"

namespace spillway::server {

struct ErrorAnswer {
  int http_status = 500;
  providers::OpenAiError error;
};

// `status` is not OK. `last`: how the last attempt failed; null when there was none.
ErrorAnswer ErrorAnswerOf(const CallStatus& status, const router::FailedAttempt* last);

// Retry-After in whole seconds, rounded up, and retry-after-ms, which OpenAI's clients prefer; if a time is
// known.
void AddRetryAfter(const CallStatus& status, AnswerHead& head);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_ERROR_ANSWER_H_
