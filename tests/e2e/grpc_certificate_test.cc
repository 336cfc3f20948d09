// The certificate of the gRPC listener is replaced while clients call.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/reload_scene.h"
#include "tests/support/test_certificates.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A client with a connection of its own. It knows nobody but `ca_pem`.
client::Client Connect(const std::string& address, const std::string& ca_pem,
                       const testing::CertificateAndKey& own = {}) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto tls = grpc::SslCredentials({ca_pem, own.key_pem, own.certificate_pem});
  client::ClientOptions options;
  options.default_timeout = std::chrono::seconds(20);
  return {grpc::CreateCustomChannel(address, tls, arguments), options};
}

// Each authority stands for one certificate: who trusts it alone can tell that one from the others.
class GrpcCertificateTest : public ::testing::Test {
 protected:
  void Write(const testing::CertificateAndKey& pair) const {
    Replace("tls.crt", pair.certificate_pem);
    Replace("tls.key", pair.key_pem);
  }

  // As certificate managers do: another file under the same name.
  void Replace(const std::string& name, const std::string& text) const {
    std::filesystem::rename(dir_.Write(name + ".new", text), dir_.Path(name));
  }

  std::string Tls(const std::string& more = "") const {
    return absl::StrCat(", tls: {cert_file: \"", dir_.Path("tls.crt"), "\", key_file: \"",
                        dir_.Path("tls.key"), "\"", more, "}");
  }

  static std::string AddressOf(const ReloadScene& scene) {
    return absl::StrCat("localhost:", scene.WaitForEvent("serving").at("grpc_port").as_int64());
  }

  static std::string Call(const client::Client& client) {
    const auto result = client.Chat(TestCall());
    return result.ok() ? "" : absl::StrCat("failed: ", result.status.error_message());
  }

  testing::TempDir dir_;
  const testing::TestAuthority first_;
};

// Calls until it is told to stop: over one connection, or a new one each time.
class Caller {
 public:
  Caller(const std::string& address, const std::string& ca_pem, bool reconnects,
         const std::atomic<bool>& stop)
      : thread_([=, this, &stop] {
          const client::Client kept = Connect(address, ca_pem);
          while (!stop) {
            const auto result =
                reconnects ? Connect(address, ca_pem).Chat(TestCall()) : kept.Chat(TestCall());
            ++calls_;
            if (!result.ok()) failures_.push_back(result.status.error_message());
          }
        }) {}

  // Until it has made so many calls more.
  void WaitForMore(int calls) const {
    for (const int end = calls_ + calls; calls_ < end;) std::this_thread::yield();
  }

  // How many calls, once it has stopped.
  int Join() {
    thread_.join();
    return calls_;
  }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  std::atomic<int> calls_{0};
  std::vector<std::string> failures_;
  std::thread thread_;
};

TEST_F(GrpcCertificateTest, FiveReplacementsUnderLoadFailNoCall) {
  constexpr int kReplacements = 5;
  constexpr int kCallsBetween = 10;
  std::vector<testing::TestAuthority> authorities(kReplacements);
  std::string all = first_.ca_pem();
  for (const testing::TestAuthority& authority : authorities) all += authority.ca_pem();
  Write(first_.Issue());
  const ReloadScene scene({.grpc = Tls()});
  ASSERT_TRUE(scene.running());
  const std::string address = AddressOf(scene);
  std::atomic<bool> stop{false};
  std::vector<std::unique_ptr<Caller>> callers;
  for (const bool reconnects : {false, true, true}) {
    callers.push_back(std::make_unique<Caller>(address, all, reconnects, stop));
  }
  const testing::TestAuthority* former = &first_;
  for (const testing::TestAuthority& authority : authorities) {
    EXPECT_EQ(Call(Connect(address, former->ca_pem())), "");
    Write(authority.Issue());
    const auto reloaded = scene.admin().ReloadConfig();
    EXPECT_TRUE(reloaded.ok()) << reloaded.status.error_message();
    EXPECT_EQ(Call(Connect(address, authority.ca_pem())), "");
    EXPECT_NE(Call(Connect(address, former->ca_pem())), "") << "the new one is shown";
    for (const auto& caller : callers) caller->WaitForMore(kCallsBetween);
    former = &authority;
  }
  stop = true;
  for (const auto& caller : callers) {
    EXPECT_GT(caller->Join(), kReplacements * kCallsBetween);
    EXPECT_THAT(caller->failures(), IsEmpty());
  }
  EXPECT_EQ(scene.Metric("spillway_self_dial_failures_total"), 0);
}

TEST_F(GrpcCertificateTest, AChangedFileIsNoticedAndABadPairIsNeverShown) {
  Write(first_.Issue());
  const ReloadScene scene({.grpc = Tls()});
  ASSERT_TRUE(scene.running());
  const std::string address = AddressOf(scene);
  const testing::TestAuthority second;
  const testing::CertificateAndKey pair = second.Issue();
  Replace("tls.crt", pair.certificate_pem);
  const boost::json::object rejected = scene.WaitForEvent("config_rejected");
  EXPECT_EQ(rejected.at("errors").at(0).at("path"), "server.grpc.tls.key_file");
  EXPECT_EQ(Call(Connect(address, first_.ca_pem())), "");

  Replace("tls.key", pair.key_pem);
  scene.WaitForEvent("config_reloaded");
  EXPECT_EQ(Call(Connect(address, second.ca_pem())), "");
  EXPECT_THAT(Call(Connect(address, first_.ca_pem())), HasSubstr("failed"));
}

TEST_F(GrpcCertificateTest, WhoShowsNoCertificateOfTheAuthorityGetsNoAnswer) {
  Write(first_.Issue());
  const testing::TestAuthority clients;
  dir_.Write("clients.pem", clients.ca_pem());
  const ReloadScene scene(
      {.grpc = Tls(absl::StrCat(", client_ca_file: \"", dir_.Path("clients.pem"), "\""))});
  ASSERT_TRUE(scene.running());
  const std::string address = AddressOf(scene);
  EXPECT_NE(Call(Connect(address, first_.ca_pem())), "");
  EXPECT_NE(Call(Connect(address, first_.ca_pem(), testing::TestAuthority().Issue())), "");
  EXPECT_EQ(Call(Connect(address, first_.ca_pem(), clients.Issue())), "");
}

}  // namespace
}  // namespace spillway::e2e
