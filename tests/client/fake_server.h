// A Spillway server that does as told: replies, metadata and errors by script, calls recorded.
//
// Thread-safe once started. Listens on a free loopback port; serves both the public and the
// admin service there. Destroying it ends calls in flight.
#ifndef SPILLWAY_TESTS_CLIENT_FAKE_SERVER_H_
#define SPILLWAY_TESTS_CLIENT_FAKE_SERVER_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "spillway/v1/router.grpc.pb.h"

namespace spillway::testing {

// What the server answers to one method.
template <typename Response>
struct Script {
  Response response;
  grpc::Status status;
  std::map<std::string, std::string> initial_metadata;
  std::map<std::string, std::string> trailers;
  // Answer only when the server is destroyed.
  bool silent = false;
};

// What it answers to StreamChat: as Script, with events in place of a response.
struct StreamScript {
  std::vector<v1::ChatEvent> events;
  grpc::Status status;
  std::map<std::string, std::string> initial_metadata;
  std::map<std::string, std::string> trailers;
  // Called before each event with its number.
  std::function<void(std::size_t)> before_event = [](std::size_t) {};
  // After the events: end only when the server is destroyed or the caller has gone.
  bool silent = false;
};

// What it answers to one WatchTargets.
struct WatchScript {
  std::vector<v1::WatchTargetsResponse> messages;
  // Before the status: wait until the server is destroyed or the caller has gone.
  bool silent = false;
  grpc::Status status;
};

// What the server saw of a call.
template <typename Request>
struct Seen {
  Request request;
  std::multimap<std::string, std::string> metadata;
  std::chrono::system_clock::time_point deadline;
};

// UNAVAILABLE with google.rpc.Status details, as a Spillway server sends them.
grpc::Status StatusWithDetails(
    grpc::StatusCode code, const std::string& message,
    const std::vector<std::reference_wrapper<const google::protobuf::Message>>& details);

class FakeServer {
 public:
  // What to answer; set before the calls.
  struct Scripts {
    Script<v1::ChatResponse> chat;
    StreamScript stream_chat;
    Script<v1::RouteResponse> route;
    Script<v1::ListTargetsResponse> list_targets;
    Script<v1::SuspendTargetResponse> suspend_target;
    Script<v1::ResumeTargetResponse> resume_target;
    Script<v1::ReloadConfigResponse> reload_config;
    Script<v1::GetConfigResponse> get_config;
    // To the first call, the second, …; the last one to all others.
    std::vector<WatchScript> watch_targets;
  };

  // What was asked.
  struct Log {
    std::vector<Seen<v1::ChatRequest>> chat;
    std::vector<Seen<v1::ChatRequest>> stream_chat;
    std::vector<Seen<v1::RouteRequest>> route;
    std::vector<Seen<v1::ListTargetsRequest>> list_targets;
    std::vector<Seen<v1::SuspendTargetRequest>> suspend_target;
    std::vector<Seen<v1::ResumeTargetRequest>> resume_target;
    std::vector<Seen<v1::ReloadConfigRequest>> reload_config;
    std::vector<Seen<v1::GetConfigRequest>> get_config;
    std::vector<Seen<v1::WatchTargetsRequest>> watch_targets;
  };

  explicit FakeServer(
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials());
  ~FakeServer();

  // "127.0.0.1:PORT".
  const std::string& address() const { return address_; }

  Scripts scripts;

  // Every call so far.
  Log log() const;

  // Blocks until a silent stream's caller has gone; false if none has within ten seconds.
  bool WaitUntilCallerLeft() const { return caller_left_.WaitForNotificationWithTimeout(absl::Seconds(10)); }

 private:
  class Router;
  class Admin;

  template <typename Request>
  void Note(std::vector<Seen<Request>> Log::*seen, const grpc::ServerContext& context,
            const Request& request);

  template <typename Request, typename Response>
  grpc::Status Play(const Script<Response>& script, std::vector<Seen<Request>> Log::*seen,
                    grpc::ServerContext* context, const Request* request, Response* response);

  mutable std::mutex mutex_;
  Log log_;  // Guarded by mutex_.
  absl::Notification ending_;
  absl::Notification caller_left_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// An address of this machine where nobody listens.
std::string UnusedAddress();

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_CLIENT_FAKE_SERVER_H_
