// A call's result as one JSON object on one line, for programs:
//
//   {"response": <the message in proto-JSON, snake_case> or null,
//    "metadata": {"x-spillway-model": "gpt-4o", …},
//    "status": {"code": "UNAVAILABLE", "message": "…", "details": [{"@type": "…", …}]}}
//
// Pure, thread-safe. As in all proto-JSON, fields at their default are left out and 64-bit
// integers are strings.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_JSON_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/result.h"
#include "google/protobuf/message.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::client {

// One message alone, as one object on one line; INTERNAL as below.
absl::StatusOr<std::string> RenderJsonLine(const google::protobuf::Message& message);

// Of a stream: an event as one object on one line, `{"delta": {…}}`; INTERNAL as below.
absl::StatusOr<std::string> RenderJsonEvent(const v1::ChatEvent& event);

// The line after the last event: `{"metadata": {…}, "status": {…}}`.
std::string RenderJsonEnd(const Outcome& outcome);

// The object and a newline; `response` is null for an outcome that is not ok(). INTERNAL: the
// response holds what proto-JSON cannot say, such as a time out of its range.
absl::StatusOr<std::string> RenderJson(const Outcome& outcome, const google::protobuf::Message& response);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_JSON_H_
