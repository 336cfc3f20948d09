// The public gRPC listener, on the asynchronous completion-queue API.
//
// One queue, one thread: it takes requests off the wire and posts them to the I/O thread, which
// runs the call and starts the reply itself. Each further thread or hand-off costs more than it
// brings on small machines (docs/performance.md has the measurements), and so does the callback API,
// which is why the health service is served on this queue too.
//
// Start and Shutdown from one thread; set_serving from any.
#ifndef SPILLWAY_SERVER_GRPC_FRONT_H_
#define SPILLWAY_SERVER_GRPC_FRONT_H_

#include <grpcpp/completion_queue.h>
#include <grpcpp/server.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/call_runner.h"
#include "server/grpc/call_gate.h"
#include "server/grpc/health_board.h"
#include "server/shared_router.h"
#include "spillway/v1/router.grpc.pb.h"

namespace spillway::server {

using AsyncRouterService =
    v1::RouterService::WithAsyncMethod_Chat<v1::RouterService::WithAsyncMethod_StreamChat<
        v1::RouterService::WithAsyncMethod_Route<v1::RouterService::Service>>>;

// What the handlers share.
struct FrontContext {
  boost::asio::io_context& io;
  CallRunner& runner;
  SharedRouter& router;
  Metrics& metrics;
  AsyncRouterService service;
  grpc::health::v1::Health::AsyncService health_service;
  HealthBoard health;
  CallGate gate;
  // gRPC has begun to refuse calls: every one taken before has gone through the gate.
  absl::Notification stopping;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;

  // Queue thread; more than once.
  void OnStopping() {
    if (!stopping.HasBeenNotified()) stopping.Notify();
  }
};

class GrpcFront {
 public:
  struct Options {
    // host:port; port 0 picks one.
    std::string address;
    int max_message_bytes = 0;
  };

  // UNAVAILABLE: the address cannot be bound; the message says which and why.
  static absl::StatusOr<std::unique_ptr<GrpcFront>> Start(const Options& options, boost::asio::io_context& io,
                                                          CallRunner& runner, SharedRouter& router,
                                                          Metrics& metrics);
  ~GrpcFront();

  int port() const { return port_; }

  // What the health service says.
  void SetServing(bool serving) { context_.health.Set(serving); }

  // Refuses new calls, lets those under way end until `deadline`, cancels the rest, and
  // returns when all have ended. Idle connections are not waited for. The I/O thread must be running.
  void Shutdown(std::chrono::system_clock::time_point deadline);

 private:
  GrpcFront(boost::asio::io_context& io, CallRunner& runner, SharedRouter& router, Metrics& metrics)
      : context_{io, runner, router, metrics, {}, {}, {}, {}, {}, nullptr} {}

  void ServeQueue();

  FrontContext context_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_FRONT_H_
