// What a failed call says beyond code and message: the google.rpc.Status details, taken apart.
//
// Values, thread-safe. Parsing never fails: bytes that cannot be read, and details of types
// unknown here, leave the typed fields empty.
#ifndef SPILLWAY_CLIENT_ERROR_DETAILS_H_
#define SPILLWAY_CLIENT_ERROR_DETAILS_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::client {

struct ErrorDetails {
  // Why, for programs: an upper-snake reason of the domain `spillway`.
  std::optional<google::rpc::ErrorInfo> error_info;
  // How long to wait before a retry makes sense, where a time is known.
  std::optional<std::chrono::nanoseconds> retry_delay;
  // Every target that was tried or passed over.
  std::optional<v1::RouteTrace> route;
  // Which fields of the request were wrong.
  std::vector<google::rpc::BadRequest::FieldViolation> violations;
  // All of it as the server sent it.
  google::rpc::Status raw;
};

// Reads a serialized google.rpc.Status: the value of `grpc-status-details-bin`, which gRPC hands
// out as grpc::Status::error_details().
ErrorDetails ParseErrorDetails(const std::string& bytes);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_ERROR_DETAILS_H_
