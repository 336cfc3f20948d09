// Keeps an error small enough for its trailers.
//
// gRPC clients refuse metadata above 8 KiB in all by default, and then show neither code nor trace. Error
// details travel as base64 and a message percent-encoded, so 4 KiB and 512 bytes leave room for both.
#ifndef SPILLWAY_SERVER_TRAILER_BUDGET_H_
#define SPILLWAY_SERVER_TRAILER_BUDGET_H_

#include <cstddef>
#include <string>

#include "spillway/v1/chat.pb.h"

namespace spillway::server {

inline constexpr std::size_t kMaxMessageBytes = 512;
inline constexpr std::size_t kMaxTraceBytes = 3328;
// Of a request's mistakes; a message of its own says how many more there are.
inline constexpr std::size_t kMaxViolations = 16;

// `text`, cut between two characters, with an ellipsis if it was.
std::string FitMessage(std::string text);

// `trace`, its longest texts cut first, then its skipped targets and oldest attempts left out, until it fits.
v1::RouteTrace FitTrace(v1::RouteTrace trace);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TRAILER_BUDGET_H_
