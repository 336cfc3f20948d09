// `spillway targets --watch`: shows the targets as they change, until the user has seen enough.
//
// Blocks until a signal ends it, the server refuses, or nothing can be written any more. Takes over the
// process's signals, so it must be called before the process has other threads.
#ifndef SPILLWAY_CLIENT_COMMAND_WATCH_TARGETS_H_
#define SPILLWAY_CLIENT_COMMAND_WATCH_TARGETS_H_

#include "client/command/command_line.h"
#include "client/command/run.h"

namespace spillway::client {

// The process's exit code: 0 for Ctrl-C, 128 and its number for another signal, 1 if the server was never
// reached or refuses, 2 if no client can be made for it.
int WatchTargets(const Streams& streams, const TargetsCommand& command);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_WATCH_TARGETS_H_
