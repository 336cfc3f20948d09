// What all fronts have in common: one call from its request to its run and its reply.
//
//   Begin ─▶ caller ─▶ slot ─▶ ReadRequest ─▶ check ─▶ CallRunner::Run ─▶ Reply ─▶ access log
//
// Ends in exactly one Reply. Lives as long as its front or its run holds it. On the I/O thread, once begun.
#ifndef SPILLWAY_SERVER_CALL_SERVED_CALL_H_
#define SPILLWAY_SERVER_CALL_SERVED_CALL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/call/call_limits.h"
#include "server/call/message_memory.h"
#include "server/call_runner.h"
#include "server/call_status.h"
#include "server/caller_registry.h"
#include "server/metrics.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::server {

class ServedCall : public std::enable_shared_from_this<ServedCall> {
 public:
  virtual ~ServedCall() = default;

 protected:
  // Whether Reply wants the trace of a call that was served. One that failed always has it.
  enum class Trace : std::uint8_t { kAlways, kOfFailures };

  // `method`: as the access log names it; a literal.
  ServedCall(CallRunner& runner, Metrics& metrics, const char* method, Trace trace)
      : runner_(runner), metrics_(metrics), method_(method), wanted_trace_(trace) {}

  // Fills `request_` and says where the answer goes, in `input_`, once the caller is known, unless that has
  // been done. Set: the request is refused.
  virtual std::optional<CallStatus> ReadRequest() { return std::nullopt; }

  // Begins the reply. `result` has no report for a call that found no route; `trace` is the report's, in
  // `answer_memory_`, and may be moved from.
  virtual void Reply(CallResult& result, const CallStatus& status, v1::RouteTrace& trace) = 0;

  // Where the call came from.
  virtual std::string Peer() const = 0;
  // The names in its client's certificate.
  virtual PeerNames NamesOfPeer() const = 0;

  // `input_.received`, `input_.deadline` and `request_id_` are set.
  void Begin(const Authorization& authorization);

  // The caller is gone. No effect on a call that has been replied to.
  void Cancel();

  // Made where the call is made; the answer's when it begins, for that may be on another thread.
  MessageMemory<2048> request_memory_;
  std::optional<MessageMemory<4096>> answer_memory_;
  v1::ChatRequest& request_ = request_memory_.New<v1::ChatRequest>();
  CallInput input_;
  std::string request_id_;
  // The run, while there is one.
  std::shared_ptr<RunningCall> call_;

 private:
  // Before a route was looked for.
  void Refuse(const CallStatus& status);
  void RefuseFor(CallLimits::Bound bound);
  void OnResult(CallResult result);
  void ReplyAndLog(CallResult result, CallStatus status, v1::RouteTrace& trace);
  void Log();

  CallRunner& runner_;
  Metrics& metrics_;
  const char* const method_;
  const Trace wanted_trace_;
  // Null until it is known.
  std::shared_ptr<const Identity> caller_;
  // From its admission until it is replied to.
  CallLimits::Slot slot_;
  // How it ended, for the log.
  CallResult result_;
  CallStatus call_status_;
  std::string peer_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_SERVED_CALL_H_
