// A reload of the server's configuration for people: what came of it, or every mistake in the file.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_RELOAD_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_RELOAD_H_

#include <string>

#include "client/command/report.h"
#include "client/result.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::client {

// A sentence, then the settings that wait for a restart.
std::string RenderReload(const v1::ReloadConfigResponse& response, const ReportOptions& options);

// Whether `outcome` says that the server's file has errors.
bool IsRejectedConfig(const Outcome& outcome);

// Its errors, one a line: `policies[0].model: line 7, column 3: required`.
std::string RenderRejectedConfig(const Outcome& outcome, const ReportOptions& options);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_RELOAD_H_
