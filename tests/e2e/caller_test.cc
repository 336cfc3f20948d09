// The caller's side of a call: its deadline, its cancel, the metadata both ways.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::map<std::string, std::string> Text(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  std::map<std::string, std::string> text;
  for (const auto& [name, value] : metadata) {
    text.emplace(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  }
  return text;
}

// One call over a stub, with gRPC's own defaults and everything it says in the raw.
struct RawCall {
  grpc::ClientContext context;
  v1::ChatResponse response;
  grpc::Status status;

  void Run(Scene& scene, const v1::ChatRequest& request = TestCall()) {
    status = v1::RouterService::NewStub(scene.server().NewChannel())->Chat(&context, request, &response);
  }
  std::map<std::string, std::string> Initial() const { return Text(context.GetServerInitialMetadata()); }
  std::map<std::string, std::string> Trailing() const { return Text(context.GetServerTrailingMetadata()); }
};

double Number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

void ExpectUntouched(const Scene& scene, const std::string& endpoint) {
  const v1::TargetStatus target = scene.Target(endpoint);
  EXPECT_EQ(target.state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(target.fails(), 0);
}

TEST(CallerTest, ItsDeadlineEndsTheCallAndHarmsNobody) {
  Scene scene({.primary = "tls,fault=silence"});
  const auto result = scene.Chat({.timeout = milliseconds(2000)});
  EXPECT_EQ(result.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  ASSERT_TRUE(scene.WaitUntilPeerLeft("primary"));
  EXPECT_LT(*scene.Asked("primary")[0].peer_closed_after, milliseconds(10'000));
  ExpectUntouched(scene, "primary");
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  // A client whose word of its deadline took longer to arrive than its word of having left has cancelled.
  const std::string attempts = R"(spillway_attempts_total{endpoint="primary",model="gpt-4o",outcome=)";
  EXPECT_EQ(scene.Metric(attempts + R"("deadline"})") + scene.Metric(attempts + R"("cancelled"})"), 1);
  const std::string calls = R"(,environment="production",policy="failover"})";
  EXPECT_EQ(scene.Metric(R"(spillway_calls_total{code="DEADLINE_EXCEEDED")" + calls) +
                scene.Metric(R"(spillway_calls_total{code="CANCELLED")" + calls),
            1);
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
}

TEST(CallerTest, ItsCancelClosesTheProvidersConnection) {
  Scene scene({.primary = "tls,fault=silence"});
  RawCall call;
  std::thread caller([&] { call.Run(scene); });
  ASSERT_TRUE(
      scene.sim().WaitForLog([](const std::vector<sim::LogEntry>& entries) { return !entries.empty(); }));
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 1);
  call.context.TryCancel();
  caller.join();
  EXPECT_EQ(call.status.error_code(), StatusCode::CANCELLED);
  ASSERT_TRUE(scene.WaitUntilPeerLeft("primary"));
  ExpectUntouched(scene, "primary");
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  EXPECT_EQ(scene.Metric(R"(spillway_attempts_total{endpoint="primary",model="gpt-4o",outcome="cancelled"})"),
            1);
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
  const auto lines = scene.logs().WaitForEvents("call", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("code"), "CANCELLED");
}

// A channel whose client retries UNAVAILABLE by itself.
std::shared_ptr<grpc::Channel> RetryingChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(R"({"methodConfig": [{
      "name": [{"service": "spillway.v1.RouterService"}],
      "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.01s", "maxBackoff": "0.1s", "backoffMultiplier": 2,
                      "retryableStatusCodes": ["UNAVAILABLE"]}}]})");
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

TEST(CallerTest, WhatHasBeenRetriedHereIsNotRetriedByItsClient) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded", .settings = {}});
  grpc::ClientContext context;
  v1::ChatResponse response;
  const grpc::Status status = v1::RouterService::NewStub(RetryingChannelTo(scene.server().address()))
                                  ->Chat(&context, TestCall(), &response);
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(scene.Asked("primary").size(), 1u);
  EXPECT_EQ(scene.Asked("backup").size(), 1u);
  EXPECT_EQ(
      scene.Metric(R"(spillway_calls_total{code="UNAVAILABLE",environment="production",policy="failover"})"),
      1);
}

TEST(CallerTest, ManyCancelsLeaveNothingBehind) {
  Scene scene({.primary = "tls,fault=silence"});
  constexpr std::size_t kCalls = 30;
  std::vector<RawCall> calls(kCalls);
  std::vector<std::thread> callers;
  for (RawCall& call : calls) callers.emplace_back([&] { call.Run(scene); });
  ASSERT_TRUE(scene.sim().WaitForLog(
      [](const std::vector<sim::LogEntry>& entries) { return entries.size() == kCalls; }));
  for (RawCall& call : calls) call.context.TryCancel();
  for (std::thread& caller : callers) caller.join();
  EXPECT_TRUE(scene.sim().WaitForLog([](const std::vector<sim::LogEntry>& entries) {
    return std::all_of(entries.begin(), entries.end(),
                       [](const auto& entry) { return entry.peer_closed_after; });
  }));
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
  EXPECT_EQ(scene.Metric(R"(spillway_connections{endpoint="primary",state="active"})"), 0);
  scene.sim().SetScript("primary", "ok");
  ExpectServedBy("primary", scene.Chat());
}

