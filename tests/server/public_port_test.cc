// The public port with a gRPC server behind it, as those see it who speak HTTP/2 by hand.

#include "server/grpc/public_port.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/grpc/self_dial.h"
#include "tests/server/http/raw_client.h"
#include "tests/support/test_certificates.h"

namespace spillway::server {
namespace {

using grpc::health::v1::Health;
using std::chrono::milliseconds;

class HealthService final : public Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse*) override {
    largest = std::max(largest, request->service().size());
    return grpc::Status::OK;
  }
  std::size_t largest = 0;
};

v1::GrpcListener Settings(const std::string& address = "127.0.0.1:0") {
  v1::GrpcListener settings;
  settings.set_address(address);
  settings.set_max_message_bytes(1 << 20);
  settings.set_max_connections(100);
  settings.mutable_max_connection_age()->set_seconds(300);
  settings.mutable_max_connection_age_grace()->set_seconds(3600);
  settings.set_max_metadata_bytes(12'345);
  return settings;
}

ListenerCertificate Certificate(const testing::TestAuthority& authority, const std::string& client_ca = "") {
  testing::CertificateAndKey pair = authority.Issue();
  return {pair.certificate_pem, SecretString(std::move(pair.key_pem)), client_ca};
}

class PublicPortTest : public ::testing::Test {
 protected:
  ~PublicPortTest() override {
    if (port_ != nullptr) port_->Close();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  void Serve(const v1::GrpcListener& settings = Settings(),
             std::shared_ptr<ListenerCredentials> credentials = nullptr,
             milliseconds between_dials = milliseconds(20)) {
    auto port =
        PublicPort::Listen(settings, std::move(credentials), {.interval = between_dials, .misses = 2});
    ASSERT_TRUE(port.ok()) << port.status();
    port_ = *std::move(port);
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    port_->AddTo(builder);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    port_->Open();
  }

  grpc::Status Check(const grpc::health::v1::HealthCheckRequest& request = {},
                     std::optional<grpc_compression_algorithm> compression = std::nullopt) const {
    const auto channel =
        grpc::CreateChannel("127.0.0.1:" + std::to_string(port_->port()), grpc::InsecureChannelCredentials());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (compression) context.set_compression_algorithm(*compression);
    grpc::health::v1::HealthCheckResponse response;
    return Health::NewStub(channel)->Check(&context, request, &response);
  }

  static SelfDialOptions DialTo(int port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SelfDialOptions options;
    std::memcpy(&options.address, &address, sizeof address);
    return options;
  }

  // One dial succeeds, and those of the watchdog do, of which there are some in that time.
  void ExpectWell(bool tls, bool asks_for_certificates) const {
    SelfDialOptions dial = DialTo(port_->port());
    dial.tls = tls;
    dial.asks_for_certificates = asks_for_certificates;
    EXPECT_TRUE(DialSelf(dial).ok()) << DialSelf(dial);
    std::this_thread::sleep_for(milliseconds(300));
    EXPECT_EQ(port_->Complaint(), "");
    EXPECT_EQ(port_->dial_failures(), 0U);
  }

  // Without the watchdog, whose connections would be counted, too.
  void ServeUnwatched() { Serve(Settings(), nullptr, std::chrono::hours(1)); }

  HealthService service_;
  std::unique_ptr<PublicPort> port_;
  std::unique_ptr<grpc::Server> server_;
};

// A frame of HTTP/2.
struct Frame {
  int type = -1;
  std::string payload;
};

class Http2Client {
 public:
  explicit Http2Client(int port) : client_(static_cast<std::uint16_t>(port)) {
    client_.Send(std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33));
  }

  // The next frame of that type; type -1: the connection ended before.
  Frame Next(int type) {
    for (;;) {
      const std::string head = Read(9);
      if (head.size() < 9) return {};
      const auto byte = [&](int i) { return static_cast<unsigned char>(head[static_cast<std::size_t>(i)]); };
      Frame frame{byte(3), Read(static_cast<std::size_t>(byte(0) << 16 | byte(1) << 8 | byte(2)))};
      if (frame.type == type) return frame;
    }
  }

 private:
  std::string Read(std::size_t size) {
    while (unread_.size() < size) {
      char bytes[4096];
      const ssize_t got = recv(client_.fd(), bytes, sizeof bytes, 0);
      if (got <= 0) return "";
      unread_.append(bytes, static_cast<std::size_t>(got));
    }
    std::string taken = unread_.substr(0, size);
    unread_.erase(0, size);
    return taken;
  }

  testing::RawClient client_;
  std::string unread_;
};

constexpr int kSettings = 4;
constexpr int kGoaway = 7;

TEST_F(PublicPortTest, CallsAreServedAndConnectionsCounted) {
  ServeUnwatched();
  EXPECT_EQ(port_->CountConnections(), 0U);
  Http2Client client(port_->port());
  EXPECT_EQ(client.Next(kSettings).type, kSettings);
  EXPECT_GE(port_->CountConnections(), 1U);
  EXPECT_TRUE(Check().ok());
  EXPECT_EQ(service_.largest, 0U);
}

TEST_F(PublicPortTest, TheBoundOnMetadataIsAnnounced) {
  Serve();
  Http2Client client(port_->port());
  const std::string settings = client.Next(kSettings).payload;
  // SETTINGS_MAX_HEADER_LIST_SIZE, as it stands on the wire.
  EXPECT_NE(settings.find(std::string("\0\6\0\0\x30\x39", 6)), std::string::npos);
}

TEST_F(PublicPortTest, AnOldConnectionIsAskedToGo) {
  v1::GrpcListener settings = Settings();
  settings.mutable_max_connection_age()->set_seconds(1);
  Serve(settings);
  Http2Client client(port_->port());
  EXPECT_EQ(client.Next(kGoaway).type, kGoaway);
}

TEST_F(PublicPortTest, ACompressedMessageIsRefusedBeforeItIsUnpacked) {
  Serve();
  grpc::health::v1::HealthCheckRequest request;
  // Beyond the bound unpacked, a thousandth of it packed.
  request.set_service(std::string(64 << 20, 'a'));
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    const grpc::Status status = Check(request, algorithm);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
  }
  EXPECT_EQ(service_.largest, 0U);
  request.set_service("small");
  EXPECT_TRUE(Check(request).ok());
  EXPECT_EQ(service_.largest, 5U);
}

