// What a gRPC call says beside its messages: the caller's metadata in, ours out.
#ifndef SPILLWAY_SERVER_GRPC_CALL_METADATA_H_
#define SPILLWAY_SERVER_GRPC_CALL_METADATA_H_

#include <grpcpp/server_context.h>

#include <cstddef>
#include <string>

#include "router/time.h"
#include "server/call_runner.h"
#include "server/call_status.h"
#include "server/caller_registry.h"

namespace spillway::server {

// The caller's x-request-id, or a new one where it has none that is fit.
std::string RequestIdOf(const grpc::ServerContext& context);

// The trace that the call is in: that of the caller's `traceparent`, or a new one.
TraceContext TraceOf(const grpc::ServerContext& context);

// The caller's `authorization`. Points into the context's metadata.
Authorization AuthorizationOf(const grpc::ServerContext& context);

// The names in the client's certificate, if it has been verified.
PeerNames PeerNamesOf(const grpc::ServerContext& context);

// What the caller's metadata take: names and values, and 32 bytes for each pair (RFC 9113, section 10.5.1).
std::size_t MetadataBytesOf(const grpc::ServerContext& context);

// The caller's deadline on our clock, less the moment it takes to tell the caller about it; kNever
// without one.
router::Instant DeadlineOf(const grpc::ServerContext& context, router::Instant now);

// The x-spillway-* and x-request-id of a served call, as initial metadata; what applies of them of
// a failed one, as trailers, and that gRPC's client is not to retry what has been retried here.
void AddMetadata(const CallInput& input, const CallResult& result, const std::string& request_id,
                 grpc::ServerContext& context);

// Of a stream whose first token is here, as initial metadata: they go with the first event.
void AddServingMetadata(const CallInput& input, const ServingAnswer& answer, const std::string& request_id,
                        grpc::ServerContext& context);

// Their final values, of a stream that has served, as trailers: its end may be a failure, or another
// target's.
void AddFinalMetadata(const CallInput& input, const CallResult& result, const std::string& request_id,
                      grpc::ServerContext& context);

grpc::Status ToGrpc(const CallStatus& status);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_CALL_METADATA_H_
