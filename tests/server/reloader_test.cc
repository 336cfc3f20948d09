#include "server/reloader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/config/listener_tls.h"
#include "tests/support/log_capture.h"
#include "tests/support/slow_file.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_server.h"

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kKey[] = "key-that-nobody-may-see";
// Of the policy.
constexpr char kRemembering[] = "    suspend_duration: 1h\n";

// Everything that a reload touches, with an I/O thread to touch it on. No call is made.
class ReloaderTest : public ::testing::Test {
 protected:
  ~ReloaderTest() override {
    OnIoThread([this] { runner_.Use(nullptr); });
    io_.stop();
    io_thread_.join();
  }

  struct Text {
    std::string server;
    std::string model = "gpt-4o";
    // Of its one target, beside the endpoint `a`.
    std::string target_model = "m";
    std::string a_url = "http://127.0.0.1:1/v1";
    std::string a_fields;
    bool with_b = true;
    std::string end;
  };

  void Write(const Text& text) {
    const std::string key = ", api_key: {file: \"" + dir_.Path("key") + "\"}";
    std::string yaml = text.server + "providers: [{name: p, api: openai}]\nendpoints:\n";
    yaml += "  - {name: a, provider: p, url: \"" + text.a_url + "\"" + key + text.a_fields + "}\n";
    if (text.with_b) yaml += "  - {name: b, provider: p, url: \"http://127.0.0.1:2/v1\", primary: true}\n";
    yaml += "policies:\n  - name: chat\n    model: " + text.model +
            "\n    production: {failover: {targets: [{endpoint: a, model: " + text.target_model + "}]}}\n";
    dir_.Write("c.yaml", yaml + text.end);
  }

  void Begin(const Text& text) {
    dir_.Write("key", kKey);
    Write(text);
    ASSERT_THAT(reloader_.Begin(ReadConfig(dir_.Path("c.yaml"), NoVariables())), IsEmpty());
  }

  static GetEnv NoVariables() {
    return [](const char*) { return nullptr; };
  }

  ReloadResult Reload(const Text& text) {
    Write(text);
    return reloader_.Reload("test");
  }

  void OnIoThread(const std::function<void()>& work) {
    absl::Notification done;
    boost::asio::post(io_, [&] {
      work();
      done.Notify();
    });
    done.WaitForNotification();
  }

  // For its address.
  const void* Client(const std::string& endpoint) {
    const void* client = nullptr;
    OnIoThread([&] { client = runner_.runtime()->endpoints().at(endpoint).client.get(); });
    return client;
  }
  std::weak_ptr<Runtime> CurrentRuntime() {
    std::weak_ptr<Runtime> runtime;
    OnIoThread([&] { runtime = runner_.runtime(); });
    return runtime;
  }

  bool Knows(const std::string& model) {
    return router_.table()->Find(model, router::Environment::kProduction)->name == "chat";
  }

  // One that `a` refuses the key of.
  void FailACall() {
    const router::Instant now = std::chrono::steady_clock::now();
    std::optional<router::Plan> plan =
        router_.Begin("gpt-4o", router::Environment::kProduction, now, router::kNever);
    router_.On(*plan, router::Started(), now);
    router_.On(*plan,
               router::Failed{.attempt = {.failure = router::Failure::kCredentials, .http_status = 401}},
               now);
  }

  router::TargetStatus Target(const std::string& endpoint) {
    for (const auto& target : router_.Targets(std::chrono::steady_clock::now())) {
      if (target.name.endpoint == endpoint) return target;
    }
    return {};
  }

  bool HasSeries(const std::string& beginning) const {
    return metrics_.Serialize().find("\n" + beginning) != std::string::npos;
  }
  double Count(const std::string& result) {
    return testing::ParseMetrics(
        metrics_.Serialize())["spillway_config_reloads_total{result=\"" + result + "\"}"];
  }

  testing::LogCapture logs_;
  testing::TempDir dir_;
  Metrics metrics_;
  SharedRouter router_{router::TableSpec(), 1, metrics_};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  CallRunner runner_{io_, router_, metrics_};
  Reloader reloader_{io_, router_, runner_, metrics_, NoVariables()};
  std::thread io_thread_{[this] { io_.run(); }};
};

TEST_F(ReloaderTest, TheFirstConfigurationIsInForceAndCountsAsNoReload) {
  Begin({});
  EXPECT_TRUE(Knows("gpt-4o"));
  EXPECT_EQ(reloader_.in_force().config->policies(0).model(), "gpt-4o");
  EXPECT_EQ(testing::ParseMetrics(metrics_.Serialize())["spillway_config_hash"],
            static_cast<double>(reloader_.in_force().hash));
  EXPECT_EQ(Count("applied") + Count("unchanged") + Count("rejected"), 0);
}

