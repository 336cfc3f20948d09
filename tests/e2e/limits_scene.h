// A server with both fronts and two callers, and a provider that answers or keeps silent.
//
//   checkout, batch --gRPC or HTTP--> "gpt-4o" --> "live"
//
// Threads: one for each call that is held.
#ifndef SPILLWAY_TESTS_E2E_LIMITS_SCENE_H_
#define SPILLWAY_TESTS_E2E_LIMITS_SCENE_H_

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/callers_scene.h"
#include "tests/e2e/door_call.h"

namespace spillway::e2e {

struct LimitsText {
  // Further fields of `server.grpc`, as in `, max_message_bytes: 1000000`.
  std::string grpc;
  // Fields of `server.limits`.
  std::string limits;
  // Further fields of the caller "checkout".
  std::string checkout;
};

inline constexpr char kBatchKey[] = "batchs-key-do-not-tell-0007";

class LimitsScene {
 public:
  explicit LimitsScene(const LimitsText& text) : server_(Yaml(text), {{"LIVE_KEY", kPrimaryKey}}) {}

  std::string Yaml(const LimitsText& text) const {
    return absl::StrCat(
        "server:\n  grpc: {address: \"127.0.0.1:0\"", text.grpc,
        "}\n  openai: {address: \"127.0.0.1:0\"}\n  admin: {address: \"127.0.0.1:0\"}\n  limits: {",
        text.limits, "}\ncallers:\n  - {name: checkout, key_sha256: ", testing::KeyDigest(kCheckoutKey),
        text.checkout, "}\n  - {name: batch, key_sha256: ", testing::KeyDigest(kBatchKey),
        "}\nproviders: [{name: openai, api: openai}]\nendpoints:\n"
        "  - {name: live, provider: openai, api_key: {env: LIVE_KEY}, url: \"",
        sim_.url("live"),
        "/v1\"}\n"
        "policies:\n  - name: chat\n    model: gpt-4o\n"
        "    production: {failover: {targets: [{endpoint: live, model: gpt-4o}]}}\n");
  }

  void Reload(const LimitsText& text) {
    std::ofstream(server_.config_path()) << Yaml(text);
    ASSERT_NE(server_.Reload().outcome, server::ReloadOutcome::kRejected);
  }

  sim::Simulator& sim() { return sim_; }
  testing::TestServer& server() { return server_; }
  std::uint16_t door() const { return static_cast<std::uint16_t>(server_.ports().openai); }

  client::Result<v1::ChatResponse> Chat(const std::string& key = kCheckoutKey) const {
    return Chat(TestCall(), key);
  }
  client::Result<v1::ChatResponse> Chat(const v1::ChatRequest& request,
                                        const std::string& key = kCheckoutKey) const {
    return ClientWith(server_, key).Chat(request);
  }
  DoorCall Door(const std::string& body, const std::string& key = kCheckoutKey) const {
    return CallDoor(door(), body, absl::StrCat("authorization: Bearer ", key, "\r\n"));
  }

  double Metric(const std::string& series) const {
    const auto samples = testing::ParseMetrics(server_.Get("/metrics").body);
    const auto found = samples.find(series);
    return found == samples.end() ? 0 : found->second;
  }
  // False if it does not come to that.
  bool WaitForMetric(const std::string& series, double value) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (Metric(series) != value) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }
  bool WaitForCalls(int count) const { return WaitForMetric("spillway_calls_in_flight", count); }

  testing::LogCapture logs;

 private:
  sim::Simulator sim_{Providers({"live"})};
  testing::TestServer server_;
};

// A call, unary or a stream, that goes on until it is let go of or its deadline.
class HeldCall {
 public:
  explicit HeldCall(const LimitsScene& scene, const std::string& key = kCheckoutKey, bool stream = false,
                    std::chrono::milliseconds time = std::chrono::seconds(20))
      : stub_(v1::RouterService::NewStub(const_cast<LimitsScene&>(scene).server().NewChannel())) {
    context_.set_deadline(std::chrono::system_clock::now() + time);
    context_.AddMetadata("authorization", absl::StrCat("Bearer ", key));
    thread_ = std::thread([this, stream] {
      if (!stream) {
        v1::ChatResponse response;
        status_ = stub_->Chat(&context_, TestCall(), &response);
        return;
      }
      const auto reader = stub_->StreamChat(&context_, TestCall());
      v1::ChatEvent event;
      while (reader->Read(&event)) {
      }
      status_ = reader->Finish();
    });
  }
  ~HeldCall() {
    context_.TryCancel();
    if (thread_.joinable()) thread_.join();
  }

  // When it has ended by itself.
  const grpc::Status& Wait() {
    thread_.join();
    return status_;
  }

 private:
  const std::unique_ptr<v1::RouterService::Stub> stub_;
  grpc::ClientContext context_;
  grpc::Status status_;
  std::thread thread_;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_LIMITS_SCENE_H_
