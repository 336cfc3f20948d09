#include "server/grpc/chat_call.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>

#include "server/grpc/call_metadata.h"

namespace spillway::server {

void ChatCall::OnRequest(bool ok) {
  if (!ok) {
    context_.OnStopping();
    return done_tag_.Disarm();
  }
  pass_ = context_.gate.Enter();
  if (!pass_) return;  // The server has stopped, and gRPC has ended the call already.
  ListenForNext();
  input_.received = std::chrono::steady_clock::now();
  input_.deadline = DeadlineOf(grpc_, input_.received);
  request_id_ = RequestIdOf(grpc_);
  input_.trace = TraceOf(grpc_);
  ReadBytes();
  boost::asio::post(context_.io, [self = SharedSelf()] { self->Begin(AuthorizationOf(self->grpc_)); });
}

void ChatCall::ReadBytes() {
  const RequestBounds bounds = context_.bounds();
  if (MetadataBytesOf(grpc_) <= bounds.metadata_bytes) {
    fault_ = ReadChatRequest(request_bytes_, bounds, request_);
  } else {
    fault_ = RequestFault::kMetadataTooLarge;
    request_bytes_.Clear();
  }
}

std::optional<CallStatus> ChatCall::ReadRequest() {
  if (fault_ == RequestFault::kNone) return std::nullopt;
  return StatusOf(fault_, context_.bounds());
}

PeerNames ChatCall::NamesOfPeer() const { return PeerNamesOf(grpc_); }

void ChatCall::OnDone(bool) {
  if (grpc_.IsCancelled()) PostCancel();
}

void ChatCall::PostCancel() {
  boost::asio::post(context_.io, [self = SharedSelf()] { self->Cancel(); });
}

}  // namespace spillway::server
