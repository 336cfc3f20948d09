// What a call came back with: a status, and beside it everything the server said.
//
// Values; the response and the details own their data.
#ifndef SPILLWAY_CLIENT_RESULT_H_
#define SPILLWAY_CLIENT_RESULT_H_

#include <map>
#include <string>

#include "client/error_details.h"
#include "grpcpp/support/status.h"

namespace spillway::client {

// The `x-spillway-*` and `x-request-id` entries of a call's initial metadata and trailers; the
// trailers win. Names are lower-case.
using Metadata = std::map<std::string, std::string>;

// The part that does not depend on which call it was.
struct Outcome {
  grpc::Status status;
  Metadata metadata;
  // Empty when the call succeeded or the server gave none.
  ErrorDetails details;
  // Whether the call failed because no connection to the server could be made. Otherwise a
  // failure is the server's own word, or the connection broke during the call.
  bool unreachable = false;

  bool ok() const { return status.ok(); }
};

template <typename Response>
struct Result : Outcome {
  // Empty unless ok().
  Response response;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_RESULT_H_
