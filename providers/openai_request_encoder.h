// A whole ChatRequest as the body of OpenAI's chat completion request. A pure function.
//
// Every field is written that the caller set, under OpenAI's name, straight into a string.
// Fields that are not the body's: `allow_reset` (Spillway's own) and `stream_options` of a
// unary call (they say how a stream is delivered, and OpenAI refuses them without one).
#ifndef SPILLWAY_PROVIDERS_OPENAI_REQUEST_ENCODER_H_
#define SPILLWAY_PROVIDERS_OPENAI_REQUEST_ENCODER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

struct OpenAiRequestOptions {
  // Replaces the request's own model unless empty. No `model` is written when both are.
  std::string_view model;
  // Asks for a stream, and for its usage: that is counted whether the caller wants to see it or not.
  bool stream = false;
  // Whose members of `extra` go along.
  v1::Api api = v1::API_OPENAI;
};

// INVALID_ARGUMENT names the field that JSON cannot express: a number that is not finite, a
// message without a role, content beside parts, an `extra` member that a field of its own writes.
absl::StatusOr<std::string> EncodeOpenAiRequest(const v1::ChatRequest& request,
                                                const OpenAiRequestOptions& options);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_REQUEST_ENCODER_H_
