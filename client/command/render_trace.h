// A call's way, line by line: the targets that were passed over, then every attempt.
//
//   attempts   2, 1 target skipped
//     -  openai/prod gpt-4o     skipped: suspended for 28 s more (rate_limited)
//     1. azure/eu gpt-4o        503 overloaded  "No capacity"  20 ms
//     2. azure/us gpt-4o        200 ok  812 ms
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_TRACE_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_TRACE_H_

#include <string>

#include "client/command/report.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::client {

// Empty when the trace names no target.
std::string RenderTrace(const v1::RouteTrace& trace, const ReportOptions& options);

// "suspended for 28 s more (rate_limited)", "suspended by hand until resumed", "another call is
// finding out whether it is back".
std::string WhySkipped(const v1::SkippedTarget& skipped, absl::Time now);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_TRACE_H_
