#include "server/grpc/chat_handler.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/access_log.h"
#include "server/call_status.h"
#include "server/caller_refusals.h"
#include "server/grpc/call_metadata.h"
#include "server/grpc/front.h"
#include "server/grpc/tag.h"
#include "server/request_check.h"
#include "server/trace.h"

namespace spillway::server {
namespace {

// One call. Lives as long as one of its tags is out or its run holds it.
class ChatHandler : public std::enable_shared_from_this<ChatHandler> {
 public:
  explicit ChatHandler(FrontContext& context) : context_(context), responder_(&grpc_) {}

  void Listen() {
    // Without it a caller's cancel would be noticed only when the answer is written.
    grpc_.AsyncNotifyWhenDone(done_tag_.Arm(shared_from_this()));
    context_.service.RequestChat(&grpc_, &request_, &responder_, context_.queue.get(), context_.queue.get(),
                                 request_tag_.Arm(shared_from_this()));
  }

 private:
  // Queue thread.
  void OnRequest(bool ok) {
    if (!ok) {
      context_.OnStopping();
      return done_tag_.Disarm();
    }
    pass_ = context_.gate.Enter();
    if (!pass_) return;  // The server has stopped, and gRPC has ended the call already.
    ListenForChat(context_);
    input_.request = &request_;
    input_.response = &response_;
    input_.received = std::chrono::steady_clock::now();
    input_.deadline = DeadlineOf(grpc_, input_.received);
    request_id_ = RequestIdOf(grpc_);
    boost::asio::post(context_.io, [self = shared_from_this()] { self->Begin(); });
  }

  // Queue thread.
  void OnDone(bool) {
    if (!grpc_.IsCancelled()) return;
    boost::asio::post(context_.io, [self = shared_from_this()] {
      if (const auto call = std::exchange(self->call_, nullptr))
        call->Cancel(std::chrono::steady_clock::now());
    });
  }

  void OnFinished(bool) {}

  // I/O thread, and all below.
  void Begin() {
    Admission admission = context_.runner.runtime()->callers().Admit(AuthorizationOf(grpc_));
    if (admission.identity == nullptr) return Refuse(Unauthenticated(admission.fault));
    caller_ = std::move(admission.identity);
    input_.caller = caller_->name;
    input_.environment = caller_->environment;
    const std::vector<FieldViolation> violations = CheckRequest(request_);
    if (!violations.empty()) return Refuse(StatusOf(violations));
    if (!caller_->MayAskFor(request_.model())) return Refuse(ModelNotAllowed(request_.model(), *caller_));
    call_ = context_.runner.Run(
        input_, [self = shared_from_this()](const CallResult& result) { self->OnResult(result); });
  }

  // Before a route was looked for.
  void Refuse(const CallStatus& status) {
    std::optional<router::Environment> environment;
    if (caller_ != nullptr) environment = input_.environment;
    context_.metrics.CountUnrouted(environment, status.code);
    CallResult result;
    result.end = std::chrono::steady_clock::now();
    Reply(result, status);
  }

  void OnResult(const CallResult& result) {
    call_.reset();
    if (!result.report) return Reply(result, UnknownModel(request_.model(), input_.environment));
    v1::RouteTrace& trace = *response_.mutable_route();
    FillTrace(*result.report, request_.model(), WallClock::Now(), trace);
    for (const DroppedFields& dropped : result.dropped) {
      v1::Attempt& attempt = *trace.mutable_attempts(static_cast<int>(dropped.attempt));
      for (const std::string_view name : dropped.names) attempt.add_dropped_fields(std::string(name));
    }
    Reply(result, StatusOf(*result.report, trace));
  }

  void Reply(const CallResult& result, const CallStatus& status) {
    AddMetadata(input_, result, request_id_, grpc_);
    const std::string peer = caller_ == nullptr ? grpc_.peer() : "";
    const CallLogEntry entry{"Chat",      request_id_,    request_.model(), &input_, &result,
                             status.code, status.message, result.end,       peer};
    const grpc::Status grpc_status = ToGrpc(status);
    if (grpc_status.ok()) {
      responder_.Finish(response_, grpc_status, finish_tag_.Arm(shared_from_this()));
    } else {
      responder_.FinishWithError(grpc_status, finish_tag_.Arm(shared_from_this()));
    }
    // After the reply is on its way: the log is nothing to wait for.
    LogCall(entry);
  }

  FrontContext& context_;
  // The last to be destroyed, but for the context.
  CallGate::Pass pass_;
  grpc::ServerContext grpc_;
  v1::ChatRequest request_;
  v1::ChatResponse response_;
  grpc::ServerAsyncResponseWriter<v1::ChatResponse> responder_;
  // Null until it is known.
  std::shared_ptr<const Identity> caller_;
  CallInput input_;
  std::string request_id_;
  std::shared_ptr<RunningCall> call_;
  CallTag<ChatHandler> request_tag_{&ChatHandler::OnRequest};
  CallTag<ChatHandler> done_tag_{&ChatHandler::OnDone};
  CallTag<ChatHandler> finish_tag_{&ChatHandler::OnFinished};
};

}  // namespace

void ListenForChat(FrontContext& context) { std::make_shared<ChatHandler>(context)->Listen(); }

}  // namespace spillway::server
