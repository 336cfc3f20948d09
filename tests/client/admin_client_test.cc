#include "client/admin_client.h"

#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::FakeServer;
using testing::Parse;

class AdminClientTest : public ::testing::Test {
 protected:
  FakeServer server_;
  AdminClient client_ = AdminClient::Connect({.address = server_.address()}).value();
};

TEST_F(AdminClientTest, TargetsComeInTheServersOrder) {
  server_.scripts.list_targets.response = Parse<v1::ListTargetsResponse>(
      "targets {target {endpoint: 'b'}} targets {target {endpoint: 'a'} state: TARGET_STATE_PROBING}");
  const auto result = client_.ListTargets();
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  ASSERT_EQ(result.response.targets_size(), 2);
  EXPECT_EQ(result.response.targets(0).target().endpoint(), "b");
  EXPECT_EQ(result.response.targets(1).state(), v1::TARGET_STATE_PROBING);
}

TEST_F(AdminClientTest, SuspendSendsTargetAndDuration) {
  server_.scripts.suspend_target.response = Parse<v1::SuspendTargetResponse>("target {by_hand: true}");
  const auto result = client_.SuspendTarget(
      Parse<v1::SuspendTargetRequest>("endpoint: 'prod' model: 'org/m' duration {seconds: 30}"));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.response.target().by_hand());
  const auto request = server_.log().suspend_target.at(0).request;
  EXPECT_EQ(request.endpoint(), "prod");
  EXPECT_EQ(request.model(), "org/m");
  EXPECT_EQ(request.duration().seconds(), 30);
}

TEST_F(AdminClientTest, AnUnknownTargetIsNotFound) {
  server_.scripts.resume_target.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no target x/y");
  const auto result = client_.ResumeTarget(Parse<v1::ResumeTargetRequest>("endpoint: 'x' model: 'y'"));
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(server_.log().resume_target.at(0).request.model(), "y");
}

TEST_F(AdminClientTest, AReloadSaysWhatIsInForce) {
  server_.scripts.reload_config.response =
      Parse<v1::ReloadConfigResponse>("config_hash: 7 changed: true restart_needed: 'server.grpc.address'");
  const auto result = client_.ReloadConfig();
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(result.response.config_hash(), 7u);
  EXPECT_EQ(result.response.restart_needed(0), "server.grpc.address");
  EXPECT_EQ(server_.log().reload_config.size(), 1u);
}

TEST(AdminClientConnect, AnAddressWithoutAPortIsRefused) {
  EXPECT_EQ(AdminClient::Connect({.address = "localhost"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace spillway::client
