#include "tests/client/fake_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "google/rpc/status.pb.h"

namespace spillway::testing {

template <typename Request>
void FakeServer::Note(std::vector<Seen<Request>> Log::*seen, const grpc::ServerContext& context,
                      const Request& request) {
  Seen<Request> call{.request = request, .deadline = context.deadline()};
  for (const auto& [key, value] : context.client_metadata()) {
    call.metadata.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
  std::lock_guard lock(mutex_);
  (log_.*seen).push_back(std::move(call));
}

template <typename Request, typename Response>
grpc::Status FakeServer::Play(const Script<Response>& script, std::vector<Seen<Request>> Log::*seen,
                              grpc::ServerContext* context, const Request* request, Response* response) {
  Note(seen, *context, *request);
  if (script.silent) ending_.WaitForNotification();
  for (const auto& [key, value] : script.initial_metadata) context->AddInitialMetadata(key, value);
  for (const auto& [key, value] : script.trailers) context->AddTrailingMetadata(key, value);
  *response = script.response;
  return script.status;
}

FakeServer::Log FakeServer::log() const {
  std::lock_guard lock(mutex_);
  return log_;
}

class FakeServer::Router : public v1::RouterService::Service {
 public:
  explicit Router(FakeServer& fake) : fake_(fake) {}

  grpc::Status Chat(grpc::ServerContext* context, const v1::ChatRequest* request,
                    v1::ChatResponse* response) override {
    return fake_.Play(fake_.scripts.chat, &Log::chat, context, request, response);
  }

  grpc::Status StreamChat(grpc::ServerContext* context, const v1::ChatRequest* request,
                          grpc::ServerWriter<v1::ChatEvent>* writer) override {
    const StreamScript& script = fake_.scripts.stream_chat;
    fake_.Note(&Log::stream_chat, *context, *request);
    for (const auto& [key, value] : script.initial_metadata) context->AddInitialMetadata(key, value);
    for (const auto& [key, value] : script.trailers) context->AddTrailingMetadata(key, value);
    for (std::size_t i = 0; i < script.events.size(); ++i) {
      script.before_event(i);
      writer->Write(script.events[i]);
    }
    while (script.silent && !context->IsCancelled()) {
      if (fake_.ending_.WaitForNotificationWithTimeout(absl::Milliseconds(5))) break;
    }
    if (context->IsCancelled()) fake_.caller_left_.Notify();
    return script.status;
  }

  grpc::Status Route(grpc::ServerContext* context, const v1::RouteRequest* request,
                     v1::RouteResponse* response) override {
    return fake_.Play(fake_.scripts.route, &Log::route, context, request, response);
  }

 private:
  FakeServer& fake_;
};

class FakeServer::Admin : public v1::AdminService::Service {
 public:
  explicit Admin(FakeServer& fake) : fake_(fake) {}

  grpc::Status ListTargets(grpc::ServerContext* context, const v1::ListTargetsRequest* request,
                           v1::ListTargetsResponse* response) override {
    return fake_.Play(fake_.scripts.list_targets, &Log::list_targets, context, request, response);
  }

  grpc::Status SuspendTarget(grpc::ServerContext* context, const v1::SuspendTargetRequest* request,
                             v1::SuspendTargetResponse* response) override {
    return fake_.Play(fake_.scripts.suspend_target, &Log::suspend_target, context, request, response);
  }

  grpc::Status ResumeTarget(grpc::ServerContext* context, const v1::ResumeTargetRequest* request,
                            v1::ResumeTargetResponse* response) override {
    return fake_.Play(fake_.scripts.resume_target, &Log::resume_target, context, request, response);
  }

  grpc::Status ReloadConfig(grpc::ServerContext* context, const v1::ReloadConfigRequest* request,
                            v1::ReloadConfigResponse* response) override {
    return fake_.Play(fake_.scripts.reload_config, &Log::reload_config, context, request, response);
  }

  grpc::Status GetConfig(grpc::ServerContext* context, const v1::GetConfigRequest* request,
                         v1::GetConfigResponse* response) override {
    return fake_.Play(fake_.scripts.get_config, &Log::get_config, context, request, response);
  }

  grpc::Status WatchTargets(grpc::ServerContext* context, const v1::WatchTargetsRequest* request,
                            grpc::ServerWriter<v1::WatchTargetsResponse>* writer) override {
    fake_.Note(&Log::watch_targets, *context, *request);
    const auto& scripts = fake_.scripts.watch_targets;
    const WatchScript& script = scripts.at(std::min(fake_.log().watch_targets.size(), scripts.size()) - 1);
    for (const auto& message : script.messages) writer->Write(message);
    while (script.silent && !context->IsCancelled()) {
      if (fake_.ending_.WaitForNotificationWithTimeout(absl::Milliseconds(5))) break;
    }
    return script.status;
  }

 private:
  FakeServer& fake_;
};

FakeServer::FakeServer(std::shared_ptr<grpc::ServerCredentials> credentials)
    : router_(std::make_unique<Router>(*this)), admin_(std::make_unique<Admin>(*this)) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", std::move(credentials), &port);
  builder.RegisterService(router_.get());
  builder.RegisterService(admin_.get());
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeServer::~FakeServer() {
  ending_.Notify();
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

grpc::Status StatusWithDetails(
    grpc::StatusCode code, const std::string& message,
    const std::vector<std::reference_wrapper<const google::protobuf::Message>>& details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  for (const google::protobuf::Message& detail : details) status.add_details()->PackFrom(detail);
  return grpc::Status(code, message, status.SerializeAsString());
}

std::string UnusedAddress() {
  // Bound but never listening, and kept so until the process ends: nobody else can get it.
  static const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static const int bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (bound != 0) return "";
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

}  // namespace spillway::testing
