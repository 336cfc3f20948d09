#include "server/grpc/connection_acceptor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "server/descriptors.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;

constexpr auto kPatience = absl::Seconds(10);

// A descriptor of this test.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

int AnyDescriptor() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

int Option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(descriptor, level, name, &value, &size);
  return value;
}

class ConnectionAcceptorTest : public ::testing::Test {
 protected:
  void Start(ConnectionAcceptor::Options options) {
    options.pause = std::chrono::milliseconds(5);
    auto acceptor = ConnectionAcceptor::Listen(options);
    ASSERT_TRUE(acceptor.ok()) << acceptor.status();
    acceptor_ = *std::move(acceptor);
    acceptor_->Start([this](int, int descriptor) {
      const absl::MutexLock lock(&mutex_);
      accepted_.emplace_back(descriptor);
    });
  }

  // A client, connected or in the backlog.
  Descriptor Connect(const std::string& host = "127.0.0.1") const {
    sockaddr_storage to = acceptor_->own_address();
    socklen_t size = sizeof(sockaddr_in);
    if (host == "::1") {
      sockaddr_in6 loopback = {};
      loopback.sin6_family = AF_INET6;
      loopback.sin6_addr = in6addr_loopback;
      loopback.sin6_port = htons(static_cast<std::uint16_t>(acceptor_->port()));
      std::memcpy(&to, &loopback, size = sizeof loopback);
    }
    Descriptor client(socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(client.number(), reinterpret_cast<const sockaddr*>(&to), size), 0) << errno;
    return client;
  }

  bool Accepts(std::size_t count) {
    const absl::MutexLock lock(&mutex_);
    const auto there = [&] { return accepted_.size() >= count; };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), kPatience) && accepted_.size() == count;
  }

  // As gRPC does when a client has left.
  void CloseFirst() {
    const absl::MutexLock lock(&mutex_);
    accepted_.erase(accepted_.begin());
  }

  static bool Becomes(const std::function<bool()>& state) {
    const auto end = std::chrono::steady_clock::now() + absl::ToChronoSeconds(kPatience);
    while (!state() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return state();
  }

  absl::Mutex mutex_;
  std::vector<Descriptor> accepted_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
};

