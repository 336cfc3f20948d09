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
#include "server/grpc/async_router_service.h"
#include "server/grpc/call_gate.h"
#include "server/grpc/goaway.h"
#include "server/grpc/health_board.h"
#include "server/grpc/listener_credentials.h"
#include "server/grpc/public_port.h"
#include "server/grpc/request_reading.h"
#include "server/patience.h"
#include "server/shared_router.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

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
  // Those of a request that only a restart changes.
  RequestBounds fixed_bounds = {};

  // Those of a request that comes now. Any thread.
  RequestBounds bounds() const {
    RequestBounds bounds = fixed_bounds;
    bounds.values = runner.max_request_values();
    return bounds;
  }

  // Queue thread; more than once.
  void OnStopping() {
    if (!stopping.HasBeenNotified()) stopping.Notify();
  }
};

class GrpcFront {
 public:
  // `settings` with everything filled in (GrpcSettings in config/defaults.h); port 0 picks one. Null
  // credentials: plain text. UNAVAILABLE: the address cannot be bound; the message says which and why.
  static absl::StatusOr<std::unique_ptr<GrpcFront>> Start(const v1::GrpcListener& settings,
                                                          std::shared_ptr<ListenerCredentials> credentials,
                                                          boost::asio::io_context& io, CallRunner& runner,
                                                          SharedRouter& router, Metrics& metrics);
  ~GrpcFront();

  int port() const { return port_->port(); }
  // Of the listener: who is in, and whether it answers. Lives as long as this.
  PublicPort& public_port() { return *port_; }

  // What the health service says.
  void SetServing(bool serving) { context_.health.Set(serving); }

  // Lets nobody else in and asks all clients to go elsewhere; what they send until then is served. Again: for
  // connections that came in at the last moment. False: it cannot be done (goaway.h).
  bool SendClientsAway() {
    port_->Close();
    return SendGoaways(*server_);
  }

  // Refuses new calls, lets those under way end until `deadline` or the end of `patience`, cancels the rest,
  // and returns when all have ended. Idle connections are not waited for. The I/O thread must be running.
  void Shutdown(std::chrono::system_clock::time_point deadline, const Patience& patience);

 private:
  GrpcFront(boost::asio::io_context& io, CallRunner& runner, SharedRouter& router, Metrics& metrics)
      : context_{io, runner, router, metrics, {}, {}, {}, {}, {}, nullptr} {}

  void ServeQueue();

  FrontContext context_;
  std::unique_ptr<PublicPort> port_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_FRONT_H_
