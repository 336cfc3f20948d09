// `spillway chat --stream`: prints an answer as it comes, and says how it ended.
//
// Blocks until the stream ends, at its deadline at the latest.
#ifndef SPILLWAY_CLIENT_COMMAND_RUN_STREAM_H_
#define SPILLWAY_CLIENT_COMMAND_RUN_STREAM_H_

#include "client/client.h"
#include "client/command/command_line.h"
#include "client/command/run.h"

namespace spillway::client {

// The process's exit code: 0 only for a whole answer that could be written.
int RunStream(const Streams& streams, const ChatCommand& command, const Client& client,
              v1::ChatRequest request);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RUN_STREAM_H_
