// What RouterService.Route answers, whatever door the question came through.
#ifndef SPILLWAY_SERVER_ROUTE_EXPLAINER_H_
#define SPILLWAY_SERVER_ROUTE_EXPLAINER_H_

#include "server/call_status.h"
#include "server/identity.h"
#include "server/runtime.h"
#include "server/shared_router.h"
#include "spillway/v1/router.pb.h"

namespace spillway::server {

// To `caller`: about its own environment and models only. I/O thread, where `runtime` belongs.
CallStatus ExplainRoute(const v1::RouteRequest& request, const Identity& caller, SharedRouter& router,
                        Runtime& runtime, v1::RouteResponse& response);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ROUTE_EXPLAINER_H_
