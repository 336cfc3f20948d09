// A call's report in the words of the public contract: RouteTrace, RouteResponse, TargetStatus.
#ifndef SPILLWAY_SERVER_TRACE_H_
#define SPILLWAY_SERVER_TRACE_H_

#include <string>

#include "router/call_report.h"
#include "router/router.h"
#include "server/proto_time.h"
#include "spillway/v1/admin.pb.h"
#include "spillway/v1/router.pb.h"

namespace spillway::server {

// `requested_model` names the target of the primary endpoint, which has no model of its own.
void FillTrace(const router::CallReport& report, const std::string& requested_model, const WallClock& clock,
               v1::RouteTrace& trace);

void FillTarget(const router::TargetName& name, const std::string& requested_model, v1::TargetRef& target);

void FillRouteResponse(const router::Explanation& explanation, const std::string& requested_model,
                       const WallClock& clock, v1::RouteResponse& response);

v1::TargetStatus StatusOf(const router::TargetStatus& target, const WallClock& clock);

v1::Failure ToProto(router::Failure failure);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TRACE_H_
