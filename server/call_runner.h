// The one call loop: asks the plan, encodes, sends, decodes, tells the plan, until it is done.
//
//   plan.On(event) -> Try   -> codec.Encode -> transport.Send -> codec.Decode -> event
//                  -> Sleep -> timer                                          -> event
//                  -> Done  -> the handler, once
//
// Everything happens on the I/O thread. The request and response given to Run outlive the call;
// the handler is called exactly once, possibly from inside Run.
#ifndef SPILLWAY_SERVER_CALL_RUNNER_H_
#define SPILLWAY_SERVER_CALL_RUNNER_H_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "router/call_report.h"
#include "server/runtime.h"
#include "server/shared_router.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::server {

struct CallInput {
  // All three must outlive the call.
  const v1::ChatRequest* request = nullptr;
  v1::ChatResponse* response = nullptr;
  // Who asks, for the log; empty: nobody in particular, for no callers are configured.
  std::string_view caller;
  router::Environment environment = router::Environment::kProduction;
  router::Instant received;
  // kNever: none.
  router::Instant deadline = router::kNever;
};

// What an attempt's request left out of the caller's (codec.h).
struct DroppedFields {
  // The attempt's place in the report.
  std::size_t attempt = 0;
  std::vector<std::string_view> names;
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
};

class RunningCall {
 public:
  virtual ~RunningCall() = default;

  // The caller is gone, or its deadline is: closes the provider's connection, then calls the
  // handler. No effect on a call that is done.
  virtual void Cancel(router::Instant now) = 0;
};

class CallRunner {
 public:
  using Handler = absl::AnyInvocable<void(CallResult)>;

  CallRunner(boost::asio::io_context& io, SharedRouter& router, Metrics& metrics);

  // The configuration for calls that begin from now on. Must match the router's table.
  void Use(std::shared_ptr<Runtime> runtime) { runtime_ = std::move(runtime); }
  const std::shared_ptr<Runtime>& runtime() const { return runtime_; }

  // Null when the call ended at once.
  std::shared_ptr<RunningCall> Run(const CallInput& input, Handler handler);

 private:
  boost::asio::io_context& io_;
  SharedRouter& router_;
  Metrics& metrics_;
  std::shared_ptr<Runtime> runtime_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_RUNNER_H_