TEST_F(ReloaderTest, AChangedFileIsInForceWhenItReturns) {
  Begin({});
  const std::uint64_t before = reloader_.in_force().hash;
  const std::weak_ptr<Runtime> old = CurrentRuntime();
  const ReloadResult result = Reload({.model = "gpt-5"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kApplied);
  EXPECT_NE(result.hash, before);
  EXPECT_EQ(reloader_.in_force().hash, result.hash);
  EXPECT_EQ(reloader_.in_force().config->policies(0).model(), "gpt-5");
  EXPECT_TRUE(Knows("gpt-5"));
  EXPECT_FALSE(Knows("gpt-4o"));
  EXPECT_TRUE(old.expired()) << "no call holds it";
  OnIoThread([&] { EXPECT_EQ(&runner_.runtime()->table(), router_.table().get()); });
  EXPECT_EQ(Count("applied"), 1);
  ASSERT_EQ(logs_.Events("config_reloaded").size(), 1u);
  EXPECT_EQ(logs_.Events("config_reloaded")[0].at("trigger"), "test");
}

TEST_F(ReloaderTest, AnEqualFileChangesNothing) {
  Begin({});
  const std::weak_ptr<Runtime> old = CurrentRuntime();
  const ReloadResult result = Reload({.end = "# a comment\n"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kUnchanged);
  EXPECT_EQ(result.hash, reloader_.in_force().hash);
  EXPECT_EQ(CurrentRuntime().lock(), old.lock());
  EXPECT_EQ(Count("unchanged"), 1);
  EXPECT_EQ(logs_.Events("config_unchanged").size(), 1u);
}

TEST_F(ReloaderTest, ABadFileChangesNothing) {
  Begin({});
  const std::uint64_t before = reloader_.in_force().hash;
  const ReloadResult result = Reload({.a_url = "ftp://nowhere", .end = "surprise: 1\n"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kRejected);
  EXPECT_EQ(result.hash, before);
  ASSERT_EQ(result.errors.size(), 2u);
  EXPECT_EQ(result.errors[0].path, "endpoints[0].url");
  EXPECT_EQ(result.errors[1].path, "surprise");
  EXPECT_TRUE(Knows("gpt-4o"));
  EXPECT_EQ(Count("rejected"), 1);
  const auto lines = logs_.Events("config_rejected");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("errors").as_array().size(), 2u);
  EXPECT_EQ(lines[0].at("errors").at(0).at("line"), 3);
  EXPECT_EQ(Reload({.model = "gpt-5"}).outcome, ReloadOutcome::kApplied) << "and the next good one is taken";
}

TEST_F(ReloaderTest, WhatGoesWrongAfterTheCheckChangesNothingEither) {
  Begin({});
  const void* client = Client("a");
  const std::string ca = dir_.Write("ca.pem", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n");
  const ReloadResult result = Reload(
      {.model = "gpt-5", .a_url = "https://127.0.0.1:1/v1", .a_fields = ", tls: {ca_file: \"" + ca + "\"}"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kRejected);
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].path, "endpoints[0].tls.ca_file");
  EXPECT_TRUE(Knows("gpt-4o"));
  EXPECT_EQ(Client("a"), client);
}

TEST_F(ReloaderTest, AnUntouchedEndpointKeepsItsClient) {
  Begin({});
  const void* a = Client("a");
  const void* b = Client("b");
  ASSERT_EQ(Reload({.model = "gpt-5"}).outcome, ReloadOutcome::kApplied);
  EXPECT_EQ(Client("a"), a);
  ASSERT_EQ(Reload({.model = "gpt-5", .a_url = "http://127.0.0.1:3/v1"}).outcome, ReloadOutcome::kApplied);
  EXPECT_NE(Client("a"), a);
  EXPECT_EQ(Client("b"), b);
}

TEST_F(ReloaderTest, ARotatedKeyIsAChangeOfAnEqualFile) {
  Begin({});
  const void* a = Client("a");
  const std::uint64_t before = reloader_.in_force().hash;
  dir_.Write("key", "another-key");
  const ReloadResult result = reloader_.Reload("test");
  EXPECT_EQ(result.outcome, ReloadOutcome::kApplied);
  EXPECT_EQ(result.hash, before);
  EXPECT_NE(Client("a"), a);
  EXPECT_EQ(reloader_.Reload("test").outcome, ReloadOutcome::kUnchanged);
}

TEST_F(ReloaderTest, ALostKeyChangesNothing) {
  Begin({});
  dir_.Write("key", "");
  const ReloadResult result = reloader_.Reload("test");
  EXPECT_EQ(result.outcome, ReloadOutcome::kRejected);
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].path, "endpoints[0].api_key.file");
}

