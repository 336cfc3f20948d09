// A configuration that changes while the server runs: how it is told, and what becomes of calls and targets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json/array.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_replace.h"
#include "tests/e2e/reload_scene.h"
#include "tests/support/paths.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// gpt-5 in place of gpt-4o.
void ExpectNewTable(const ReloadScene& scene) {
  ExpectServedBy("primary", scene.Chat("gpt-5"));
  EXPECT_EQ(scene.Chat("gpt-4o").status.error_code(), StatusCode::NOT_FOUND);
}

const ReloadText& NewText() {
  static const ReloadText text{.model = "gpt-5"};
  return text;
}

double Reloads(const ReloadScene& scene, const std::string& result) {
  return scene.Metric("spillway_config_reloads_total{result=\"" + result + "\"}");
}

// Writes a new configuration and has it put in force by `reload`; its line in the log, of which the trigger
// must be that. The file's watcher is sometimes quicker: then once more, with the duration that makes the
// next one new.
boost::json::object ReloadBy(ReloadScene& scene, const std::string& trigger,
                             const std::function<void()>& reload,
                             const std::function<std::string(std::string)>& yaml_with) {
  boost::json::object line;
  for (int i = 1; i <= 5 && !::testing::Test::HasFailure(); ++i) {
    scene.Replace(yaml_with("suspend_duration: " + std::to_string(30 + i) + "s"));
    reload();
    line = scene.WaitForEvent("config_reloaded", i);
    if (line.at("trigger").as_string() == trigger) return line;
  }
  ADD_FAILURE() << "always by " << line.at("trigger");
  return line;
}

TEST(ReloadTest, SighupPutsAChangedFileInForce) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  ExpectServedBy("primary", scene.Chat());
  const boost::json::object line = ReloadBy(
      scene, "SIGHUP", [&] { scene.process().Signal(SIGHUP); },
      [&](const std::string& setting) { return scene.Yaml({.model = "gpt-5", .settings = {setting}}); });
  EXPECT_EQ(line.at("file"), scene.config_path().c_str());
  ExpectNewTable(scene);
  const v1::GetConfigResponse in_force = scene.ConfigInForce();
  EXPECT_EQ(in_force.config().policies(0).model(), "gpt-5");
  EXPECT_EQ(static_cast<double>(in_force.config_hash()), scene.Metric("spillway_config_hash"));
  EXPECT_EQ(static_cast<std::int64_t>(in_force.config_hash()), line.at("hash").as_int64());
  EXPECT_EQ(Reloads(scene, "applied"), scene.CountEvents("config_reloaded"));
}

TEST(ReloadTest, SighupsWithoutAChangeAreHarmless) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.process().Signal(SIGHUP);
  EXPECT_EQ(scene.WaitForEvent("config_unchanged").at("trigger"), "SIGHUP");
  ExpectServedBy("primary", scene.Chat());
  scene.process().Signal(SIGTERM);
  EXPECT_EQ(scene.process().Wait(), 0);
}

TEST(ReloadTest, TheCallPutsAChangedFileInForceBeforeItReturns) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  const auto none = scene.admin().ReloadConfig();
  ASSERT_TRUE(none.ok()) << none.status.error_message();
  EXPECT_FALSE(none.response.changed());
  client::Result<v1::ReloadConfigResponse> result;
  ReloadBy(
      scene, "rpc", [&] { result = scene.admin().ReloadConfig(); },
      [&](const std::string& setting) { return scene.Yaml({.model = "gpt-5", .settings = {setting}}); });
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_TRUE(result.response.changed());
  EXPECT_NE(result.response.config_hash(), none.response.config_hash());
  EXPECT_EQ(result.response.config_hash(), scene.ConfigInForce().config_hash());
  EXPECT_EQ(result.response.restart_needed_size(), 0);
  ExpectNewTable(scene);
}

TEST(ReloadTest, AFileWrittenInPlaceIsNoticed) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.WriteInPlace(scene.Yaml(NewText()));
  EXPECT_EQ(scene.WaitForEvent("config_reloaded").at("trigger"), "file");
  ExpectNewTable(scene);
}

TEST(ReloadTest, AFileRenamedOverItIsNoticed) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.Replace(scene.Yaml(NewText()));
  EXPECT_EQ(scene.WaitForEvent("config_reloaded").at("trigger"), "file");
  ExpectNewTable(scene);
}

TEST(ReloadTest, AMountThatKubernetesUpdatesIsNoticed) {
  ReloadScene scene({}, ReloadScene::Files::kMounted);
  ASSERT_TRUE(scene.running());
  scene.Mount(scene.Yaml(NewText()));
  EXPECT_EQ(scene.WaitForEvent("config_reloaded").at("trigger"), "file");
  ExpectNewTable(scene);
  scene.SwapTo(1);
  scene.WaitForEvent("config_reloaded", 2);
  ExpectServedBy("primary", scene.Chat("gpt-4o"));
}

