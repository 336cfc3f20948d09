// Clients take every descriptor they can get, and leave again.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/server_process.h"
#include "tests/support/plain_http.h"
#include "tests/support/test_server.h"

namespace spillway::e2e {
namespace {

constexpr int kLimit = 192;
constexpr char kAccepts[] = R"(spillway_grpc_accept_pauses_total{bound="descriptors"})";
constexpr char kQuestion[] =
    R"({"model": "gpt-4o", "messages": [{"role": "user", "content": "Say this is a test!"}]})";

// Connections that say nothing.
class Crowd {
 public:
  Crowd(int port, int size) {
    for (int i = 0; i < size; ++i) Join(port);
  }
  ~Crowd() {
    for (const int descriptor : descriptors_) close(descriptor);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

 private:
  void Join(int port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    descriptors_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(descriptors_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }

  std::vector<int> descriptors_;
};

class DescriptorsTest : public ::testing::Test {
 protected:
  DescriptorsTest()
      : server_({.server = {"openai: {address: \"127.0.0.1:0\"}"}, .max_descriptors = kLimit}) {}

  std::uint16_t admin() const { return static_cast<std::uint16_t>(server_.admin_port()); }
  std::map<std::string, double> Metrics() const {
    return testing::ParseMetrics(testing::Get(admin(), "/metrics").body);
  }

  static bool Becomes(const std::function<bool()>& state) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!state() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return state();
  }

  // By a connection of its own.
  bool DoorAnswers() const {
    testing::PlainConnection connection(static_cast<std::uint16_t>(server_.openai_port()));
    connection.Send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(sizeof kQuestion - 1) + "\r\n\r\n" + kQuestion);
    return testing::ParsePlainResponse(connection.ReadToEnd()).status == 200;
  }

  // By a connection of its own: not one that another client of this process has open.
  bool GrpcAnswers() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_.grpc_port()),
                                                   grpc::InsecureChannelCredentials(), arguments);
    return client::Client(channel, client::ClientOptions()).Chat(TestCall()).ok();
  }

  ServerProcess server_;
};

TEST_F(DescriptorsTest, ThoseWhoAreInAreServedAndTheRestWhenThereIsRoom) {
  ASSERT_TRUE(server_.running());
  ASSERT_TRUE(server_.client().Chat(TestCall()).ok());
  for (int round = 1; round <= 3; ++round) {
    {
      const Crowd at_grpc(server_.grpc_port(), 2 * kLimit);
      ASSERT_TRUE(Becomes([&] {
        const std::map<std::string, double> now = Metrics();
        return now.at(kAccepts) >= 1 && now.at("spillway_descriptor_ratio") >= 0.8 &&
               now.at("spillway_grpc_connections") > kLimit / 2;
      })) << round;
      const std::map<std::string, double> full = Metrics();
      EXPECT_EQ(full.at("process_max_fds"), kLimit);
      EXPECT_LT(full.at("spillway_descriptor_ratio"), 0.95) << "there is a reserve";
      EXPECT_TRUE(server_.client().Chat(TestCall()).ok()) << "its connection was there before";
      EXPECT_EQ(testing::Get(admin(), "/livez").status, 200);
      const Crowd at_the_door(server_.openai_port(), 2 * kLimit);
      EXPECT_TRUE(server_.client().Chat(TestCall()).ok());
    }
    // Behind all who were waiting when the crowd left: there is room again.
    EXPECT_TRUE(GrpcAnswers()) << round;
    EXPECT_TRUE(DoorAnswers()) << round;
    EXPECT_TRUE(Becomes([&] { return Metrics().at("spillway_grpc_connections") <= 3; }));
  }
  EXPECT_THAT(server_.process().Errors(), "");
}

TEST_F(DescriptorsTest, ACrowdAtTheDoorLeavesRoomForCalls) {
  ASSERT_TRUE(server_.running());
  ASSERT_TRUE(server_.client().Chat(TestCall()).ok());
  {
    const Crowd crowd(server_.openai_port(), 2 * kLimit);
    ASSERT_TRUE(Becomes([&] { return Metrics().at("spillway_door_connections") > kLimit / 2; }));
    EXPECT_LT(Metrics().at("spillway_descriptor_ratio"), 0.95);
    EXPECT_TRUE(server_.client().Chat(TestCall()).ok());
  }
  EXPECT_TRUE(DoorAnswers());
  EXPECT_TRUE(GrpcAnswers());
}

}  // namespace
}  // namespace spillway::e2e
