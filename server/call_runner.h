// The one call loop, of unary calls and streams: asks the plan, encodes, sends, decodes, tells the plan,
// until it is done.
//
//   plan.On(event) -> Try   -> codec.Encode       -> transport.Send       -> codec.Decode -> event
//                  -> Try   -> codec.EncodeStream -> transport.SendStream -> StreamDecoder -> sink, event
//                  -> Sleep -> timer                                                      -> event
//                  -> Done  -> the handler, once
//
// The loop is server/call/chat_run.h.
//
// Everything happens on the I/O thread. The request and response given to Run outlive the call;
// the handler is called exactly once, possibly from inside Run.
#ifndef SPILLWAY_SERVER_CALL_RUNNER_H_
#define SPILLWAY_SERVER_CALL_RUNNER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "router/call_report.h"
#include "server/call/call_limits.h"
#include "server/call/turn_end.h"
#include "server/runtime.h"
#include "server/shared_router.h"
#include "server/trace_context.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::server {

// A streamed answer that has begun.
struct ServingAnswer {
  // The latest attempt serves.
  const router::CallReport& report;
  // Time spent waiting for providers until now, and the part of it since the serving attempt began.
  router::Duration upstream;
  router::Duration serving;
  // What the provider has said of it so far.
  const providers::AnswerIdentity& identity;
};

// Who receives a streamed answer as it comes. On the I/O thread, never from inside Run.
class AnswerSink {
 public:
  // The call's first token is here. Once, before anything else; a call that fails before that hears nothing
  // here.
  virtual void OnServing(const ServingAnswer& answer) = 0;

  // Deltas and resets, in order; they may be moved from. False: no more for now, until RunningCall::ReadOn.
  // What has been read already comes all the same (a read's worth), as does the beginning of another target's
  // answer if this one breaks; all else waits at the provider.
  virtual bool OnEvents(std::vector<v1::ChatEvent>& events) = 0;

 protected:
  ~AnswerSink() = default;
};

struct CallInput {
  // All must outlive the call.
  const v1::ChatRequest* request = nullptr;
  // Of a unary call: where the answer goes. Null: the call is streamed to `sink`.
  v1::ChatResponse* response = nullptr;
  AnswerSink* sink = nullptr;
  // Who asks, for the log; empty: nobody in particular, for no callers are configured.
  std::string_view caller;
  router::Environment environment = router::Environment::kProduction;
  router::Instant received;
  // kNever: none.
  router::Instant deadline = router::kNever;
  TraceContext trace;
};

// What an attempt's request left out of the caller's (codec.h).
struct DroppedFields {
  // The attempt's place in the report.
  std::size_t attempt = 0;
  std::vector<std::string_view> names;
};

// When the first of a streamed answer went to the caller, and whose it was: the attempt's place in the
// report.
struct Commit {
  router::Instant at;
  std::size_t attempt = 0;
};

struct CallResult {
  // Unset: no policy names the model and there is no primary endpoint.
  std::optional<router::CallReport> report;
  // When the call ended.
  router::Instant end;
  // Time spent waiting for providers, and the part of it that the serving attempt took.
  router::Duration upstream{};
  router::Duration serving_upstream{};
  // Of those attempts that left something out.
  std::vector<DroppedFields> dropped;
  // Of a stream that the caller has got something of.
  std::optional<Commit> commit;
  // Of a served stream, if the provider counted. A whole answer has its usage in it.
  std::optional<v1::Usage> usage;
  // Of a served stream: how its choices ended; without `route`.
  std::vector<v1::Finish> finishes;
  // How often a stream was reset.
  int resets = 0;
};

// Of a served call, whatever the form of its answer; empty if the provider did not count.
const v1::Usage& UsageOf(const CallInput& input, const CallResult& result);

class RunningCall {
 public:
  virtual ~RunningCall() = default;

  // The caller is gone, or its deadline is: closes the provider's connection, then calls the
  // handler. No effect on a call that is done.
  virtual void Cancel(router::Instant now) = 0;

  // The sink takes events again. No effect on a call that is done or was not told to wait.
  virtual void ReadOn(router::Instant now) = 0;
};

class CallRunner {
 public:
  using Handler = absl::AnyInvocable<void(CallResult)>;

  CallRunner(boost::asio::io_context& io, SharedRouter& router, Metrics& metrics);

  // The configuration for calls that begin from now on. Must match the router's table.
  void Use(std::shared_ptr<Runtime> runtime);
  const std::shared_ptr<Runtime>& runtime() const { return runtime_; }

  CallLimits& limits() { return limits_; }

  // Values a request may hold. Any thread.
  std::uint32_t max_request_values() const { return max_request_values_.load(std::memory_order_relaxed); }

  // Where those who were called back put off what need not be done at once.
  TurnEnd& turn_end() { return turn_end_; }

  // A call of any kind is here, whatever becomes of it.
  void CountCall() { calls_.fetch_add(1, std::memory_order_relaxed); }
  // How many there were. Any thread.
  std::uint64_t calls() const { return calls_.load(std::memory_order_relaxed); }

  // Null when the call ended at once.
  std::shared_ptr<RunningCall> Run(const CallInput& input, Handler handler);

 private:
  boost::asio::io_context& io_;
  SharedRouter& router_;
  Metrics& metrics_;
  std::shared_ptr<Runtime> runtime_;
  CallLimits limits_;
  std::atomic<std::uint32_t> max_request_values_{0};
  TurnEnd turn_end_{io_};
  std::atomic<std::uint64_t> calls_{0};
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_RUNNER_H_
