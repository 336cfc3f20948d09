// A call's end in gRPC's words: code, message for people, google.rpc.Status details for programs.
#ifndef SPILLWAY_SERVER_CALL_STATUS_H_
#define SPILLWAY_SERVER_CALL_STATUS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "router/call_report.h"
#include "server/request_check.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::server {

struct CallStatus {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;
  // The ErrorInfo's, a literal; empty when OK.
  std::string_view reason;
  // When to come again, if that is known.
  std::optional<router::Duration> retry_after;
  // The first field that is wrong, if the request is.
  std::string field;
  // A serialised google.rpc.Status; empty when OK.
  std::string details;
};

// `trace` is the report's own.
CallStatus StatusOf(const router::CallReport& report, const v1::RouteTrace& trace);

// INVALID_ARGUMENT, every field at once.
CallStatus StatusOf(const std::vector<FieldViolation>& violations);

// A call that was refused before any target was asked; `reason` is the ErrorInfo's, a literal.
CallStatus Refused(absl::StatusCode code, std::string_view reason, std::string message,
                   std::optional<router::Duration> retry_after = std::nullopt);

// NOT_FOUND: nowhere to go.
CallStatus UnknownModel(const std::string& model, router::Environment environment);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_STATUS_H_
