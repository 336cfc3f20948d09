#include "tests/chaos/chat_call.h"

#include <memory>
#include <string>
#include <utility>

#include "client/error_details.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "grpcpp/support/status.h"

namespace spillway::chaos {
namespace {

// What unary calls and streams have in common.
class ChatCall {
 public:
  ChatCall(const CallPlan& plan, CallBook* book)
      : plan_(plan), prompt_(PromptOf(plan.call, plan.words)), book_(book) {
    request_.set_model(plan.model);
    request_.set_max_tokens(1000);
    v1::Message* message = request_.add_messages();
    message->set_role(v1::ROLE_USER);
    message->set_content(prompt_);
    request_.set_allow_reset(plan.kind == CallKind::kStream);
    context_.set_deadline(std::chrono::system_clock::now() + plan.timeout);
    context_.AddMetadata("x-request-id", "chaos-" + std::to_string(plan.call));
  }

 protected:
  // `route`: of a success; a failure brings its own.
  void Note(const grpc::Status& status, const v1::RouteTrace& route) {
    CallRecord record{.call = plan_.call,
                      .kind = plan_.kind,
                      .model = plan_.model,
                      .due = plan_.due,
                      .end = Clock::now(),
                      .status = status,
                      .resets = resets_,
                      .route = route};
    if (!status.ok()) {
      const client::ErrorDetails details = client::ParseErrorDetails(status.error_details());
      if (details.error_info) record.reason = details.error_info->reason();
      if (details.route) record.route = *details.route;
    }
    const std::string served_by = record.route.served_by().endpoint();
    record.verdict = Judge({.prompt = prompt_,
                            .served_by = served_by,
                            .text = text_,
                            .finish_reason = finish_reason_,
                            .ok = status.ok(),
                            .says_broken = record.reason == "STREAM_BROKEN",
                            .may_break = plan_.kind == CallKind::kPlainStream});
    book_->End(record);
  }

  const CallPlan plan_;
  const std::string prompt_;
  CallBook* const book_;
  grpc::ClientContext context_;
  v1::ChatRequest request_;
  std::string text_;
  std::string finish_reason_;
  int resets_ = 0;
};

class UnaryCall : public ChatCall {
 public:
  using ChatCall::ChatCall;

  static void Start(v1::RouterService::Stub& stub, std::unique_ptr<UnaryCall> call) {
    UnaryCall* const raw = call.release();
    stub.async()->Chat(&raw->context_, &raw->request_, &raw->response_, [raw](const grpc::Status& status) {
      const std::unique_ptr<UnaryCall> self(raw);
      self->Finish(status);
    });
  }

 private:
  void Finish(const grpc::Status& status) {
    if (response_.choices_size() == 1) {
      text_ = response_.choices(0).message().content();
      finish_reason_ = response_.choices(0).finish_reason();
    }
    Note(status, response_.route());
  }

  v1::ChatResponse response_;
};

class StreamCall : public ChatCall, public grpc::ClientReadReactor<v1::ChatEvent> {
 public:
  using ChatCall::ChatCall;

  static void Start(v1::RouterService::Stub& stub, std::unique_ptr<StreamCall> call) {
    StreamCall* const raw = call.release();
    stub.async()->StreamChat(&raw->context_, &raw->request_, raw);
    raw->StartRead(&raw->event_);
    raw->StartCall();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (event_.has_delta()) {
      text_ += event_.delta().content();
    } else if (event_.has_finish()) {
      finish_reason_ = event_.finish().finish_reason();
      route_ = event_.finish().route();
    } else if (event_.has_reset()) {
      ++resets_;
      text_.clear();
      finish_reason_.clear();
    }
    StartRead(&event_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::unique_ptr<StreamCall> self(this);
    Note(status, route_);
  }

  v1::ChatEvent event_;
  v1::RouteTrace route_;
};

}  // namespace

void StartCall(v1::RouterService::Stub& stub, const CallPlan& plan, CallBook& book) {
  if (plan.kind == CallKind::kUnary) {
    UnaryCall::Start(stub, std::make_unique<UnaryCall>(plan, &book));
  } else {
    StreamCall::Start(stub, std::make_unique<StreamCall>(plan, &book));
  }
}

}  // namespace spillway::chaos
