// The operator's service of a server that runs as its users run it: figures, watches, suspensions.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/client/run_command.h"
#include "tests/e2e/reload_scene.h"
#include "tests/support/paths.h"
#include "tests/support/slow_file.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

v1::SuspendTargetRequest Suspend(const std::string& endpoint) {
  v1::SuspendTargetRequest request;
  request.set_endpoint(endpoint);
  request.set_model("gpt-4o");
  return request;
}

const v1::TargetStatus& Of(const std::string& endpoint, const v1::WatchTargetsResponse& targets) {
  for (const v1::TargetStatus& target : targets.targets()) {
    if (target.target().endpoint() == endpoint) return target;
  }
  ADD_FAILURE() << "no target of " << endpoint;
  return v1::TargetStatus::default_instance();
}

testing::CommandResult Spillway(const ReloadScene& scene, std::vector<std::string> arguments,
                                const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.end(), {"--admin", scene.admin_address()});
  return testing::RunCommand(testing::ProgramPath("spillway"), arguments, {.environment = environment});
}

TEST(AdminFiguresTest, ListsWhatHasBecomeOfAttempts) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  for (int i = 0; i < 3; ++i) ExpectServedBy("primary", scene.Chat());
  scene.sim().SetScript("primary", "rate_limited");
  ExpectServedBy("backup", scene.Chat());
  const v1::TargetStatus primary = scene.Target("primary");
  EXPECT_EQ(primary.figures().attempts(), 4u);
  EXPECT_EQ(primary.figures().failures(), 1u);
  EXPECT_EQ(primary.figures().last_failure().failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_EQ(primary.figures().last_failure().http_status(), 429);
  EXPECT_NE(primary.figures().last_failure().message(), "");
  EXPECT_GT(primary.figures().last_failure().time().seconds(), 1'700'000'000);
  EXPECT_TRUE(primary.figures().has_latency_p50());
  EXPECT_TRUE(primary.figures().has_latency_p95());
  EXPECT_EQ(scene.Target("backup").figures().attempts(), 1u);
  EXPECT_EQ(scene.Target("backup").connections().idle(), 1);
  const auto table = Spillway(scene, {"targets"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("rate_limited (429)"));
  EXPECT_THAT(table.out, HasSubstr("primary/gpt-4o failed "));
}

TEST(AdminReloadTest, ThoseWhoGaveUpWaitingForOneThatHangsKeepNoThread) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  testing::SlowFile key(scene.PathOf("key"));
  ASSERT_TRUE(key.WaitForReader());
  std::vector<std::thread> operators(80);
  for (std::thread& thread : operators) {
    thread =
        std::thread([&] { EXPECT_FALSE(scene.admin().ReloadConfig({.timeout = milliseconds(200)}).ok()); });
  }
  for (std::thread& thread : operators) thread.join();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!scene.admin().ListTargets().ok() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_TRUE(scene.admin().ListTargets().ok());
}

TEST(AdminFiguresTest, AStreamHasAFirstToken) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  auto stream = scene.client().StreamChat(TestCall());
  for (v1::ChatEvent event; stream.Next(event);) {
  }
  ASSERT_TRUE(stream.Finish().ok());
  EXPECT_TRUE(scene.Target("primary").figures().has_first_token_p50());
  EXPECT_EQ(scene.Target("primary").figures().attempts(), 1u);
}

TEST(AdminFiguresTest, AFailedAttemptIsToldWhileItsCallGoesOn) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  scene.sim().SetScript("primary", "overloaded");
  scene.sim().SetScript("backup", "silence");
  std::thread caller([&] { scene.client().Chat(TestCall(), {.timeout = milliseconds(5000)}); });
  EXPECT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return entries.size() == 2; }));
  EXPECT_EQ(scene.Target("primary").figures().failures(), 1u);
  EXPECT_EQ(scene.Target("backup").figures().attempts(), 0u);
  EXPECT_EQ(scene.Target("backup").in_flight(), 1);
  EXPECT_EQ(scene.Target("backup").connections().active(), 1);
  caller.join();
  // The caller may have given up a moment before the server did.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (scene.Target("backup").figures().attempts() == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(scene.Target("backup").figures().attempts(), 1u);
}

TEST(AdminFiguresTest, FiguresOutliveAReloadAndATargetsAbsence) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  ExpectServedBy("primary", scene.Chat());
  scene.Replace(scene.Yaml({.targets = {"backup"}}));
  ASSERT_TRUE(scene.admin().ReloadConfig().ok());
  ExpectServedBy("backup", scene.Chat());
  scene.Replace(scene.Yaml({}));
  ASSERT_TRUE(scene.admin().ReloadConfig().ok());
  EXPECT_EQ(scene.Target("primary").figures().attempts(), 1u);
  ExpectServedBy("primary", scene.Chat());
  EXPECT_EQ(scene.Target("primary").figures().attempts(), 2u);
}

