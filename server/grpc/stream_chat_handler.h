// RouterService.StreamChat on the completion queue.
#ifndef SPILLWAY_SERVER_GRPC_STREAM_CHAT_HANDLER_H_
#define SPILLWAY_SERVER_GRPC_STREAM_CHAT_HANDLER_H_

namespace spillway::server {

struct FrontContext;

// Takes one call, and listens for the next when it comes. `context` outlives the queue.
void ListenForStreamChat(FrontContext& context);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_STREAM_CHAT_HANDLER_H_
