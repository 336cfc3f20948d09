// The body of a response that should be an answer: one JSON object, or the failure in its place. Pure.
//
//   const AnswerBody body(response, context);
//   if (body.failed()) return body.TakeFailure();
//   … body.object() …
//
// The failure is any error status, a body that is not JSON, that is cut off, that is no object, or that
// reports an error although its status is 200. Keep it on the stack: it holds small documents in itself.
#ifndef SPILLWAY_PROVIDERS_ANSWER_BODY_H_
#define SPILLWAY_PROVIDERS_ANSWER_BODY_H_

#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "providers/codec.h"
#include "providers/json_document.h"
#include "router/failure.h"
#include "transport/http_message.h"

namespace spillway::providers {

class AnswerBody {
 public:
  AnswerBody(const HttpResponse& response, const DecodeContext& context);

  bool failed() const { return failure_.has_value(); }
  router::FailedAttempt TakeFailure() { return *std::move(failure_); }
  // Only unless failed().
  const boost::json::object& object() const { return document_->root().get_object(); }

 private:
  std::optional<JsonDocument> document_;
  std::optional<router::FailedAttempt> failure_;
};

// Whether there is an `error` that reports one: not null, not empty, not false.
bool HasError(const boost::json::object& object);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANSWER_BODY_H_
