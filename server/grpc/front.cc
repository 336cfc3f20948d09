#include "server/grpc/front.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/server_builder.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/grpc/chat_handler.h"
#include "server/grpc/health_handler.h"
#include "server/grpc/route_handler.h"
#include "server/grpc/stream_chat_handler.h"
#include "server/grpc/tag.h"

namespace spillway::server {
namespace {

// Requests of either kind that gRPC may take off the wire before we have said that we want another.
constexpr int kChatHandlersWaiting = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcFront>> GrpcFront::Start(const Options& options,
                                                            boost::asio::io_context& io, CallRunner& runner,
                                                            SharedRouter& router, Metrics& metrics) {
  std::unique_ptr<GrpcFront> front(new GrpcFront(io, runner, router, metrics));
  // Reflection is also the one synchronous service that makes gRPC poll the server's own queues.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.address, grpc::InsecureServerCredentials(), &front->port_);
  builder.RegisterService(&front->context_.service);
  builder.RegisterService(&front->context_.health_service);
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  // Two servers on one port would each get half of the calls, and nobody would know.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  front->context_.queue = builder.AddCompletionQueue();
  front->server_ = builder.BuildAndStart();
  if (front->server_ == nullptr || front->port_ == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.address,
                     " (server.grpc.address): the port is taken or the address is not ours"));
  }
  for (int i = 0; i < kChatHandlersWaiting; ++i) {
    ListenForChat(front->context_);
    ListenForStreamChat(front->context_);
  }
  ListenForRoute(front->context_);
  ListenForHealthCheck(front->context_);
  ListenForHealthWatch(front->context_);
  front->thread_ = std::thread([raw = front.get()] { raw->ServeQueue(); });
  return front;
}

GrpcFront::~GrpcFront() {
  if (thread_.joinable()) Shutdown(std::chrono::system_clock::now());
  if (server_ == nullptr && context_.queue != nullptr) {
    // Never started: an unused queue must still be emptied before it is destroyed.
    context_.queue->Shutdown();
    ServeQueue();
  }
}

void GrpcFront::Shutdown(std::chrono::system_clock::time_point deadline) {
  context_.health.Close();
  std::thread closer([&] { server_->Shutdown(deadline); });
  context_.stopping.WaitForNotification();
  context_.gate.WaitUntilEmpty(absl::FromChrono(deadline));
  // gRPC would go on waiting for peers to close their connections, and some take their time: a client that
  // nobody polls, a frozen one. The calls are over, or past the deadline.
  grpc_server_cancel_all_calls(server_->c_server());
  closer.join();
  context_.gate.Close();
  context_.queue->Shutdown();
  thread_.join();
}

void GrpcFront::ServeQueue() {
  void* tag = nullptr;
  bool ok = false;
  while (context_.queue->Next(&tag, &ok)) static_cast<Tag*>(tag)->Fire(ok);
}

}  // namespace spillway::server