// What the provider sees of a key.
std::string KeySeen(ReloadScene& scene) {
  const std::vector<sim::LogEntry> asked = scene.sim().Log({.personality = "primary"});
  if (asked.empty()) return "";
  for (const auto& [name, value] : asked.back().request.headers) {
    if (name == "authorization") return value;
  }
  return "";
}

TEST(ReloadTest, ARotatedKeyIsSentToTheProvider) {
  for (const auto files : {ReloadScene::Files::kPlain, ReloadScene::Files::kMounted}) {
    ReloadScene scene({}, files);
    ASSERT_TRUE(scene.running());
    ExpectServedBy("primary", scene.Chat());
    EXPECT_EQ(KeySeen(scene), "Bearer " + sim::Fingerprint(kPrimaryKey));
    const std::uint64_t hash = scene.ConfigInForce().config_hash();
    if (files == ReloadScene::Files::kPlain) {
      scene.WriteKey("the-new-key-do-not-tell-0003");
    } else {
      scene.Mount(scene.Yaml({}), "the-new-key-do-not-tell-0003");
    }
    EXPECT_EQ(scene.WaitForEvent("config_reloaded").at("trigger"), "file");
    ExpectServedBy("primary", scene.Chat());
    EXPECT_EQ(KeySeen(scene), "Bearer " + sim::Fingerprint("the-new-key-do-not-tell-0003"));
    EXPECT_EQ(scene.ConfigInForce().config_hash(), hash) << "the file is the same";
    for (const std::string& line : scene.process().Lines()) EXPECT_THAT(line, Not(HasSubstr("do-not-tell")));
  }
}

TEST(ReloadTest, ARenewedKeyEndsASuspensionForTheOldOne) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.sim().SetScript("primary", "invalid_key");
  ExpectServedBy("backup", scene.Chat());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Target("primary").failure(), v1::FAILURE_CREDENTIALS);
  EXPECT_EQ(scene.sim().Log({.personality = "primary"}).size(), 1U) << "it is out";
  scene.sim().SetScript("primary", "ok");
  scene.WriteKey("the-new-key-do-not-tell-0003");
  scene.WaitForEvent("config_reloaded");
  ExpectServedBy("primary", scene.Chat());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(ReloadTest, ACallUnderWayEndsOnTheOldTable) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.sim().SetScript("primary", "overloaded:delay_ms=400");
  client::Result<v1::ChatResponse> result;
  std::thread caller([&] { result = scene.Chat("gpt-4o"); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  // Neither the policy, nor the endpoint that will serve the call, is there any more.
  scene.Replace(scene.Yaml({.model = "gpt-5", .targets = {"primary"}, .with_backup = false}));
  ASSERT_TRUE(scene.Reload());
  EXPECT_EQ(scene.Chat("gpt-4o").status.error_code(), StatusCode::NOT_FOUND);
  caller.join();
  ExpectServedBy("backup", result);
  scene.sim().SetScript("primary", "ok");
  scene.admin().ResumeTarget([] {
    v1::ResumeTargetRequest request;
    request.set_endpoint("primary");
    request.set_model("gpt-4o");
    return request;
  }());
  ExpectServedBy("primary", scene.Chat("gpt-5"));
}

TEST(ReloadTest, TheHealthOfATargetSurvivesEvenItsAbsence) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.sim().SetScript("primary", "rate_limited:retry_after=30");
  ExpectServedBy("backup", scene.Chat());
  const v1::TargetStatus before = scene.Target("primary");
  ASSERT_EQ(before.state(), v1::TARGET_STATE_SUSPENDED);
  scene.Replace(scene.Yaml({.settings = {"suspend_duration: 10s", "retries: 1"}}));
  ASSERT_TRUE(scene.Reload());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_SUSPENDED);
  ExpectServedBy("backup", scene.Chat());
  scene.Replace(scene.Yaml({.targets = {"backup"}}));
  ASSERT_TRUE(scene.Reload());
  EXPECT_EQ(scene.admin().ListTargets().response.targets_size(), 1);
  scene.Replace(scene.Yaml({}));
  ASSERT_TRUE(scene.Reload());
  const v1::TargetStatus after = scene.Target("primary");
  EXPECT_EQ(after.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(after.failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_NEAR(static_cast<double>(after.suspended_until().seconds()),
              static_cast<double>(before.suspended_until().seconds()), 1);
  EXPECT_EQ(scene.Metric(R"(spillway_target_state{endpoint="primary",model="gpt-4o"})"), 1);
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.sim().Log({.personality = "primary"}).size(), 1u) << "asked once, and never since";
}

