// The port that the gRPC front listens on: who is let in, for how long, with which certificate, and whether
// it works.
//
//   client -> ConnectionAcceptor (bounds) -> gRPC (TLS, HTTP/2) -> completion queue
//               ^ Watchdog dials as a client does
//
// Listen, AddTo, Open and Close on one thread, in this order; the rest on any thread.
#ifndef SPILLWAY_SERVER_GRPC_PUBLIC_PORT_H_
#define SPILLWAY_SERVER_GRPC_PUBLIC_PORT_H_

#include <grpcpp/server_builder.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/grpc/connection_acceptor.h"
#include "server/grpc/listener_credentials.h"
#include "server/grpc/watchdog.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

class PublicPort {
 public:
  // Bound. `settings` with everything filled in; `credentials` null: plain text. UNAVAILABLE: the address
  // cannot be bound; the message says which and why.
  static absl::StatusOr<std::unique_ptr<PublicPort>> Listen(const v1::GrpcListener& settings,
                                                            std::shared_ptr<ListenerCredentials> credentials,
                                                            const Watchdog::Options& watchdog = {});
  ~PublicPort() { Close(); }

  void AddTo(grpc::ServerBuilder& builder);
  // Once the server has started, and before it is shut down.
  void Open();
  // Nobody new is let in, and nobody looks whether they would be. More than once; before the server is shut
  // down, or gRPC would lose descriptors.
  void Close();

  int port() const { return acceptor_->port(); }

  // As ConnectionAcceptor's.
  std::size_t CountConnections() { return acceptor_->CountConnections(); }
  std::uint64_t times_full(AcceptBound bound) const { return acceptor_->times_full(bound); }
  // As Watchdog's; well once it is closed.
  std::string Complaint() const;
  std::uint64_t dial_failures() const;

 private:
  PublicPort(const v1::GrpcListener& settings, std::shared_ptr<ListenerCredentials> credentials,
             const Watchdog::Options& watchdog, std::unique_ptr<ConnectionAcceptor> acceptor);

  absl::Status DialSelfUnlessFull(int stop) const;

  const v1::GrpcListener settings_;
  // gRPC's server must not outlive it.
  const std::shared_ptr<ListenerCredentials> credentials_;
  const Watchdog::Options watchdog_options_;
  const std::unique_ptr<ConnectionAcceptor> acceptor_;
  std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> grpc_;
  mutable absl::Mutex mutex_;
  std::unique_ptr<Watchdog> watchdog_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_PUBLIC_PORT_H_
