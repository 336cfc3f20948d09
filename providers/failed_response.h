// A response that is no answer -> FailedAttempt: class, hint, safe text, code. Pure.
//
// What every codec does with an error, whatever its API: the shapes and rules of all of them are
// in error_body.h, classify.h and retry_hint.h. `http_status` is the response's own, also when
// the error came inside a 200.
#ifndef SPILLWAY_PROVIDERS_FAILED_RESPONSE_H_
#define SPILLWAY_PROVIDERS_FAILED_RESPONSE_H_

#include <boost/json.hpp>
#include <string_view>

#include "providers/codec.h"
#include "providers/error_body.h"
#include "providers/json_document.h"
#include "router/failure.h"
#include "transport/http_message.h"

namespace spillway::providers {

// Any response with an error status, or with an error in its body.
router::FailedAttempt ReadFailure(const HttpResponse& response, const DecodeContext& context);

// The same where only `part` of the body reports the error.
router::FailedAttempt ReadFailureIn(const boost::json::value& part, const HttpResponse& response,
                                    const DecodeContext& context);

// A failure whose error is read already: an event of a stream, an exception frame.
router::FailedAttempt MakeFailure(const ErrorBody& body, const HttpResponse& response,
                                  const DecodeContext& context);

// `malformed`, for a response that should have been an answer; `problem` is ours.
router::FailedAttempt Unreadable(const HttpResponse& response, std::string_view problem);

// For a body that is not JSON: `truncated` when it is the beginning of one, else `malformed`.
router::FailedAttempt UnreadableJson(const HttpResponse& response, const JsonDocument& document);

// Whether a body without an answer in it reports an error: it is one itself, or holds one.
bool ReportsError(const boost::json::object& body);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_FAILED_RESPONSE_H_
