// Asks a gRPC server's clients to go elsewhere while it still serves whatever they send.
//
// gRPC's own Shutdown sends the same GOAWAY, but refuses from that instant what clients sent before they read
// it: those calls fail. There is no public function that does only the first half, so two members of gRPC's
// Server are called by the names under which the library exports them (docs/decisions.md).
//
// From the thread that calls Shutdown, before that. Blocks for a moment.
#ifndef SPILLWAY_SERVER_GRPC_GOAWAY_H_
#define SPILLWAY_SERVER_GRPC_GOAWAY_H_

#include <grpcpp/server.h>

namespace spillway::server {

// Closes the listening sockets for good and sends a GOAWAY on each connection that has not had one. Calls on
// them go on being served, new ones as well. False: nothing was done, for this gRPC library is not the one
// whose insides are known.
bool SendGoaways(grpc::Server& server);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_GOAWAY_H_
