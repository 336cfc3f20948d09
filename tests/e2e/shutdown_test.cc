// What a server that has been told to stop still does, and for how long.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/keep_alive_client.h"
#include "tests/e2e/reload_scene.h"
#include "tests/e2e/restartable_server.h"
#include "tests/e2e/server_process.h"
#include "tests/support/slow_file.h"

namespace spillway::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

int StatusOf(ServerProcess& server, const std::string& target) {
  return testing::Get(static_cast<std::uint16_t>(server.admin_port()), target).status;
}

// Whether /readyz says so within 10 s.
bool WaitUntilReadyzSays(ServerProcess& server, int status) {
  const auto end = steady_clock::now() + seconds(10);
  while (StatusOf(server, "/readyz") != status) {
    if (steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

bool SaysServing(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

TEST(ShutdownTest, DuringTheDelayItServesOnAndSaysThatItLeaves) {
  ServerProcess server({.server = {"openai: {address: \"127.0.0.1:0\"}", "shutdown_delay: 5m"}});
  ASSERT_TRUE(server.running());
  const boost::json::object serving = testing::ParseLogLine(server.process().Lines().back());
  const KeepAliveClient::Address door(boost::asio::ip::address_v4::loopback(),
                                      static_cast<std::uint16_t>(serving.at("openai_port").as_int64()));
  KeepAliveClient kept({door});
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server.grpc_port()),
                                           grpc::InsecureChannelCredentials());
  EXPECT_TRUE(SaysServing(channel));
  EXPECT_FALSE(kept.Post("/v1/chat/completions", HelloBody()).says_close);

  server.process().Signal(SIGTERM);
  ASSERT_TRUE(WaitUntilReadyzSays(server, 503));
  EXPECT_EQ(StatusOf(server, "/livez"), 200);
  EXPECT_FALSE(SaysServing(channel));
  ExpectServedBy("primary", server.client().Chat(TestCall()));
  // On the connection that was kept, and on one that is new.
  for (int i = 0; i < 2; ++i) {
    const KeepAliveClient::Answer answer = kept.Post("/v1/chat/completions", HelloBody());
    EXPECT_EQ(answer.status, 200) << answer.error;
    EXPECT_TRUE(answer.says_close);
  }

  const auto start = steady_clock::now();
  server.process().Signal(SIGINT);
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_LT(steady_clock::now() - start, seconds(5));
}

TEST(ShutdownTest, AReloadThatHangsKeepsNobodyFromHearingIt) {
  ReloadScene scene({.server = ", shutdown_delay: 5m"});
  ASSERT_TRUE(scene.running());
  const auto channel = grpc::CreateChannel(scene.address(), grpc::InsecureChannelCredentials());
  {
    testing::SlowFile key(scene.PathOf("key"));
    ASSERT_TRUE(key.WaitForReader());
    // Whoever is asked to by a signal does not wait for the reload either.
    scene.process().Signal(SIGHUP);
    scene.process().Signal(SIGTERM);
    const auto end = steady_clock::now() + seconds(10);
    while (scene.Ready() && steady_clock::now() < end) std::this_thread::sleep_for(milliseconds(5));
    EXPECT_FALSE(scene.Ready());
    EXPECT_FALSE(SaysServing(channel));
    ExpectServedBy("primary", scene.Chat());
  }
  scene.process().Signal(SIGTERM);
  EXPECT_EQ(scene.process().Wait(), 0);
}

TEST(ShutdownTest, AReloadThatHangsForEverKeepsTheProcessFromNothing) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  testing::SlowFile key(scene.PathOf("key"));
  ASSERT_TRUE(key.WaitForReader());
  std::thread op([&] { EXPECT_FALSE(scene.admin().ReloadConfig().ok()) << "it waits for the other"; });
  scene.process().Signal(SIGHUP);
  scene.process().Signal(SIGTERM);
  EXPECT_EQ(scene.process().Wait(), 0);
  op.join();
  scene.WaitForEvent("reload_abandoned");
  EXPECT_THAT(scene.process().Lines().back(), HasSubstr("\"event\":\"stopped\""));
}

TEST(ShutdownTest, ASecondSignalEndsTheGrace) {
  ServerProcess server({.primary = "tls,fault=silence", .server = {"shutdown_grace: 10m"}});
  ASSERT_TRUE(server.running());
  std::thread caller([&] { EXPECT_FALSE(server.client().Chat(TestCall()).ok()); });
  ASSERT_TRUE(server.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(WaitUntilReadyzSays(server, 503));
  server.process().Signal(SIGHUP);
  EXPECT_EQ(server.process().Wait(milliseconds(100)), std::nullopt) << "a reload is no reason to hurry";
  const auto start = steady_clock::now();
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_LT(steady_clock::now() - start, seconds(5));
  EXPECT_TRUE(server.process().WaitForLine([](const std::string& line) {
    return line.find("\"event\":\"stopping_at_once\"") != std::string::npos;
  }));
  EXPECT_THAT(server.process().Lines().back(), HasSubstr("\"event\":\"stopped\""));
  caller.join();
}

}  // namespace
}  // namespace spillway::e2e
