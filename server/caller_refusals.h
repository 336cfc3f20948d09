// What a call is told whose caller is not known, or may not do what it asks.
//
// No text of the authorization metadata is ever part of it. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CALLER_REFUSALS_H_
#define SPILLWAY_SERVER_CALLER_REFUSALS_H_

#include <string>

#include "server/call_status.h"
#include "server/caller_registry.h"
#include "server/identity.h"

namespace spillway::server {

// UNAUTHENTICATED.
CallStatus Unauthenticated(KeyFault fault);

// PERMISSION_DENIED. `model` is one that CheckModel passed.
CallStatus ModelNotAllowed(const std::string& model, const Identity& caller);
CallStatus EnvironmentNotAllowed(router::Environment environment, const Identity& caller);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALLER_REFUSALS_H_
