// Why a listener lets nobody in for a while.
#ifndef SPILLWAY_SERVER_GRPC_ACCEPT_BOUND_H_
#define SPILLWAY_SERVER_GRPC_ACCEPT_BOUND_H_

#include <cstddef>
#include <cstdint>

namespace spillway::server {

// What there was no room of.
enum class AcceptBound : std::uint8_t { kConnections, kDescriptors };
inline constexpr std::size_t kAcceptBounds = 2;

// As metrics and the log have it.
inline const char* NameOf(AcceptBound bound) {
  return bound == AcceptBound::kConnections ? "connections" : "descriptors";
}

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_ACCEPT_BOUND_H_
