// Many calls at once: all of them served, and every count in /metrics is what the providers saw.

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_unary_call.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

struct AsyncCall {
  grpc::ClientContext context;
  v1::ChatResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::ChatResponse>> reader;
};

// `count` calls, all of them started before the first is waited for.
std::vector<AsyncCall> CallAtOnce(Scene& scene, std::size_t count) {
  grpc::CompletionQueue queue;
  const auto stub = v1::RouterService::NewStub(scene.server().NewChannel());
  std::vector<AsyncCall> calls(count);
  const v1::ChatRequest request = TestCall();
  for (AsyncCall& call : calls) {
    call.reader = stub->AsyncChat(&call.context, request, &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  }
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(queue.Next(&tag, &ok));
  queue.Shutdown();
  return calls;
}

std::map<std::string, int> OutcomesSeenBy(const Scene& scene, const std::string& personality) {
  std::map<std::string, int> outcomes;
  for (const sim::LogEntry& entry : scene.Asked(personality)) ++outcomes[entry.fault];
  return outcomes;
}

TEST(LoadTest, TwoHundredCallsAtOnceAreAllServedAndCounted) {
  constexpr int kCalls = 200;
  Scene scene({.settings = {}});
  scene.sim().SetScript("primary",
                        R"({"steps": ["ok:delay_ms=30", "overloaded:delay_ms=10"], "then": "cycle"})");
  std::map<std::string, int> served;
  for (const AsyncCall& call : CallAtOnce(scene, kCalls)) {
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
    ++served[call.response.route().served_by().endpoint()];
  }
  EXPECT_EQ(served["primary"] + served["backup"], kCalls);
  std::map<std::string, int> primary = OutcomesSeenBy(scene, "primary");
  EXPECT_EQ(primary["ok"], served["primary"]);
  EXPECT_EQ(primary["overloaded"], served["backup"]);
  EXPECT_EQ(primary["ok"], kCalls / 2);
  EXPECT_EQ(OutcomesSeenBy(scene, "backup")["ok"], served["backup"]);

  const auto metrics = scene.Metrics();
  const auto attempts = [&](const std::string& labels) {
    return metrics.at("spillway_attempts_total{" + labels + "}");
  };
  EXPECT_EQ(attempts(R"(endpoint="primary",model="gpt-4o",outcome="ok")"), served["primary"]);
  EXPECT_EQ(attempts(R"(endpoint="primary",model="gpt-4o",outcome="overloaded")"), served["backup"]);
  EXPECT_EQ(attempts(R"(endpoint="backup",model="gpt-4o-mini",outcome="ok")"), served["backup"]);
  EXPECT_EQ(metrics.at(R"(spillway_calls_total{code="OK",environment="production",policy="failover"})"),
            kCalls);
  EXPECT_EQ(metrics.at(R"(spillway_call_duration_seconds_count{policy="failover"})"), kCalls);
  EXPECT_EQ(metrics.at("spillway_calls_in_flight"), 0);
  EXPECT_EQ(metrics.at("spillway_router_overhead_seconds_count"), kCalls);
  // 12 and 4 tokens is what the simulator counts for the test call and its answer.
  const v1::Usage usage = scene.Chat().response.usage();
  EXPECT_EQ(metrics.at(R"(spillway_tokens_total{endpoint="backup",model="gpt-4o-mini",type="prompt"})"),
            served["backup"] * usage.prompt_tokens());
  EXPECT_EQ(scene.logs().WaitForEvents("call", kCalls + 1).size(), static_cast<std::size_t>(kCalls) + 1);
}

TEST(LoadTest, AThrottledPrimaryIsAskedByThoseAlreadyOnTheirWayOnly) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=30:delay_ms=20"});
  for (const AsyncCall& call : CallAtOnce(scene, 100))
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
  const std::size_t asked = scene.Asked("primary").size();
  for (const AsyncCall& call : CallAtOnce(scene, 100))
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_EQ(scene.Asked("primary").size(), asked);
  EXPECT_EQ(scene.Asked("backup").size(), 200u);
  EXPECT_EQ(
      scene.Metric(R"(spillway_suspensions_total{endpoint="primary",failure="rate_limited",model="gpt-4o"})"),
      1)
      << "stale results suspend nobody twice";
}

TEST(LoadTest, ConnectionsAreKeptAndReused) {
  Scene scene;
  for (int i = 0; i < 20; ++i) ExpectServedBy("primary", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").back().request.number_on_connection, 20u);
  EXPECT_EQ(scene.Metric(R"(spillway_connections{endpoint="primary",state="idle"})"), 1);
}

}  // namespace
}  // namespace spillway::e2e
