#include "server/grpc/health_handler.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/grpc/front.h"
#include "server/grpc/tag.h"

namespace spillway::server {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// The server as a whole, and the one service it is there for.
bool IsKnown(const std::string& service) {
  return service.empty() || service == v1::RouterService::service_full_name();
}

HealthCheckResponse ResponseFor(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return response;
}

HealthCheckResponse ResponseFor(bool serving) {
  return ResponseFor(serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
}

class CheckHandler : public std::enable_shared_from_this<CheckHandler> {
 public:
  explicit CheckHandler(FrontContext& context) : context_(context), responder_(&grpc_) {}

  void Listen() {
    context_.health_service.RequestCheck(&grpc_, &request_, &responder_, context_.queue.get(),
                                         context_.queue.get(), request_tag_.Arm(shared_from_this()));
  }

 private:
  void OnRequest(bool ok) {
    if (!ok) return;
    pass_ = context_.gate.Enter();
    if (!pass_) return;
    ListenForHealthCheck(context_);
    void* tag = finish_tag_.Arm(shared_from_this());
    if (!IsKnown(request_.service())) {
      return responder_.FinishWithError({grpc::StatusCode::NOT_FOUND, "unknown service"}, tag);
    }
    responder_.Finish(ResponseFor(context_.health.serving()), grpc::Status::OK, tag);
  }

  void OnFinished(bool) {}

  FrontContext& context_;
  CallGate::Pass pass_;
  grpc::ServerContext grpc_;
  HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<HealthCheckResponse> responder_;
  CallTag<CheckHandler> request_tag_{&CheckHandler::OnRequest};
  CallTag<CheckHandler> finish_tag_{&CheckHandler::OnFinished};
};

// Writes the latest status whenever the wire is free; changes in between are skipped.
class WatchHandler : public HealthWatcher, public std::enable_shared_from_this<WatchHandler> {
 public:
  explicit WatchHandler(FrontContext& context) : context_(context), writer_(&grpc_) {}

  void Listen() {
    grpc_.AsyncNotifyWhenDone(done_tag_.Arm(shared_from_this()));
    context_.health_service.RequestWatch(&grpc_, &request_, &writer_, context_.queue.get(),
                                         context_.queue.get(), request_tag_.Arm(shared_from_this()));
  }

  void OnServing(bool serving) override {
    absl::MutexLock lock(&mutex_);
    if (known_) return Send(ResponseFor(serving));
    // Nothing ever changes for an unknown service.
    if (!std::exchange(told_unknown_, true)) Send(ResponseFor(HealthCheckResponse::SERVICE_UNKNOWN));
  }

  void OnClosing() override {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    if (!writing_) Finish();
  }

 private:
  void OnRequest(bool ok) {
    if (!ok) return done_tag_.Disarm();
    pass_ = context_.gate.Enter();
    if (!pass_) return;
    ListenForHealthWatch(context_);
    // The watch of an unknown service stays open, as the protocol has it; it too ends with the server.
    known_ = IsKnown(request_.service());
    context_.health.Watch(shared_from_this());
  }

  void Send(const HealthCheckResponse& response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (done_ || closing_) return;
    if (writing_) {
      next_ = response;
      return;
    }
    Write(response);
  }

  void Write(const HealthCheckResponse& response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = true;
    writer_.Write(response, write_tag_.Arm(shared_from_this()));
  }

  void OnWritten(bool ok) {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    // What was due before the end is still told: that the server does not serve any more.
    if (ok && next_ && !done_) return Write(*std::exchange(next_, std::nullopt));
    if (closing_) Finish();
  }

  void Finish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (done_) return;
    writer_.Finish({grpc::StatusCode::UNAVAILABLE, "the server is shutting down"},
                   finish_tag_.Arm(shared_from_this()));
  }

  void OnFinished(bool) {}

  void OnDone(bool) {
    absl::MutexLock lock(&mutex_);
    done_ = true;
  }

  FrontContext& context_;
  CallGate::Pass pass_;
  grpc::ServerContext grpc_;
  HealthCheckRequest request_;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_;
  // Set before the board knows of us.
  bool known_ = false;
  absl::Mutex mutex_;
  bool told_unknown_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<HealthCheckResponse> next_ ABSL_GUARDED_BY(mutex_);
  CallTag<WatchHandler> request_tag_{&WatchHandler::OnRequest};
  CallTag<WatchHandler> write_tag_{&WatchHandler::OnWritten};
  CallTag<WatchHandler> done_tag_{&WatchHandler::OnDone};
  CallTag<WatchHandler> finish_tag_{&WatchHandler::OnFinished};
};

}  // namespace

void ListenForHealthCheck(FrontContext& context) { std::make_shared<CheckHandler>(context)->Listen(); }
void ListenForHealthWatch(FrontContext& context) { std::make_shared<WatchHandler>(context)->Listen(); }

}  // namespace spillway::server
