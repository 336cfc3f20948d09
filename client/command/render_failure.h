// A failed call for people: what failed, at which targets and why, when to retry, what to check.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_FAILURE_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_FAILURE_H_

#include <string>

#include "client/command/report.h"
#include "client/result.h"

namespace spillway::client {

// `outcome` is not ok().
std::string RenderFailure(const Outcome& outcome, const ReportOptions& options);

// Why a call did not get through, or was broken off, in a few words: "Connection refused".
std::string CauseOf(const Outcome& outcome);

// "x-spillway-model: gpt-4o" and so on, one a line: the last part of a verbose report.
std::string RenderMetadata(const Metadata& metadata, const Paint& paint);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_FAILURE_H_
