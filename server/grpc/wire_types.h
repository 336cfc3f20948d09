// Which fields of a protobuf message are messages themselves, at every depth: all that a walk over the wire
// format must know of a schema, for on the wire a message looks like a string.
//
// Immutable; thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_WIRE_TYPES_H_
#define SPILLWAY_SERVER_GRPC_WIRE_TYPES_H_

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spillway::server {

class WireTypes {
 public:
  // A message type: the one this was made from is kRoot.
  using Type = std::int16_t;
  static constexpr Type kRoot = 0;
  // No message, or of an unknown type: its bytes are not looked at.
  static constexpr Type kOpaque = -1;

  explicit WireTypes(const google::protobuf::Descriptor& root);

  // The type of a field's messages.
  Type Of(Type message, std::uint32_t field) const {
    if (message == kOpaque) return kOpaque;
    const std::vector<Type>& fields = types_[static_cast<std::size_t>(message)];
    return field < fields.size() ? fields[field] : kOpaque;
  }

 private:
  // By message type, then by field number.
  std::vector<std::vector<Type>> types_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_WIRE_TYPES_H_