TEST_F(ReloaderTest, TheHealthOfTargetsStillNamedSurvives) {
  Begin({});
  const router::Instant now = std::chrono::steady_clock::now();
  router_.Suspend("a", "m", router::kNever, now);
  Reload({.model = "gpt-5"});
  EXPECT_EQ(Target("a").view.state, router::TargetState::kSuspended);
  EXPECT_TRUE(HasSeries(R"(spillway_target_state{endpoint="a",model="m"} 1)"));
  Reload({.target_model = "other"});
  EXPECT_EQ(Target("a").view.state, router::TargetState::kAvailable) << "another target";
  EXPECT_FALSE(HasSeries(R"(spillway_target_state{endpoint="a",model="m"})"));
  EXPECT_TRUE(HasSeries(R"(spillway_target_state{endpoint="a",model="other"} 0)"));
  Reload({});
  EXPECT_EQ(Target("a").view.state, router::TargetState::kSuspended) << "removed and added again";
  EXPECT_TRUE(HasSeries(R"(spillway_target_state{endpoint="a",model="m"} 1)"));
}

TEST_F(ReloaderTest, AChangedEndpointIsTriedAgainAtOnce) {
  Begin({.end = kRemembering});
  FailACall();
  const auto now = std::chrono::steady_clock::now();
  const router::Instant until = Target("a").view.until;
  ASSERT_GT(until, now);
  Reload({.model = "gpt-5", .end = kRemembering});
  EXPECT_EQ(Target("a").view.until, until) << "another policy is no other endpoint";
  dir_.Write("key", "another-key");
  Reload({.model = "gpt-5", .end = kRemembering});
  EXPECT_EQ(Target("a").view.state, router::TargetState::kSuspended);
  EXPECT_LE(Target("a").view.until, std::chrono::steady_clock::now());
}

TEST_F(ReloaderTest, ARemovedEndpointShowsNoConnections) {
  Begin({});
  OnIoThread([this] { runner_.runtime()->ReportConnections(metrics_); });
  ASSERT_TRUE(HasSeries(R"(spillway_connections{endpoint="b")"));
  Reload({.with_b = false});
  EXPECT_FALSE(HasSeries(R"(spillway_connections{endpoint="b")"));
  EXPECT_TRUE(HasSeries(R"(spillway_connections{endpoint="a")"));
}

TEST_F(ReloaderTest, ListenersWaitForARestartAndTheRestIsInForce) {
  Begin({.server = "server: {grpc: {address: \"127.0.0.1:1\"}}\n"});
  const ReloadResult result = Reload({
      .server = "server: {grpc: {address: \"127.0.0.1:2\"}, shutdown_grace: 7s}\n",
      .model = "gpt-5",
  });
  EXPECT_EQ(result.outcome, ReloadOutcome::kApplied);
  EXPECT_THAT(result.restart_needed, ElementsAre("server.grpc.address"));
  const ConfigInForce in_force = reloader_.in_force();
  EXPECT_EQ(in_force.config->server().grpc().address(), "127.0.0.1:1");
  EXPECT_EQ(in_force.config->server().shutdown_grace().seconds(), 7);
  EXPECT_EQ(in_force.hash, result.hash);
  EXPECT_EQ(in_force.hash, ConfigHash(*in_force.config));
  EXPECT_TRUE(Knows("gpt-5"));
  EXPECT_EQ(logs_.Events("config_reloaded")[0].at("level"), "warning");
  const ReloadResult again = reloader_.Reload("test");
  EXPECT_EQ(again.outcome, ReloadOutcome::kUnchanged);
  EXPECT_THAT(again.restart_needed, ElementsAre("server.grpc.address")) << "it still waits";
}

