#include "server/grpc/front.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>

#include <utility>

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

// Reflection asks for no key, and each of its streams keeps a thread for as long as its client likes.
constexpr int kMostReflectionThreads = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcFront>> GrpcFront::Start(const v1::GrpcListener& settings,
                                                            std::shared_ptr<ListenerCredentials> credentials,
                                                            boost::asio::io_context& io, CallRunner& runner,
                                                            SharedRouter& router, Metrics& metrics) {
  auto port = PublicPort::Listen(settings, std::move(credentials));
  if (!port.ok()) return port.status();
  std::unique_ptr<GrpcFront> front(new GrpcFront(io, runner, router, metrics));
  front->port_ = *std::move(port);
  // Reflection is also the one synchronous service that makes gRPC poll the server's own queues.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  front->context_.fixed_bounds.message_bytes = settings.max_message_bytes();
  front->context_.fixed_bounds.metadata_bytes = settings.max_metadata_bytes();
  grpc::ServerBuilder builder;
  front->port_->AddTo(builder);
  builder.RegisterService(&front->context_.service);
  builder.RegisterService(&front->context_.health_service);
  grpc::ResourceQuota quota("spillway");
  quota.SetMaxThreads(kMostReflectionThreads);
  builder.SetResourceQuota(quota);
  front->context_.queue = builder.AddCompletionQueue();
  front->server_ = builder.BuildAndStart();
  if (front->server_ == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("gRPC does not start at ", settings.address(), " (server.grpc)"));
  }
  for (int i = 0; i < kChatHandlersWaiting; ++i) {
    ListenForChat(front->context_);
    ListenForStreamChat(front->context_);
  }
  ListenForRoute(front->context_);
  ListenForHealthCheck(front->context_);
  ListenForHealthWatch(front->context_);
  front->thread_ = std::thread([raw = front.get()] { raw->ServeQueue(); });
  front->port_->Open();
  return front;
}

GrpcFront::~GrpcFront() {
  if (thread_.joinable()) Shutdown(std::chrono::system_clock::now(), Patience());
  if (server_ == nullptr && context_.queue != nullptr) {
    // Never started: an unused queue must still be emptied before it is destroyed.
    context_.queue->Shutdown();
    ServeQueue();
  }
}

void GrpcFront::Shutdown(std::chrono::system_clock::time_point deadline, const Patience& patience) {
  port_->Close();
  context_.health.Close();
  std::thread closer([&] { server_->Shutdown(deadline); });
  context_.stopping.WaitForNotification();
  patience.Await(absl::FromChrono(deadline),
                 [&](absl::Time until) { return context_.gate.WaitUntilEmpty(until); });
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
