#include "server/grpc/route_handler.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "server/call_status.h"
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
    boost::asio::post(context_.io, [self = shared_from_this()] { self->Answer(); });
  }

  // I/O thread: the configuration's resolved half lives there.
  void Answer() {
    grpc_.AddInitialMetadata("x-request-id", RequestIdOf(grpc_));
    v1::RouteResponse response;
    CallStatus status = ExplainRoute(request_, router::Environment::kProduction, context_.router,
                                     *context_.runner.runtime(), response);
    const grpc::Status grpc_status = ToGrpc(status);
    void* tag = finish_tag_.Arm(shared_from_this());
    if (grpc_status.ok()) return responder_.Finish(response, grpc_status, tag);
    responder_.FinishWithError(grpc_status, tag);
  }

  void OnFinished(bool) {}

  FrontContext& context_;
  CallGate::Pass pass_;
  grpc::ServerContext grpc_;
  v1::RouteRequest request_;
  grpc::ServerAsyncResponseWriter<v1::RouteResponse> responder_;
  CallTag<RouteHandler> request_tag_{&RouteHandler::OnRequest};
  CallTag<RouteHandler> finish_tag_{&RouteHandler::OnFinished};
};

}  // namespace

void ListenForRoute(FrontContext& context) { std::make_shared<RouteHandler>(context)->Listen(); }

}  // namespace spillway::server