TEST_F(PublicPortTest, TheWatchdogIsContentWithPlainText) {
  Serve();
  ExpectWell(false, false);
}

TEST_F(PublicPortTest, TheWatchdogIsContentWithTlsWhoeverIssuedTheCertificate) {
  const testing::TestAuthority authority;
  Serve(Settings("0.0.0.0:0"), std::make_shared<ListenerCredentials>(Certificate(authority)));
  ExpectWell(true, false);
}

TEST_F(PublicPortTest, TheWatchdogIsContentWhereClientsMustShowACertificate) {
  const testing::TestAuthority authority;
  Serve(Settings("localhost:0"),
        std::make_shared<ListenerCredentials>(Certificate(authority, authority.ca_pem())));
  ExpectWell(true, true);
}

TEST_F(PublicPortTest, AFullPortIsWell) {
  v1::GrpcListener settings = Settings();
  settings.set_max_connections(1);
  Serve(settings);
  Http2Client client(port_->port());
  EXPECT_EQ(client.Next(kSettings).type, kSettings);
  // The watchdog's own dials find no room.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (port_->times_full(AcceptBound::kConnections) == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(port_->Complaint(), "");
  EXPECT_GE(port_->times_full(AcceptBound::kConnections), 1U);
}

TEST_F(PublicPortTest, APortThatNobodyServesIsAComplaint) {
  auto port = PublicPort::Listen(Settings(), nullptr);
  ASSERT_TRUE(port.ok());
  // Bound, and a connection waits in its backlog for ever.
  SelfDialOptions dial = DialTo((*port)->port());
  dial.patience = milliseconds(50);
  for (const bool tls : {false, true}) {
    dial.tls = dial.asks_for_certificates = tls;
    EXPECT_TRUE(absl::IsDeadlineExceeded(DialSelf(dial))) << DialSelf(dial);
  }
  port->reset();
  EXPECT_TRUE(absl::IsUnavailable(DialSelf(dial))) << DialSelf(dial);
}

TEST_F(PublicPortTest, AnswersOfAnotherProtocolAreNoAnswer) {
  const testing::TestAuthority authority;
  Serve(Settings(), std::make_shared<ListenerCredentials>(Certificate(authority)));
  SelfDialOptions dial = DialTo(port_->port());
  EXPECT_FALSE(DialSelf(dial).ok()) << "plain text, where TLS is spoken";
  dial.tls = true;
  EXPECT_TRUE(DialSelf(dial).ok());
}

TEST_F(PublicPortTest, AClosedPortRefusesAndItsConnectionsGoOn) {
  ServeUnwatched();
  Http2Client client(port_->port());
  EXPECT_EQ(client.Next(kSettings).type, kSettings);
  port_->Close();
  port_->Close();
  EXPECT_EQ(port_->CountConnections(), 1U);
  EXPECT_EQ(port_->Complaint(), "");
  EXPECT_EQ(Check().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace spillway::server