TEST(MetadataTest, OfAServedCallIsCompleteAndComesFirst) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=ok:delay_ms=30"});
  RawCall call;
  call.context.AddMetadata("x-request-id", "my-request-1");
  call.Run(scene);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  const auto initial = call.Initial();
  EXPECT_EQ(initial.at("x-spillway-provider"), "azure");
  EXPECT_EQ(initial.at("x-spillway-endpoint"), "backup");
  EXPECT_EQ(initial.at("x-spillway-model"), "gpt-4o-mini");
  EXPECT_EQ(initial.at("x-spillway-policy"), "failover");
  EXPECT_EQ(initial.at("x-spillway-attempts"), "2");
  EXPECT_EQ(initial.at("x-request-id"), "my-request-1");
  EXPECT_GE(Number(initial.at("x-spillway-upstream-latency-ms")), 30);
  EXPECT_LT(Number(initial.at("x-spillway-upstream-latency-ms")), 5000);
  EXPECT_GT(Number(initial.at("x-spillway-router-latency-ms")), 0);
  EXPECT_LT(Number(initial.at("x-spillway-router-latency-ms")), 5000);
}

TEST(MetadataTest, OfAFailedCallIsInTheTrailers) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded"});
  RawCall call;
  call.context.AddMetadata("x-request-id", "my-request-2");
  call.Run(scene);
  EXPECT_EQ(call.status.error_code(), StatusCode::UNAVAILABLE);
  const auto trailing = call.Trailing();
  EXPECT_EQ(trailing.at("x-request-id"), "my-request-2");
  EXPECT_EQ(trailing.at("x-spillway-policy"), "failover");
  EXPECT_EQ(trailing.at("x-spillway-attempts"), "2");
  EXPECT_EQ(trailing.count("x-spillway-router-latency-ms"), 1u);
  EXPECT_EQ(trailing.count("x-spillway-provider"), 0u);
}

TEST(MetadataTest, ARequestIdIsMadeUpForWhoeverHasNone) {
  Scene scene;
  RawCall first, second;
  first.Run(scene);
  second.context.AddMetadata("x-request-id", "two words");
  second.Run(scene);
  const std::string id = first.Initial().at("x-request-id");
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(second.Initial().at("x-request-id").size(), 32u);
  EXPECT_NE(second.Initial().at("x-request-id"), id);
  EXPECT_EQ(scene.logs().WaitForEvents("call", 1)[0].at("request_id"), id.c_str());
}

// The other side of TrailerBudget: a stub with gRPC's own limits sees our error, not one about headers.
TEST(MetadataTest, ALongStoryStillReachesAPlainStub) {
  const std::string words(2000, 'w');
  Scene scene({.settings = {"retries: 10"}});
  for (const char* name : {"primary", "backup"}) {
    scene.sim().SetScript(name, R"({"fault": "ok", "status": 503, "body": {"error": {"message": ")" + words +
                                    "\\n" + words + R"("}}})");
  }
  RawCall call;
  call.context.AddMetadata("x-request-id", std::string(128, 'r'));
  call.context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  call.Run(scene);
  EXPECT_EQ(call.status.error_code(), StatusCode::UNAVAILABLE) << call.status.error_message();
  EXPECT_THAT(call.status.error_message(), HasSubstr("overloaded (HTTP 503)"));
  const client::ErrorDetails details = client::ParseErrorDetails(call.status.error_details());
  ASSERT_TRUE(details.route);
  EXPECT_EQ(details.route->attempts_size(), 2);
}

TEST(MetadataTest, WhatTheCallerSendsStaysHere) {
  Scene scene;
  RawCall call;
  call.context.AddMetadata("authorization", "Bearer the-callers-own-key-123456");
  call.context.AddMetadata("x-spillway-model", "forged");
  call.context.AddMetadata("cookie", "session=1");
  call.context.AddMetadata("host", "elsewhere.example");
  call.Run(scene);
  ASSERT_TRUE(call.status.ok());
  EXPECT_EQ(call.Initial().at("x-spillway-model"), "gpt-4o");
  const std::vector<sim::LogEntry> asked = scene.Asked("primary");
  ASSERT_EQ(asked.size(), 1u);
  for (const auto& [name, value] : asked[0].request.headers) {
    EXPECT_NE(name, "cookie");
    EXPECT_THAT(value, Not(HasSubstr("forged")));
    if (name == "authorization") {
      EXPECT_EQ(value, "Bearer " + sim::Fingerprint(kPrimaryKey));
    }
  }
  EXPECT_THAT(scene.EverythingSaid(), Not(HasSubstr("the-callers-own-key")));
}

}  // namespace
}  // namespace spillway::e2e
