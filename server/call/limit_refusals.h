// What a call is told that exceeds a limit. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CALL_LIMIT_REFUSALS_H_
#define SPILLWAY_SERVER_CALL_LIMIT_REFUSALS_H_

#include <cstddef>
#include <string_view>

#include "server/call/call_limits.h"
#include "server/call_status.h"

namespace spillway::server {

// RESOURCE_EXHAUSTED, and to come again.
CallStatus TooManyCalls(CallLimits::Bound bound, std::string_view caller);

// INVALID_ARGUMENT.
CallStatus TooManyValues(std::size_t most);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_LIMIT_REFUSALS_H_