TEST_F(ConnectionAcceptorTest, AClientIsHandedOverWithTheOptionsOfItsListener) {
  Start({.address = "127.0.0.1:0", .user_timeout = std::chrono::seconds(20)});
  const Descriptor client = Connect();
  ASSERT_TRUE(Accepts(1));
  const int accepted = accepted_[0].number();
  EXPECT_NE(fcntl(accepted, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(accepted, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(Option(accepted, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(Option(accepted, IPPROTO_TCP, TCP_USER_TIMEOUT), 20'000);
  EXPECT_FALSE(acceptor_->full());
}

TEST_F(ConnectionAcceptorTest, TheBoundIsOfThoseStillOpen) {
  Start({.address = "127.0.0.1:0", .max_connections = 2});
  const Descriptor first = Connect();
  const Descriptor second = Connect();
  ASSERT_TRUE(Accepts(2));
  EXPECT_EQ(acceptor_->CountConnections(), 2U);
  const Descriptor third = Connect();
  ASSERT_TRUE(Becomes([&] { return acceptor_->full(); }));
  EXPECT_EQ(acceptor_->times_full(AcceptBound::kConnections), 1U);
  EXPECT_TRUE(Accepts(2));

  CloseFirst();
  EXPECT_TRUE(Becomes([&] { return !acceptor_->full(); })) << "nobody waits any more";
  EXPECT_TRUE(Accepts(2));
  EXPECT_EQ(acceptor_->CountConnections(), 2U);
  EXPECT_EQ(acceptor_->times_full(AcceptBound::kConnections), 1U);
  EXPECT_EQ(acceptor_->times_full(AcceptBound::kDescriptors), 0U);
}

TEST_F(ConnectionAcceptorTest, ManyComeAndGoUnderTheBound) {
  Start({.address = "127.0.0.1:0", .max_connections = 3});
  for (int i = 0; i < 50; ++i) {
    const Descriptor client = Connect();
    ASSERT_TRUE(Accepts(1)) << i;
    CloseFirst();
  }
  EXPECT_EQ(acceptor_->CountConnections(), 0U);
}

TEST_F(ConnectionAcceptorTest, NobodyGetsADescriptorOfTheReserve) {
  std::vector<Descriptor> other;
  const int free = LowestFreeDescriptor();
  Start({.address = "127.0.0.1:0", .max_descriptor = free + 40});
  while (LowestFreeDescriptor() < free + 40) other.emplace_back(AnyDescriptor());
  const Descriptor client = Connect();
  ASSERT_TRUE(Becomes([&] { return acceptor_->full(); }));
  EXPECT_EQ(acceptor_->times_full(AcceptBound::kDescriptors), 1U);
  EXPECT_EQ(acceptor_->CountConnections(), 0U);
  other.clear();
  EXPECT_TRUE(Accepts(1));
}

TEST_F(ConnectionAcceptorTest, WhoWaitedWhenItStoppedIsStillLetIn) {
  Start({.address = "127.0.0.1:0", .max_connections = 1});
  const Descriptor first = Connect();
  ASSERT_TRUE(Accepts(1));
  const Descriptor second = Connect();
  ASSERT_TRUE(Becomes([&] { return acceptor_->full(); }));
  CloseFirst();
  acceptor_->Stop();
  EXPECT_TRUE(Accepts(1));
  acceptor_->Stop();
}

TEST_F(ConnectionAcceptorTest, TheWildcardIsBothFamilies) {
  for (const char* address : {"0.0.0.0:0", "[::]:0"}) {
    Start({.address = address});
    const Descriptor four = Connect("127.0.0.1");
    const Descriptor six = Connect("::1");
    EXPECT_TRUE(Accepts(2)) << address;
    accepted_.clear();
  }
}

TEST_F(ConnectionAcceptorTest, ANameIsAllItsAddressesOnOnePort) {
  Start({.address = "localhost:0"});
  const Descriptor client = Connect();
  EXPECT_TRUE(Accepts(1));
}

TEST_F(ConnectionAcceptorTest, APortThatIsTakenIsNotShared) {
  Start({.address = "127.0.0.1:0"});
  const std::string port = std::to_string(acceptor_->port());
  for (const char* host : {"127.0.0.1:", "localhost:", "0.0.0.0:", "[::]:"}) {
    const auto second = ConnectionAcceptor::Listen({.address = host + port});
    ASSERT_FALSE(second.ok()) << host;
    EXPECT_EQ(second.status().message(), "cannot listen on " + (host + port) + ": Address already in use");
  }
}

TEST_F(ConnectionAcceptorTest, AnAddressThatIsNotOursIsSaidToBeSo) {
  const auto none = ConnectionAcceptor::Listen({.address = "192.0.2.1:0"});
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("192.0.2.1:0: Cannot assign"));
  EXPECT_FALSE(ConnectionAcceptor::Listen({.address = "no-such-host.invalid:0"}).ok());
}

TEST(DescriptorsTest, WhatIsOpenIsCounted) {
  const int before = OpenDescriptors();
  ASSERT_GT(before, 2);
  const Descriptor one(AnyDescriptor());
  EXPECT_EQ(OpenDescriptors(), before + 1);
  EXPECT_GT(DescriptorLimit(), before);
}

TEST(DescriptorsTest, AnEighthIsKept) {
  EXPECT_EQ(ClientDescriptors(20'000), 17'500);
  EXPECT_EQ(ClientDescriptors(256), 224);
  EXPECT_EQ(ClientDescriptors(64), 48);
  EXPECT_EQ(ClientDescriptors(8), 1);
}

}  // namespace
}  // namespace spillway::server
