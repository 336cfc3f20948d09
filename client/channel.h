// Opens the gRPC channel that the clients call over.
//
// Thread-safe. Reads the named files and touches no network: connecting happens at the first call.
#ifndef SPILLWAY_CLIENT_CHANNEL_H_
#define SPILLWAY_CLIENT_CHANNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/options.h"
#include "grpcpp/channel.h"

namespace spillway::client {

// INVALID_ARGUMENT names the option that cannot be used: an address without a port, a key
// that no header can carry, a file that cannot be read or holds no PEM.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ClientOptions& options);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_CHANNEL_H_
