// Connects to a gRPC listener of this process as a client would, far enough to know that it serves.
//
// Blocks; thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_SELF_DIAL_H_
#define SPILLWAY_SERVER_GRPC_SELF_DIAL_H_

#include <sys/socket.h>

#include <chrono>

#include "absl/status/status.h"

namespace spillway::server {

struct SelfDialOptions {
  sockaddr_storage address{};
  bool tls = false;
  // Clients must show a certificate, and this one has none.
  bool asks_for_certificates = false;
  std::chrono::milliseconds patience{3000};
  // The dial is over once this can be read; -1: nothing stops it.
  int stop = -1;
};

// OK: it answered with HTTP/2's first frame; or, where it asks for certificates, began a TLS handshake and
// then refused us. Its own certificate is not looked at. RESOURCE_EXHAUSTED: this process has no descriptor
// left. CANCELLED: stopped. Anything else: no answer, and why.
absl::Status DialSelf(const SelfDialOptions& options);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_SELF_DIAL_H_
