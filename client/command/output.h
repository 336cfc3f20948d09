// Where a command's words go, and what a report of it says beside its result.
//
// Not thread-safe: one command writes to its streams. Reads the wall clock, for the report.
#ifndef SPILLWAY_CLIENT_COMMAND_OUTPUT_H_
#define SPILLWAY_CLIENT_COMMAND_OUTPUT_H_

#include <string>

#include "client/command/report.h"
#include "client/command/run.h"
#include "client/options.h"

namespace spillway::client {

// A report, of now, on a call to the server of `options`.
ReportOptions ReportFor(const ClientOptions& options, Listener listener, bool colour);

// To standard output, at once. False, and said so: it cannot be written.
bool Put(const Streams& streams, const std::string& text);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_OUTPUT_H_
