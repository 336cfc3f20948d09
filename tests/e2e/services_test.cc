// What else the listeners serve: health, reflection, the operator's service and pages.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;

HealthCheckRequest HealthOf(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request;
}

steady_clock::duration TimeOf(const std::function<void()>& work) {
  const auto start = steady_clock::now();
  work();
  return steady_clock::now() - start;
}

TEST(HealthTest, CheckKnowsTheServerAndItsService) {
  Scene scene;
  const auto stub = Health::NewStub(scene.server().NewChannel());
  for (const char* service : {"", "spillway.v1.RouterService"}) {
    grpc::ClientContext context;
    HealthCheckResponse response;
    EXPECT_TRUE(stub->Check(&context, HealthOf(service), &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  }
  grpc::ClientContext context;
  HealthCheckResponse response;
  EXPECT_EQ(stub->Check(&context, HealthOf("nobody"), &response).error_code(), StatusCode::NOT_FOUND);
}

TEST(HealthTest, AWatchEndsWithTheServer) {
  Scene scene;
  const auto stub = Health::NewStub(scene.server().NewChannel());
  grpc::ClientContext context;
  const auto reader = stub->Watch(&context, HealthOf(""));
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  // Its 30 seconds are for calls, not for those who only watch.
  EXPECT_LT(TimeOf([&] { scene.server().Shutdown(); }), std::chrono::seconds(10));
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST(HealthTest, TheWatchOfAnUnknownServiceHoldsUpNoShutdown) {
  Scene scene;
  const auto stub = Health::NewStub(scene.server().NewChannel());
  grpc::ClientContext context;
  const auto reader = stub->Watch(&context, HealthOf("nobody"));
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  EXPECT_LT(TimeOf([&] { scene.server().Shutdown(); }), std::chrono::seconds(10));
  EXPECT_FALSE(reader->Read(&response)) << "nothing has changed for it: " << response.DebugString();
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST(HealthTest, AWatcherMayLeave) {
  Scene scene;
  const auto channel = scene.server().NewChannel();
  for (int i = 0; i < 30; ++i) {
    grpc::ClientContext context;
    const auto reader = Health::NewStub(channel)->Watch(&context, HealthOf(""));
    HealthCheckResponse response;
    ASSERT_TRUE(reader->Read(&response));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);
  }
  EXPECT_LT(TimeOf([&] { scene.server().Shutdown(); }), std::chrono::seconds(10));
}

TEST(ReflectionTest, ListsTheServices) {
  Scene scene;
  // ServerReflectionRequest{list_services: ""}.
  std::string response;
  const grpc::Status status = ExchangeRaw(scene.server().NewChannel(),
                                          "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                          std::string("\x3a\x00", 2), response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(response, HasSubstr("spillway.v1.RouterService"));
  EXPECT_THAT(response, HasSubstr("grpc.health.v1.Health"));
  EXPECT_THAT(response, Not(HasSubstr("AdminService")));
}

TEST(AdminServiceTest, IsNotOnThePublicListener) {
  Scene scene;
  grpc::ClientContext context;
  v1::ListTargetsResponse response;
  const grpc::Status status = v1::AdminService::NewStub(scene.server().NewChannel())
                                  ->ListTargets(&context, v1::ListTargetsRequest(), &response);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  grpc::ClientContext admin_context;
  v1::ChatResponse chat;
  EXPECT_EQ(v1::RouterService::NewStub(scene.server().NewAdminChannel())
                ->Chat(&admin_context, TestCall(), &chat)
                .error_code(),
            StatusCode::UNIMPLEMENTED);
}

TEST(AdminServiceTest, ListsEveryTargetInItsOrder) {
  Scene scene({.primary_endpoint = true});
  const auto targets = scene.admin().ListTargets();
  ASSERT_TRUE(targets.ok());
  ASSERT_EQ(targets.response.targets_size(), 3);
  EXPECT_EQ(targets.response.targets(0).target().endpoint(), "primary");
  EXPECT_EQ(targets.response.targets(0).target().provider(), "openai");
  EXPECT_EQ(targets.response.targets(1).target().model(), "gpt-4o-mini");
  EXPECT_EQ(targets.response.targets(2).target().model(), "") << "the primary endpoint takes any model";
}

TEST(AdminServiceTest, ShowsTheConfigurationWithoutItsSecrets) {
  Scene scene;
  grpc::ClientContext context;
  v1::GetConfigResponse response;
  ASSERT_TRUE(v1::AdminService::NewStub(scene.server().NewAdminChannel())
                  ->GetConfig(&context, v1::GetConfigRequest(), &response)
                  .ok());
  EXPECT_EQ(response.config().endpoints(0).api_key().env(), "PRIMARY_KEY");
  EXPECT_EQ(static_cast<double>(response.config_hash()), scene.Metric("spillway_config_hash"));
  EXPECT_THAT(response.DebugString(), Not(HasSubstr(kPrimaryKey)));
}

TEST(AdminPagesTest, ReadinessEndsBeforeTheServerDoes) {
  Scene scene({.primary = "tls,fault=ok:delay_ms=300", .server = {"shutdown_delay: 3s"}});
  EXPECT_EQ(scene.server().Get("/readyz").status, 200);
  EXPECT_EQ(scene.server().Get("/livez").status, 200);
  std::thread caller([&] { ExpectServedBy("primary", scene.Chat()); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  std::thread stopper([&] { scene.server().Shutdown(); });
  // Whether the call is still under way or not: never "ready" again once draining has begun.
  int status = 200;
  while ((status = scene.server().Get("/readyz").status) == 200) {
  }
  EXPECT_EQ(status, 503);
  EXPECT_EQ(scene.server().Get("/livez").status, 200);
  caller.join();
  stopper.join();
}

TEST(ShutdownTest, RefusesNewCallsAndIsDoneTwice) {
  Scene scene;
  ExpectServedBy("primary", scene.Chat());
  scene.server().Shutdown();
  EXPECT_EQ(scene.Chat({.timeout = milliseconds(20'000)}).status.error_code(), StatusCode::UNAVAILABLE);
  scene.server().Shutdown();
}

TEST(ShutdownTest, ACallUnderWayIsCutOffAfterTheGrace) {
  Scene scene({.primary = "tls,fault=silence", .server = {"shutdown_grace: 200ms"}});
  std::thread caller([&] {
    const auto result = scene.Chat();
    EXPECT_FALSE(result.ok());
    EXPECT_NE(result.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  const auto took = TimeOf([&] { scene.server().Shutdown(); });
  EXPECT_GE(took, milliseconds(150));
  EXPECT_LT(took, std::chrono::seconds(10));
  caller.join();
  EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
}

TEST(ShutdownTest, AnIdleClientHoldsUpNothing) {
  Scene scene;
  ExpectServedBy("primary", scene.Chat());
  EXPECT_LT(TimeOf([&] { scene.server().Shutdown(); }), std::chrono::seconds(10));
}

TEST(ShutdownTest, AConnectionThatSaysNothingHoldsUpNothing) {
  Scene scene;
  testing::PlainConnection silent(static_cast<std::uint16_t>(scene.server().ports().grpc));
  testing::PlainConnection polite(static_cast<std::uint16_t>(scene.server().ports().grpc));
  // HTTP/2's preface and empty SETTINGS, and then no word: not even of having seen that the server goes.
  polite.Send(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33));
  EXPECT_NE(polite.ReadUntil(std::string(1, '\4')), "");
  EXPECT_LT(TimeOf([&] { scene.server().Shutdown(); }), std::chrono::seconds(10));
}

TEST(ShutdownTest, TheLongestGraceLetsACallEnd) {
  Scene scene({.primary = "tls,fault=ok:delay_ms=200", .server = {"shutdown_grace: 1h"}});
  std::thread caller([&] { ExpectServedBy("primary", scene.Chat()); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  scene.server().Shutdown();
  caller.join();
}

}  // namespace
}  // namespace spillway::e2e
