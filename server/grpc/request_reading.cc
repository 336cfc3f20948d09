#include "server/grpc/request_reading.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "server/call/limit_refusals.h"
#include "server/grpc/wire_walk.h"

namespace spillway::server {
namespace {

const WireTypes& ChatRequestTypes() {
  static const WireTypes& types = *new WireTypes(*v1::ChatRequest::descriptor());
  return types;
}

WireWalk::State Walk(grpc::ByteBuffer& bytes, std::size_t most) {
  WireWalk walk(ChatRequestTypes(), bytes.Length(), most);
  grpc::ProtoBufferReader reader(&bytes);
  const void* data = nullptr;
  int size = 0;
  while (reader.Next(&data, &size)) {
    if (!walk.Feed({static_cast<const char*>(data), static_cast<std::size_t>(size)})) break;
  }
  return walk.state();
}

bool Parse(grpc::ByteBuffer& bytes, v1::ChatRequest& request) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

// Of those that protobuf will not take, or should not.
RequestFault FaultOf(WireWalk::State state) {
  switch (state) {
    case WireWalk::State::kTooMany:
      return RequestFault::kTooManyValues;
    case WireWalk::State::kTooDeep:
      return RequestFault::kTooDeep;
    default:
      return RequestFault::kUnreadable;
  }
}

}  // namespace

RequestFault ReadChatRequest(grpc::ByteBuffer& bytes, const RequestBounds& bounds, v1::ChatRequest& request) {
  const absl::Cleanup let_go = [&bytes] { bytes.Clear(); };
  const std::size_t size = bytes.Length();
  if (size > bounds.message_bytes) return RequestFault::kMessageTooLarge;
  if (size / kMinValueBytes > bounds.values && Walk(bytes, bounds.values) == WireWalk::State::kTooMany) {
    return RequestFault::kTooManyValues;
  }
  if (Parse(bytes, request)) return RequestFault::kNone;
  request.Clear();
  return FaultOf(Walk(bytes, size));
}

CallStatus StatusOf(RequestFault fault, const RequestBounds& bounds) {
  switch (fault) {
    case RequestFault::kMetadataTooLarge:
      return Refused(absl::StatusCode::kResourceExhausted, "METADATA_TOO_LARGE",
                     absl::StrCat("the metadata take more than ", bounds.metadata_bytes,
                                  " bytes (server.grpc.max_metadata_bytes)"));
    case RequestFault::kMessageTooLarge:
      return Refused(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE",
                     absl::StrCat("the request is larger than ", bounds.message_bytes,
                                  " bytes (server.grpc.max_message_bytes)"));
    case RequestFault::kTooManyValues:
      return TooManyValues(bounds.values);
    case RequestFault::kTooDeep:
      return Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST",
                     "the request is nested too deeply");
    default:
      return Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", "the request is no ChatRequest");
  }
}

}  // namespace spillway::server