TEST(AdminWatchTest, TellsEachTransitionOfATarget) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  client::TargetsWatch watch = scene.admin().WatchTargets({});
  v1::WatchTargetsResponse told;
  ASSERT_TRUE(watch.Next(told));
  EXPECT_EQ(told.targets_size(), 2);
  EXPECT_EQ(Of("primary", told).state(), v1::TARGET_STATE_AVAILABLE);
  scene.sim().SetScript("primary", "overloaded");
  ExpectServedBy("backup", scene.Chat());
  ASSERT_TRUE(watch.Next(told));
  EXPECT_EQ(Of("primary", told).state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(Of("primary", told).failure(), v1::FAILURE_OVERLOADED);
  v1::ResumeTargetRequest resume;
  resume.set_endpoint("primary");
  resume.set_model("gpt-4o");
  ASSERT_TRUE(scene.admin().ResumeTarget(resume).ok());
  ASSERT_TRUE(watch.Next(told));
  EXPECT_EQ(Of("primary", told).state(), v1::TARGET_STATE_AVAILABLE);
  scene.Replace(scene.Yaml({.targets = {"backup"}}));
  ASSERT_TRUE(scene.admin().ReloadConfig().ok());
  ASSERT_TRUE(watch.Next(told));
  EXPECT_EQ(told.targets_size(), 1);
}

TEST(AdminWatchTest, EndsWithTheServerWhichItDoesNotHoldUp) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  client::TargetsWatch watch = scene.admin().WatchTargets({});
  v1::WatchTargetsResponse told;
  ASSERT_TRUE(watch.Next(told));
  scene.process().Signal(SIGTERM);
  EXPECT_EQ(scene.process().Wait(seconds(10)), 0);
  while (watch.Next(told)) {
  }
  EXPECT_EQ(watch.Finish().status.error_code(), StatusCode::UNAVAILABLE);
}

TEST(AdminWatchTest, TheSeventeenthIsRefused) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  std::vector<client::TargetsWatch> watches;
  v1::WatchTargetsResponse told;
  for (int i = 0; i < 16; ++i) {
    watches.push_back(scene.admin().WatchTargets({}));
    ASSERT_TRUE(watches.back().Next(told));
  }
  client::TargetsWatch refused = scene.admin().WatchTargets({});
  EXPECT_FALSE(refused.Next(told));
  EXPECT_EQ(refused.Finish().status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE) << "a list is no watch";
}

TEST(AdminSuspensionTest, OutlivesAReloadAndTheTargetsAbsence) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  ASSERT_TRUE(scene.admin().SuspendTarget(Suspend("primary")).ok());
  scene.Replace(scene.Yaml({.settings = {"suspend_duration: 60s"}}));
  ASSERT_TRUE(scene.Reload());
  EXPECT_TRUE(scene.Target("primary").by_hand());
  ExpectServedBy("backup", scene.Chat());
  scene.Replace(scene.Yaml({.targets = {"backup"}}));
  ASSERT_TRUE(scene.Reload());
  scene.Replace(scene.Yaml({}));
  ASSERT_TRUE(scene.Reload());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_TRUE(scene.Target("primary").by_hand());
  ExpectServedBy("backup", scene.Chat());
}

// Calls that were under way at the target when it was suspended say how they ended, and nothing comes of it.
TEST(AdminSuspensionTest, CallsUnderWayDoNotEndIt) {
  for (const char* end : {"ok:delay_ms=2000", "overloaded:delay_ms=2000"}) {
    ReloadScene scene;
    ASSERT_TRUE(scene.running());
    scene.sim().SetScript("primary", end);
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back([&] { EXPECT_TRUE(scene.Chat().ok()); });
    ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return entries.size() >= 4; }));
    const auto suspended = scene.admin().SuspendTarget(Suspend("primary"));
    ASSERT_TRUE(suspended.ok());
    EXPECT_EQ(suspended.response.target().in_flight(), 4) << "they are under way still";
    for (std::thread& caller : callers) caller.join();
    const v1::TargetStatus target = scene.Target("primary");
    EXPECT_EQ(target.figures().attempts(), 4u) << end;
    EXPECT_EQ(target.state(), v1::TARGET_STATE_SUSPENDED) << end;
    EXPECT_TRUE(target.by_hand()) << end;
    EXPECT_FALSE(target.has_suspended_until()) << end;
    ExpectServedBy("backup", scene.Chat());
  }
}

TEST(AdminConfigTest, TheCommandPrintsWhatTheServerReadsAsTheSame) {
  ReloadScene scene;
  ASSERT_TRUE(scene.running());
  const auto printed = Spillway(scene, {"config"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_THAT(printed.out, Not(HasSubstr(kPrimaryKey)));
  scene.Replace(printed.out);
  const auto reloaded = scene.admin().ReloadConfig();
  ASSERT_TRUE(reloaded.ok()) << reloaded.status.error_message();
  EXPECT_FALSE(reloaded.response.changed()) << printed.out;
}

}  // namespace
}  // namespace spillway::e2e
