// grpc.health.v1.Health on the completion queue. The library's own runs on the callback API, which
// costs every call of the process (docs/performance.md).
#ifndef SPILLWAY_SERVER_GRPC_HEALTH_HANDLER_H_
#define SPILLWAY_SERVER_GRPC_HEALTH_HANDLER_H_

namespace spillway::server {

struct FrontContext;

// Each takes one call, and listens for the next when it comes. `context` outlives the queue.
void ListenForHealthCheck(FrontContext& context);
void ListenForHealthWatch(FrontContext& context);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_HEALTH_HANDLER_H_
