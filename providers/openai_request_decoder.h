// The body of an OpenAI chat completion request -> ChatRequest. A pure function, the inverse of
// openai_request_encoder.h.
//
// Members without a field of their own go to `extra`, at the top and at every level. A single `stop` becomes
// a list of one. Where JSON tells "" or [] from nothing and ChatRequest does not, nothing is what is left.
#ifndef SPILLWAY_PROVIDERS_OPENAI_REQUEST_DECODER_H_
#define SPILLWAY_PROVIDERS_OPENAI_REQUEST_DECODER_H_

#include <boost/json.hpp>
#include <string_view>

#include "absl/status/statusor.h"
#include "providers/field_error.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct OpenAiRequest {
  v1::ChatRequest request;
  // Whether the caller wants a stream: a matter of the call, not of the request.
  bool stream = false;
};

// INVALID_ARGUMENT names the member by its path: "messages[0].content must be a string or a list of
// parts".
absl::StatusOr<OpenAiRequest> DecodeOpenAiRequest(std::string_view body);

// The same into messages that exist and are empty; after an error `out` holds what came before it.
absl::Status ReadOpenAiRequest(std::string_view body, v1::ChatRequest& out, bool& stream);

// One member of such a body, but for `stream`, into its field of `out` or into `extra`; null is nothing.
// False, with the path from inside of the member in `error`, when it is not what the name stands for.
[[nodiscard]] bool ReadOpenAiParameter(std::string_view name, const boost::json::value& value,
                                       v1::ChatRequest& out, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_REQUEST_DECODER_H_
