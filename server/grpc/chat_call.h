// What Chat and StreamChat have in common: a served call that came by gRPC.
//
//   queue thread   OnRequest, reads the request ── posts ──▶ I/O thread   ServedCall::Begin ─▶ … ─▶ Reply
//                  OnDone, of a caller that left ──▶ Cancel
//
// Lives as long as one of its tags is out or its run holds it.
#ifndef SPILLWAY_SERVER_GRPC_CHAT_CALL_H_
#define SPILLWAY_SERVER_GRPC_CHAT_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <optional>
#include <string>

#include "server/call/served_call.h"
#include "server/grpc/front.h"
#include "server/grpc/tag.h"

namespace spillway::server {

class ChatCall : public ServedCall {
 protected:
  ChatCall(FrontContext& context, const char* method)
      : ServedCall(context.runner, context.metrics, method, Trace::kAlways), context_(context) {}

  // Another call of this method, waiting for its request. Queue thread.
  virtual void ListenForNext() = 0;

  // Says what was wrong with it, if anything: it was read on the queue's thread.
  std::optional<CallStatus> ReadRequest() override;

  // The caller is gone. Any thread.
  void PostCancel();

  std::shared_ptr<ChatCall> SharedSelf() { return std::static_pointer_cast<ChatCall>(shared_from_this()); }

  FrontContext& context_;

 private:
  void OnRequest(bool ok);
  void ReadBytes();
  void OnDone(bool ok);
  void OnFinished(bool) {}
  std::string Peer() const final { return grpc_.peer(); }
  PeerNames NamesOfPeer() const final;

  // Of what is gRPC's the last to be destroyed.
  CallGate::Pass pass_;
  RequestFault fault_ = RequestFault::kNone;

 protected:
  grpc::ServerContext grpc_;
  // Until it is read.
  grpc::ByteBuffer request_bytes_;
  CallTag<ChatCall> request_tag_{&ChatCall::OnRequest};
  // Armed with the request: without it a caller's cancel would be noticed only when something is written.
  CallTag<ChatCall> done_tag_{&ChatCall::OnDone};
  CallTag<ChatCall> finish_tag_{&ChatCall::OnFinished};
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_CHAT_CALL_H_
