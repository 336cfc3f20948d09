// The members of an `extra` that are one API's own, below the top level of a request: at a message, a part,
// a tool or a call, written, and kept there when an answer is read. Pure.
//
// What an API's answer brought along comes back with the conversation, to whichever provider is next. Under
// its API's name (api_name.h) nobody else takes it for theirs.
#ifndef SPILLWAY_PROVIDERS_SCOPED_EXTRA_H_
#define SPILLWAY_PROVIDERS_SCOPED_EXTRA_H_

#include <span>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

// Writes the members that `extra` holds for `api` into the object being written, but for those named in
// `passed_over`. False, with the path in `error`, for one out of `reserved`, or one JSON cannot express.
[[nodiscard]] bool WriteScopedExtra(const google::protobuf::Struct& extra, v1::Api api,
                                    std::span<const std::string_view> reserved,
                                    std::span<const std::string_view> passed_over, JsonWriter& json,
                                    FieldError& error);

// Moves what the `extra`s of a message, or of a piece of one, and of its calls hold for no API in particular
// to `api`'s name.
void ScopeExtras(v1::Api api, v1::Message& message);
void ScopeExtras(v1::Api api, v1::Delta& delta);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_SCOPED_EXTRA_H_
