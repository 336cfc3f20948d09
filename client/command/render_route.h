// A routing decision for people: a table of the candidates, then the settings in force.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_ROUTE_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_ROUTE_H_

#include <string>

#include "client/command/report.h"
#include "spillway/v1/router.pb.h"

namespace spillway::client {

// `model` is the one that was asked about.
std::string RenderRoute(const std::string& model, const v1::RouteResponse& response,
                        const ReportOptions& options);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_ROUTE_H_
