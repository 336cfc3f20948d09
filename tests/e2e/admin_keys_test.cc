// Who may use the operator's service: keys, certificates, and what the log says of it.

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/client/run_command.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/reload_scene.h"
#include "tests/support/key_digest.h"
#include "tests/support/paths.h"
#include "tests/support/test_certificates.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

v1::SuspendTargetRequest Suspend(const std::string& endpoint) {
  v1::SuspendTargetRequest request;
  request.set_endpoint(endpoint);
  request.set_model("gpt-4o");
  return request;
}

client::AdminClient AdminAt(const std::string& address, const std::string& key = "",
                            const std::optional<client::TlsOptions>& tls = std::nullopt) {
  return client::AdminClient::Connect({.address = address, .key = key, .tls = tls}).value();
}

testing::CommandResult Spillway(const ReloadScene& scene, std::vector<std::string> arguments,
                                const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.end(), {"--admin", scene.admin_address()});
  return testing::RunCommand(testing::ProgramPath("spillway"), arguments, {.environment = environment});
}

std::string Keys(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    absl::StrAppend(&list, list.empty() ? "" : ", ", "{name: ", name, ", key_sha256: \"",
                    testing::KeyDigest("key-of-" + name), "\"}");
  }
  return absl::StrCat(", keys: [", list, "]");
}

TEST(AdminKeysTest, EachCallNeedsOneOfTheKeys) {
  const auto code = [](const client::Outcome& outcome) { return outcome.status.error_code(); };
  ReloadScene scene({.admin = Keys({"ann", "ben"})});
  ASSERT_TRUE(scene.running());
  for (const char* key : {"", "key-of-", "key-of-anna", "KEY-OF-ANN"}) {
    const client::AdminClient admin = AdminAt(scene.admin_address(), key);
    EXPECT_EQ(code(admin.ListTargets()), StatusCode::UNAUTHENTICATED) << key;
    EXPECT_EQ(code(admin.SuspendTarget(Suspend("primary"))), StatusCode::UNAUTHENTICATED) << key;
    EXPECT_EQ(code(admin.ResumeTarget({})), StatusCode::UNAUTHENTICATED) << key;
    EXPECT_EQ(code(admin.ReloadConfig()), StatusCode::UNAUTHENTICATED) << key;
    EXPECT_EQ(code(admin.GetConfig()), StatusCode::UNAUTHENTICATED) << key;
    client::TargetsWatch watch = admin.WatchTargets({});
    v1::WatchTargetsResponse told;
    EXPECT_FALSE(watch.Next(told));
    EXPECT_EQ(code(watch.Finish()), StatusCode::UNAUTHENTICATED) << key;
  }
  ExpectServedBy("primary", scene.Chat());
  EXPECT_EQ(scene.CountEvents("config_reloaded") + scene.CountEvents("config_unchanged"), 0);
  for (const char* key : {"key-of-ann", "key-of-ben"}) {
    EXPECT_TRUE(AdminAt(scene.admin_address(), key).ListTargets().ok()) << key;
  }
}

