#include "server/grpc/goaway.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace spillway::server {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Says SERVING to Check; a Watch lasts until the test lets it end.
class HeldHealth final : public Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const HealthCheckRequest*,
                     HealthCheckResponse* response) override {
    response->set_status(HealthCheckResponse::SERVING);
    return grpc::Status::OK;
  }
  grpc::Status Watch(grpc::ServerContext*, const HealthCheckRequest*,
                     grpc::ServerWriter<HealthCheckResponse>* writer) override {
    HealthCheckResponse response;
    response.set_status(HealthCheckResponse::SERVING);
    writer->Write(response);
    may_end.WaitForNotification();
    writer->Write(response);
    return grpc::Status::OK;
  }

  absl::Notification may_end;
};

class GoawayTest : public ::testing::Test {
 protected:
  GoawayTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&health_);
    server_ = builder.BuildAndStart();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port_), grpc::InsecureChannelCredentials());
  }
  ~GoawayTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::StatusCode Check() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    HealthCheckResponse response;
    return Health::NewStub(channel_)->Check(&context, {}, &response).error_code();
  }

  HeldHealth health_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// On the machine that this is built for. Elsewhere a server that stops is a little ruder.
TEST_F(GoawayTest, CallsUnderWayEndWellAndNobodyComesInAgain) {
  grpc::ClientContext context;
  const auto watch = Health::NewStub(channel_)->Watch(&context, {});
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(Check(), grpc::StatusCode::OK);

  ASSERT_TRUE(SendGoaways(*server_));
  EXPECT_TRUE(SendGoaways(*server_)) << "again does no harm";
  // The channel gives the connection up and finds no listener for another one.
  grpc_connectivity_state state = channel_->GetState(false);
  const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(10);
  while (state == GRPC_CHANNEL_READY && channel_->WaitForStateChange(state, deadline))
    state = channel_->GetState(false);
  EXPECT_NE(state, GRPC_CHANNEL_READY);
  EXPECT_EQ(Check(), grpc::StatusCode::UNAVAILABLE);

  health_.may_end.Notify();
  EXPECT_TRUE(watch->Read(&response));
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_TRUE(watch->Finish().ok());
}

TEST_F(GoawayTest, WithoutClientsTheListenerIsClosedAllTheSame) {
  ASSERT_TRUE(SendGoaways(*server_));
  EXPECT_EQ(Check(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace spillway::server
