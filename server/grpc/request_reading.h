// A ChatRequest out of the bytes that gRPC received: within bounds, or with a word on why not.
//
// gRPC would parse them itself, but whatever they hold, and refuse those it cannot parse without our hearing
// of it. Pure but for the buffer; thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_REQUEST_READING_H_
#define SPILLWAY_SERVER_GRPC_REQUEST_READING_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>

#include "server/call_status.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::server {

struct RequestBounds {
  // As on the wire, decompressed.
  std::size_t message_bytes = 0;
  // Names and values, and 32 bytes for each pair, as HTTP/2 counts them.
  std::size_t metadata_bytes = 0;
  // Fields at every depth.
  std::size_t values = 0;
};

enum class RequestFault : std::uint8_t {
  kNone,
  kMetadataTooLarge,
  kMessageTooLarge,
  kTooManyValues,
  kTooDeep,
  kUnreadable,
};

// Empties `bytes`. At a fault `request` is empty.
RequestFault ReadChatRequest(grpc::ByteBuffer& bytes, const RequestBounds& bounds, v1::ChatRequest& request);

// `fault` is one.
CallStatus StatusOf(RequestFault fault, const RequestBounds& bounds);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_REQUEST_READING_H_