TEST_F(ReloaderTest, ChangingOnlyWhatWaitsForARestartChangesNothing) {
  Begin({});
  const std::uint64_t before = reloader_.in_force().hash;
  const ReloadResult result = Reload({.server = "server: {admin: {address: \"127.0.0.1:2\"}}\n"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kUnchanged);
  EXPECT_EQ(result.hash, before);
  EXPECT_THAT(result.restart_needed, ElementsAre("server.admin.address"));
  EXPECT_EQ(logs_.Events("config_unchanged")[0].at("level"), "warning");
  EXPECT_THAT(Reload({}).restart_needed, IsEmpty()) << "taken back";
}

// Its door has a certificate, and somebody keeps what the door is told.
class CertificateReloadTest : public ReloaderTest {
 protected:
  void Rotate() {
    const testing::CertificateAndKey pair = authority_.Issue();
    dir_.Write("cert.pem", pair.certificate_pem);
    dir_.Write("door-key.pem", pair.key_pem);
  }

  std::string Door(const std::string& cert = "cert.pem") const {
    return "server: {openai: {address: \"127.0.0.1:0\", tls: {cert_file: \"" + dir_.Path(cert) +
           "\", key_file: \"" + dir_.Path("door-key.pem") + "\"}}}\n";
  }

  void BeginAndFollow() {
    Rotate();
    Begin({.server = Door()});
    reloader_.FollowCertificate(kOpenAiTls, [this](const ListenerContext& now) {
      EXPECT_EQ(std::this_thread::get_id(), io_thread_.get_id());
      told_.push_back(now.context);
    });
  }

  testing::TestAuthority authority_;
  std::vector<std::shared_ptr<transport::ServerTlsContext>> told_;
};

TEST_F(CertificateReloadTest, TheDoorIsToldWhatItIsAtOnce) {
  BeginAndFollow();
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_NE(told_[0], nullptr);
  EXPECT_EQ(reloader_.TlsContextOf(kOpenAiTls), told_[0]);
}

TEST_F(CertificateReloadTest, ARotatedCertificateIsAChangeOfAnEqualFile) {
  BeginAndFollow();
  const std::uint64_t before = reloader_.in_force().hash;
  Rotate();
  EXPECT_NE(LookAgain(reloader_.files()), reloader_.files());
  const ReloadResult result = reloader_.Reload("test");
  EXPECT_EQ(result.outcome, ReloadOutcome::kApplied);
  EXPECT_EQ(result.hash, before);
  EXPECT_THAT(result.restart_needed, IsEmpty());
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_NE(told_[1], told_[0]);
  EXPECT_EQ(reloader_.TlsContextOf(kOpenAiTls), told_[1]);
  EXPECT_EQ(reloader_.Reload("test").outcome, ReloadOutcome::kUnchanged);
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(CertificateReloadTest, AChangeOfSomethingElseKeepsTheContext) {
  BeginAndFollow();
  ASSERT_EQ(Reload({.server = Door(), .model = "gpt-5"}).outcome, ReloadOutcome::kApplied);
  EXPECT_EQ(told_.size(), 1u);
  EXPECT_EQ(reloader_.TlsContextOf(kOpenAiTls), told_[0]);
}

TEST_F(CertificateReloadTest, APairThatDoesNotFitChangesNothing) {
  BeginAndFollow();
  dir_.Write("door-key.pem", authority_.Issue().key_pem);
  const ReloadResult result = Reload({.server = Door(), .model = "gpt-5"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kRejected);
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].path, "server.openai.tls.key_file");
  EXPECT_EQ(result.errors[0].line, 1);
  EXPECT_THAT(result.errors[0].what, HasSubstr(dir_.Path("door-key.pem")));
  EXPECT_TRUE(Knows("gpt-4o"));
  EXPECT_EQ(told_.size(), 1u);
  EXPECT_EQ(reloader_.TlsContextOf(kOpenAiTls), told_[0]);
  Rotate();
  EXPECT_EQ(reloader_.Reload("test").outcome, ReloadOutcome::kApplied) << "and the next good one is taken";
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(CertificateReloadTest, AnotherFileNameIsTakenUpLive) {
  BeginAndFollow();
  const testing::CertificateAndKey pair = authority_.Issue();
  dir_.Write("cert-2.pem", pair.certificate_pem);
  dir_.Write("door-key.pem", pair.key_pem);
  const ReloadResult result = Reload({.server = Door("cert-2.pem")});
  EXPECT_EQ(result.outcome, ReloadOutcome::kApplied);
  EXPECT_THAT(result.restart_needed, IsEmpty());
  EXPECT_EQ(reloader_.in_force().config->server().openai().tls().cert_file(), dir_.Path("cert-2.pem"));
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(CertificateReloadTest, ADoorTheFileDroppedGoesOnUntilTheRestart) {
  BeginAndFollow();
  const ReloadResult result = Reload({.server = "server: {openai: {address: \"127.0.0.1:0\"}}\n"});
  EXPECT_EQ(result.outcome, ReloadOutcome::kUnchanged);
  EXPECT_THAT(result.restart_needed, ElementsAre("server.openai.tls"));
  EXPECT_EQ(Reload({}).outcome, ReloadOutcome::kUnchanged);
  EXPECT_EQ(reloader_.TlsContextOf(kOpenAiTls), told_[0]);
  EXPECT_EQ(told_.size(), 1u);
}

TEST_F(CertificateReloadTest, ADoorOfPlainTextIsToldOfNone) {
  const std::string plain = "server: {openai: {address: \"127.0.0.1:0\"}}\n";
  Begin({.server = plain});
  reloader_.FollowCertificate(kOpenAiTls, [](const ListenerContext&) { ADD_FAILURE(); });
  Rotate();
  EXPECT_THAT(Reload({.server = Door()}).restart_needed, ElementsAre("server.openai.tls"));
  EXPECT_EQ(reloader_.TlsContextOf(kOpenAiTls), nullptr);
}

TEST_F(ReloaderTest, OpeningTheServerToAllIsWarnedOf) {
  const std::string callers =
      "callers: [{name: c, key_sha256: "
      "\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\"}]\n";
  Begin({.end = callers});
  EXPECT_THAT(logs_.Events("open_to_all"), IsEmpty());
  Reload({});
  EXPECT_EQ(logs_.Events("open_to_all").size(), 1u);
  Reload({.model = "gpt-5"});
  EXPECT_EQ(logs_.Events("open_to_all").size(), 1u) << "once";
}

TEST_F(ReloaderTest, KnowsTheFilesItRead) {
  Begin({});
  ASSERT_EQ(reloader_.files().size(), 2u);
  EXPECT_EQ(reloader_.files()[1].path, dir_.Path("key"));
  dir_.Write("key", "another-key");
  EXPECT_NE(LookAgain(reloader_.files()), reloader_.files());
  reloader_.Reload("test");
  EXPECT_EQ(LookAgain(reloader_.files()), reloader_.files());
}

TEST_F(ReloaderTest, ReloadsAskedForAtOnceQueueUp) {
  Begin({});
  Write({.model = "gpt-5"});
  std::vector<std::thread> operators(8);
  for (std::thread& thread : operators) {
    thread = std::thread([&] { EXPECT_NE(reloader_.Reload("test").outcome, ReloadOutcome::kRejected); });
  }
  for (std::thread& thread : operators) thread.join();
  EXPECT_EQ(Count("applied"), 1);
  EXPECT_EQ(Count("unchanged"), 7);
}

TEST_F(ReloaderTest, IsNotIdleWhileAReloadHangsOrWaitsForOneThatDoes) {
  Begin({});
  EXPECT_TRUE(reloader_.AwaitIdle(absl::InfinitePast()));
  std::vector<std::thread> operators(2);
  {
    testing::SlowFile key(dir_.Path("key"));
    for (std::thread& thread : operators) {
      thread = std::thread([&] { reloader_.Reload("test"); });
    }
    EXPECT_TRUE(key.WaitForReader());
    EXPECT_FALSE(reloader_.AwaitIdle(absl::Now() + absl::Milliseconds(1)));
    dir_.Write("former", kKey);
    std::filesystem::rename(dir_.Path("former"), dir_.Path("key"));
  }
  for (std::thread& thread : operators) thread.join();
  EXPECT_TRUE(reloader_.AwaitIdle(absl::InfinitePast()));
  EXPECT_EQ(Count("rejected"), 1) << "the pipe has no key";
  EXPECT_EQ(Count("unchanged"), 1);
}

TEST_F(ReloaderTest, NoneBeginsOnceItIsClosed) {
  Begin({});
  testing::SlowFile key(dir_.Path("key"));
  EXPECT_TRUE(reloader_.Close(absl::InfinitePast()));
  const ReloadResult late = Reload({.model = "gpt-5"});
  EXPECT_EQ(late.outcome, ReloadOutcome::kRejected);
  ASSERT_EQ(late.errors.size(), 1u);
  EXPECT_EQ(late.errors[0].what, "the server is stopping");
  EXPECT_TRUE(Knows("gpt-4o"));
}

TEST_F(ReloaderTest, NoKeyIsEverSaid) {
  Begin({});
  Reload({.model = "gpt-5"});
  Reload({.a_url = "ftp://nowhere"});
  dir_.Write("key", std::string(kKey) + "\nand more");
  reloader_.Reload("test");
  EXPECT_EQ(Count("rejected"), 2);
  for (const std::string& line : logs_.Lines()) EXPECT_THAT(line, Not(HasSubstr(kKey)));
  EXPECT_THAT(metrics_.Serialize(), Not(HasSubstr(kKey)));
  EXPECT_THAT(reloader_.in_force().config->DebugString(), Not(HasSubstr(kKey)));
}

}  // namespace
}  // namespace spillway::server