TEST(ReloadTest, ABadFileChangesNothingAndSaysSo) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  const std::uint64_t hash = scene.ConfigInForce().config_hash();
  scene.Replace(scene.Yaml({.model = "gpt-5", .targets = {"primry"}, .end = {"surprise: 1"}}));
  const boost::json::object line = scene.WaitForEvent("config_rejected");
  EXPECT_EQ(line.at("trigger"), "file");
  EXPECT_EQ(line.at("level"), "error");
  ASSERT_EQ(line.at("errors").as_array().size(), 2u);
  const boost::json::object error = line.at("errors").at(0).as_object();
  EXPECT_EQ(error.at("path"), "policies[0].production.failover.targets[0].endpoint");
  EXPECT_EQ(error.at("line"), 9);
  EXPECT_GT(error.at("column").as_int64(), 1);
  EXPECT_EQ(Reloads(scene, "rejected"), 1);
  EXPECT_EQ(scene.ConfigInForce().config_hash(), hash);
  ExpectServedBy("primary", scene.Chat("gpt-4o"));

  const auto result = scene.admin().ReloadConfig();
  EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.status.error_message(), HasSubstr("failover.targets[0].endpoint: "));
  EXPECT_THAT(result.status.error_message(), HasSubstr("surprise: "));
  ASSERT_TRUE(result.details.error_info);
  EXPECT_EQ(result.details.error_info->reason(), "INVALID_CONFIG");
  EXPECT_EQ(result.details.violations.size(), 2u);
  EXPECT_EQ(Reloads(scene, "rejected"), 2);
  EXPECT_EQ(scene.Metric("spillway_config_hash"), static_cast<double>(hash));

  scene.Replace(scene.Yaml(NewText()));
  scene.WaitForEvent("config_reloaded");
  ExpectNewTable(scene);
}

TEST(ReloadTest, AVanishedFileIsReportedOnceAndChangesNothing) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  std::filesystem::remove(scene.config_path());
  const boost::json::object line = scene.WaitForEvent("config_rejected");
  EXPECT_EQ(line.at("errors").at(0).at("what"), "cannot read the file: No such file or directory");
  ExpectServedBy("primary", scene.Chat());
  scene.Replace(scene.Yaml(NewText()));
  scene.WaitForEvent("config_reloaded");
  ExpectNewTable(scene);
  EXPECT_EQ(scene.CountEvents("config_rejected"), 1);
}

TEST(ReloadTest, ListenersWaitForARestart) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  client::Result<v1::ReloadConfigResponse> result;
  const boost::json::object line = ReloadBy(
      scene, "rpc", [&] { result = scene.admin().ReloadConfig(); },
      [&](const std::string& setting) {
        return absl::StrReplaceAll(scene.Yaml({.model = "gpt-5", .settings = {setting}}),
                                   {{"grpc: {address: \"127.0.0.1:0\"",
                                     "grpc: {address: \"127.0.0.1:50999\", max_message_bytes: 4096"}});
      });
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_TRUE(result.response.changed());
  EXPECT_THAT(result.response.restart_needed(),
              ElementsAre("server.grpc.address", "server.grpc.max_message_bytes"));
  EXPECT_EQ(scene.ConfigInForce().config().server().grpc().address(), "127.0.0.1:0");
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("restart_needed").at(0), "server.grpc.address");
  ExpectNewTable(scene);
}

TEST(ReloadTest, CallersChangeLive) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  ExpectServedBy("primary", scene.Chat());
  // The key is "foo".
  scene.Replace(scene.Yaml({.end = {"callers: [{name: c, key_sha256: "
                                    "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae}]"}}));
  ASSERT_TRUE(scene.Reload());
  EXPECT_EQ(scene.Chat().status.error_code(), StatusCode::UNAUTHENTICATED);
}

TEST(ReloadTest, TheShutdownsGraceChangesLive) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.sim().SetScript("primary", "silence");
  scene.Replace(scene.Yaml({.server = ", shutdown_grace: 100ms"}));
  ASSERT_TRUE(scene.Reload());
  std::thread caller([&] { EXPECT_FALSE(scene.Chat().ok()); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  const auto start = steady_clock::now();
  scene.process().Signal(SIGTERM);
  EXPECT_EQ(scene.process().Wait(), 0);
  EXPECT_LT(steady_clock::now() - start, seconds(15)) << "it was 30 s";
  caller.join();
}

TEST(ReloadTest, TheCommandPrintsWhatCameOfIt) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  const std::string spillway = testing::ProgramPath("spillway");
  std::vector<std::string> good;
  ReloadBy(
      scene, "rpc",
      [&] {
        testing::Subprocess command(spillway, {"reload", "--admin", scene.admin_address()});
        EXPECT_EQ(command.Wait(), 0) << command.Errors();
        good = command.Lines();
      },
      [&](const std::string& setting) { return scene.Yaml({.settings = {setting}}); });
  EXPECT_THAT(good, ElementsAre(HasSubstr(" is now in force.")));
  scene.Replace("policies: 3\n");
  testing::Subprocess bad(spillway, {"reload", "--admin", scene.admin_address()});
  EXPECT_EQ(bad.Wait(), 1);
  EXPECT_THAT(bad.Errors(), HasSubstr("failed     the configuration file has errors; nothing has changed\n"));
  EXPECT_THAT(bad.Errors(), HasSubstr("file       " + scene.config_path() + "\n"));
  EXPECT_THAT(bad.Errors(), HasSubstr("policies: line 1, column "));
}

}  // namespace
}  // namespace spillway::e2e