TEST(AdminKeysTest, TheCommandTakesOneFromTheEnvironmentAndSaysWhatIsMissing) {
  ReloadScene scene({.admin = Keys({"ann"})});
  ASSERT_TRUE(scene.running());
  const auto without = Spillway(scene, {"targets"});
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_THAT(without.err, HasSubstr("SPILLWAY_ADMIN_KEY"));
  const auto wrong = Spillway(scene, {"config", "--admin-key", "key-of-ben"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("server.admin.keys"));
  EXPECT_THAT(wrong.err, Not(HasSubstr("key-of-ben")));
  const auto with = Spillway(scene, {"targets"}, {"SPILLWAY_ADMIN_KEY=key-of-ann"});
  EXPECT_EQ(with.exit_code, 0) << with.err;
  EXPECT_THAT(with.out, HasSubstr("primary/gpt-4o"));
}

TEST(AdminKeysTest, CommandsAreLoggedWithTheKeysName) {
  ReloadScene scene({.admin = Keys({"ann", "ben"})});
  ASSERT_TRUE(scene.running());
  const client::AdminClient ben = AdminAt(scene.admin_address(), "key-of-ben");
  ASSERT_TRUE(ben.ListTargets().ok());
  ASSERT_TRUE(ben.SuspendTarget(Suspend("primary")).ok());
  const auto suspended = scene.WaitForEvent("admin", 1);
  EXPECT_EQ(suspended.at("command"), "suspend") << "reading is no command";
  EXPECT_EQ(suspended.at("key"), "ben");
  EXPECT_EQ(suspended.at("endpoint"), "primary");
  EXPECT_EQ(suspended.at("model"), "gpt-4o");
  EXPECT_EQ(suspended.at("code"), "OK");
  EXPECT_THAT(std::string(suspended.at("peer").as_string()), HasSubstr("127.0.0.1"));
  EXPECT_FALSE(ben.SuspendTarget(Suspend("nobody")).ok());
  EXPECT_EQ(scene.WaitForEvent("admin", 2).at("code"), "NOT_FOUND");
  ASSERT_TRUE(AdminAt(scene.admin_address(), "key-of-ann").ReloadConfig().ok());
  EXPECT_EQ(scene.WaitForEvent("admin", 3).at("key"), "ann");
  EXPECT_FALSE(AdminAt(scene.admin_address(), "key-of-eve").ResumeTarget({}).ok());
  const auto refused = scene.WaitForEvent("admin", 4);
  EXPECT_EQ(refused.at("command"), "resume");
  EXPECT_EQ(refused.at("code"), "UNAUTHENTICATED");
  EXPECT_FALSE(refused.contains("key"));
  for (const std::string& line : scene.process().Lines()) EXPECT_THAT(line, Not(HasSubstr("key-of-")));
}

TEST(AdminKeysTest, AKeyThatIsWithdrawnEndsItsWatches) {
  ReloadScene scene({.admin = Keys({"ann", "ben"})});
  ASSERT_TRUE(scene.running());
  const client::AdminClient ann = AdminAt(scene.admin_address(), "key-of-ann");
  const client::AdminClient ben = AdminAt(scene.admin_address(), "key-of-ben");
  client::TargetsWatch watch = ann.WatchTargets({});
  v1::WatchTargetsResponse told;
  ASSERT_TRUE(watch.Next(told));
  scene.Replace(scene.Yaml({.admin = Keys({"ben", "eve"})}));
  const auto reloaded = ben.ReloadConfig();
  ASSERT_TRUE(reloaded.ok()) << reloaded.status.error_message();
  EXPECT_TRUE(reloaded.response.restart_needed().empty());
  while (watch.Next(told)) {
  }
  EXPECT_EQ(watch.Finish().status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ann.ListTargets().status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(AdminAt(scene.admin_address(), "key-of-eve").ListTargets().ok());
}

// The address of the listener waits for a restart, its keys do not.
TEST(AdminKeysTest, AListenerThatTheNetworkReachesIsNeverLeftOpen) {
  ReloadScene scene({.admin = Keys({"ann"})});
  ASSERT_TRUE(scene.running());
  const std::string closed =
      absl::StrReplaceAll(scene.Yaml({.admin = Keys({"ann"})}),
                          {{"grpc_address: \"127.0.0.1:0\"", "grpc_address: \"0.0.0.0:0\""}});
  scene.Replace(closed);
  scene.StartAnew();
  ASSERT_TRUE(scene.running());
  const client::AdminClient ann = AdminAt(scene.admin_address(), "key-of-ann");
  ASSERT_TRUE(ann.ListTargets().ok());
  scene.Replace(scene.Yaml({}));
  // By the file: were ann to ask for it, the watcher might have put it in force before.
  EXPECT_EQ(scene.WaitForEvent("config_reloaded").at("restart_needed").as_array().size(), 1u);
  for (const char* key : {"", "key-of-ann"}) {
    EXPECT_EQ(AdminAt(scene.admin_address(), key).ListTargets().status.error_code(),
              StatusCode::UNAUTHENTICATED);
  }
}

// A configuration with TLS and client certificates on the operator's listener.
class AdminTls {
 public:
  AdminTls() : scene_(Text()) {}

  ReloadScene& scene() { return scene_; }
  // With the operator's own certificate, or one of a stranger's, or none.
  enum class Shown { kOwn, kStrangers, kNone };
  client::TlsOptions Client(Shown shown) const {
    client::TlsOptions tls{.ca_file = files_.Path("ca.pem")};
    if (shown == Shown::kNone) return tls;
    const std::string name = shown == Shown::kOwn ? "own" : "strange";
    tls.cert_file = files_.Path(name + ".pem");
    tls.key_file = files_.Path(name + ".key");
    return tls;
  }
  void RenewServerCertificate() { Write("server", authority_.Issue()); }
  // Signed by somebody that no client trusts.
  void SpoilServerCertificate() { Write("server", stranger_.Issue()); }
  std::string File(const std::string& name) const { return files_.Path(name); }

 private:
  void Write(const std::string& name, const testing::CertificateAndKey& leaf) {
    files_.Write(name + ".key", leaf.key_pem);
    files_.Write(name + ".pem", leaf.certificate_pem);
  }

  ReloadText Text() {
    files_.Write("ca.pem", authority_.ca_pem());
    RenewServerCertificate();
    Write("own", authority_.Issue());
    Write("strange", stranger_.Issue());
    return {.admin = absl::StrCat(", grpc_tls: {cert_file: \"", files_.Path("server.pem"), "\", key_file: \"",
                                  files_.Path("server.key"), "\", client_ca_file: \"", files_.Path("ca.pem"),
                                  "\"}", Keys({"ann"}))};
  }

  testing::TestAuthority authority_;
  testing::TestAuthority stranger_{"A stranger"};
  testing::TempDir files_;
  ReloadScene scene_;
};

TEST(AdminTlsTest, OperatorsShowACertificateAndAKey) {
  using Shown = AdminTls::Shown;
  AdminTls tls;
  ASSERT_TRUE(tls.scene().running());
  const std::string& address = tls.scene().admin_address();
  const auto code = [&](const std::string& key, const std::optional<client::TlsOptions>& options) {
    return AdminAt(address, key, options).ListTargets({.timeout = seconds(20)}).status.error_code();
  };
  EXPECT_EQ(code("key-of-ann", tls.Client(Shown::kOwn)), StatusCode::OK);
  EXPECT_EQ(code("", tls.Client(Shown::kOwn)), StatusCode::UNAUTHENTICATED) << "a certificate is no key";
  EXPECT_EQ(code("key-of-ann", tls.Client(Shown::kStrangers)), StatusCode::UNAVAILABLE);
  EXPECT_EQ(code("key-of-ann", tls.Client(Shown::kNone)), StatusCode::UNAVAILABLE);
  EXPECT_EQ(code("key-of-ann", std::nullopt), StatusCode::UNAVAILABLE);
  const std::vector<std::string> flags = {"suspend",          "primary/gpt-4o",   "--tls-ca",
                                          tls.File("ca.pem"), "--tls-cert",       tls.File("own.pem"),
                                          "--tls-key",        tls.File("own.key")};
  const auto command = Spillway(tls.scene(), flags, {"SPILLWAY_ADMIN_KEY=key-of-ann"});
  EXPECT_EQ(command.exit_code, 0) << command.err;
  const auto logged = tls.scene().WaitForEvent("admin", 2);
  EXPECT_EQ(logged.at("key"), "ann");
  EXPECT_NE(logged.at("certificate"), "");
}

TEST(AdminTlsTest, ItsCertificateIsReplacedLive) {
  AdminTls tls;
  ASSERT_TRUE(tls.scene().running());
  const auto connect = [&] {
    return AdminAt(tls.scene().admin_address(), "key-of-ann", tls.Client(AdminTls::Shown::kOwn));
  };
  const client::AdminClient early = connect();
  ASSERT_TRUE(early.ListTargets().ok());
  tls.SpoilServerCertificate();
  ASSERT_TRUE(early.ReloadConfig().ok()) << "its connection goes on";
  EXPECT_EQ(connect().ListTargets({.timeout = seconds(20)}).status.error_code(), StatusCode::UNAVAILABLE);
  tls.RenewServerCertificate();
  ASSERT_TRUE(early.ReloadConfig().ok());
  EXPECT_TRUE(connect().ListTargets().ok());
}

// Of the service's descriptor, so that no method that comes later is forgotten.
TEST(AdminListenerTest, NoMethodIsOnThePublicListener) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  const auto channel = grpc::CreateChannel(scene.address(), grpc::InsecureChannelCredentials());
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("spillway.v1.AdminService");
  ASSERT_NE(service, nullptr);
  ASSERT_GE(service->method_count(), 6);
  std::string response;
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string path = "/spillway.v1.AdminService/" + service->method(i)->name();
    EXPECT_EQ(ExchangeRaw(channel, path.c_str(), "", response).error_code(), StatusCode::UNIMPLEMENTED)
        << path;
  }
  ASSERT_TRUE(ExchangeRaw(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                          std::string("\x3a\x00", 2), response)
                  .ok());
  EXPECT_THAT(response, HasSubstr("spillway.v1.RouterService"));
  EXPECT_THAT(response, Not(HasSubstr("AdminService")));
}

}  // namespace
}  // namespace spillway::e2e
