#include "server/grpc/route_handler.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
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
#include "server/route_explainer.h"

namespace spillway::server {
namespace {

class RouteHandler : public std::enable_shared_from_this<RouteHandler> {
 public:
  explicit RouteHandler(FrontContext& context) : context_(context), responder_(&grpc_) {}

  void Listen() {
    context_.service.RequestRoute(&grpc_, &request_, &responder_, context_.queue.get(), context_.queue.get(),
                                  request_tag_.Arm(shared_from_this()));
  }

 private:
  void OnRequest(bool ok) {
    if (!ok) return;
    pass_ = context_.gate.Enter();
    if (!pass_) return;
    ListenForRoute(context_);
    input_.received = std::chrono::steady_clock::now();
    boost::asio::post(context_.io, [self = shared_from_this()] { self->Answer(); });
  }

  // I/O thread: the configuration's resolved half lives there.
  void Answer() {
    const std::string request_id = RequestIdOf(grpc_);
    grpc_.AddInitialMetadata("x-request-id", request_id);
    v1::RouteResponse response;
    const CallStatus status = Explain(response);
    RecordIfRefused(status, request_id);
    const grpc::Status grpc_status = ToGrpc(status);
    void* tag = finish_tag_.Arm(shared_from_this());
    if (grpc_status.ok()) return responder_.Finish(response, grpc_status, tag);
    responder_.FinishWithError(grpc_status, tag);
  }

  CallStatus Explain(v1::RouteResponse& response) {
    Runtime& runtime = *context_.runner.runtime();
    Admission admission =
        runtime.callers().Admit(AuthorizationOf(grpc_), [this] { return PeerNamesOf(grpc_); });
    if (admission.identity == nullptr) return Unauthenticated(admission.fault);
    caller_ = std::move(admission.identity);
    input_.caller = caller_->name;
    input_.environment = caller_->environment;
    return ExplainRoute(request_, *caller_, context_.router, runtime, response);
  }

  // A question is no call and leaves no trace; one that may not be asked does, as a Chat would.
  void RecordIfRefused(const CallStatus& status, const std::string& request_id) {
    const bool unknown = status.code == absl::StatusCode::kUnauthenticated;
    if (!unknown && status.code != absl::StatusCode::kPermissionDenied) return;
    std::optional<router::Environment> environment;
    if (!unknown) environment = input_.environment;
    context_.metrics.CountUnrouted(environment, status.code);
    input_.trace = TraceOf(grpc_);
    const std::string peer = unknown ? grpc_.peer() : "";
    const router::Instant now = std::chrono::steady_clock::now();
    LogCall(
        {"Route", request_id, request_.model(), &input_, nullptr, status.code, status.message, now, peer});
  }

  void OnFinished(bool) {}

  FrontContext& context_;
  CallGate::Pass pass_;
  grpc::ServerContext grpc_;
  v1::RouteRequest request_;
  // Null until it is known.
  std::shared_ptr<const Identity> caller_;
  CallInput input_;
  grpc::ServerAsyncResponseWriter<v1::RouteResponse> responder_;
  CallTag<RouteHandler> request_tag_{&RouteHandler::OnRequest};
  CallTag<RouteHandler> finish_tag_{&RouteHandler::OnFinished};
};

}  // namespace

void ListenForRoute(FrontContext& context) { std::make_shared<RouteHandler>(context)->Listen(); }

}  // namespace spillway::server
