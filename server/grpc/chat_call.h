// What Chat and StreamChat have in common: one call from its request to its run and its end.
//
//   queue thread   OnRequest ── posts ──▶ I/O thread   Admit, check ─▶ CallRunner::Run ─▶ Reply
//                  OnDone, of a caller that left ─▶ RunningCall::Cancel
//
// Lives as long as one of its tags is out or its run holds it. Ends in exactly one Reply.
#ifndef SPILLWAY_SERVER_GRPC_CHAT_CALL_H_
#define SPILLWAY_SERVER_GRPC_CHAT_CALL_H_

#include <grpcpp/server_context.h>

#include <memory>
#include <string>

#include "server/call_status.h"
#include "server/caller_registry.h"
#include "server/grpc/front.h"
#include "server/grpc/tag.h"

namespace spillway::server {

class ChatCall : public std::enable_shared_from_this<ChatCall> {
 public:
  virtual ~ChatCall() = default;

 protected:
  // `method`: as the access log names it; a literal.
  ChatCall(FrontContext& context, const char* method) : context_(context), method_(method) {}

  // Another call of this method, waiting for its request. Queue thread.
  virtual void ListenForNext() = 0;

  // Where the answer goes, in `input_`. Queue thread.
  virtual void PrepareAnswer() = 0;

  // Begins the reply. `result` has no report for a call that found no route; `trace` is the report's. I/O
  // thread.
  virtual void Reply(CallResult& result, const CallStatus& status, v1::RouteTrace trace) = 0;

  // The caller is gone. Any thread.
  void PostCancel();

  FrontContext& context_;

 private:
  void OnRequest(bool ok);
  void OnDone(bool ok);
  void OnFinished(bool) {}

  // I/O thread, and all below.
  void Begin();
  // Before a route was looked for.
  void Refuse(const CallStatus& status);
  void OnResult(CallResult result);
  void ReplyAndLog(CallResult& result, const CallStatus& status, v1::RouteTrace trace);

  const char* const method_;
  // The last to be destroyed, but for the context.
  CallGate::Pass pass_;

 protected:
  grpc::ServerContext grpc_;
  v1::ChatRequest request_;
  CallInput input_;
  std::string request_id_;
  // The run, while there is one. I/O thread.
  std::shared_ptr<RunningCall> call_;
  CallTag<ChatCall> request_tag_{&ChatCall::OnRequest};
  // Armed with the request: without it a caller's cancel would be noticed only when something is written.
  CallTag<ChatCall> done_tag_{&ChatCall::OnDone};
  CallTag<ChatCall> finish_tag_{&ChatCall::OnFinished};

 private:
  // Null until it is known.
  std::shared_ptr<const Identity> caller_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_CHAT_CALL_H_
