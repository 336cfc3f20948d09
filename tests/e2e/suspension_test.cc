// A target that failed is left alone until it may be back, and then asked by one call.

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using std::chrono::milliseconds;
using ::testing::IsEmpty;

// Blocks until the target is due back.
void WaitUntilDue(const v1::TargetStatus& target) {
  ASSERT_TRUE(target.has_suspended_until());
  const std::int64_t due = TimeUtil::TimestampToMicroseconds(target.suspended_until());
  std::this_thread::sleep_until(std::chrono::system_clock::time_point(std::chrono::microseconds(due + 2000)));
}

milliseconds Away(const v1::TargetStatus& target,
                  std::chrono::system_clock::time_point from = std::chrono::system_clock::now()) {
  const std::chrono::system_clock::time_point until(
      std::chrono::microseconds(TimeUtil::TimestampToMicroseconds(target.suspended_until())));
  return std::chrono::duration_cast<milliseconds>(until - from);
}

TEST(SuspensionTest, AThrottledTargetIsNotEvenTriedAgain) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=30"});
  for (int i = 0; i < 5; ++i) ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 1u);
  EXPECT_EQ(scene.Asked("backup").size(), 5u);
  const auto result = scene.Chat();
  ASSERT_EQ(result.response.route().skipped_size(), 1);
  EXPECT_EQ(result.response.route().skipped(0).target().endpoint(), "primary");
  EXPECT_EQ(result.response.route().skipped(0).reason(), "suspended");
  EXPECT_EQ(result.metadata.at("x-spillway-attempts"), "1");
  EXPECT_EQ(scene.Metric(R"(spillway_target_state{endpoint="primary",model="gpt-4o"})"), 1);
}

TEST(SuspensionTest, RetryAfterIsAFloor) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=30", .settings = {"suspend_duration: 1ms"}});
  ExpectServedBy("backup", scene.Chat());
  const milliseconds away = Away(scene.Target("primary"));
  EXPECT_GT(away, milliseconds(25'000));
  EXPECT_LE(away, milliseconds(30'000));
}

TEST(SuspensionTest, AnAbsurdRetryAfterIsCapped) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=86400"});
  ExpectServedBy("backup", scene.Chat());
  EXPECT_LE(Away(scene.Target("primary")), std::chrono::minutes(5));
}

TEST(SuspensionTest, OneCallProbesATargetThatIsDue) {
  Scene scene({.primary = "tls,fault=overloaded,then=ok", .settings = {"suspend_duration: 200ms"}});
  ExpectServedBy("backup", scene.Chat());
  WaitUntilDue(scene.Target("primary"));
  const auto result = scene.Chat();
  ExpectServedBy("primary", result);
  EXPECT_TRUE(result.response.route().attempts(0).probe());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_FALSE(scene.Chat().response.route().attempts(0).probe());
}

TEST(SuspensionTest, AFailedProbeDoublesTheSuspension) {
  Scene scene({.primary = "tls,fault=overloaded", .settings = {"suspend_duration: 200ms"}});
  ExpectServedBy("backup", scene.Chat());
  WaitUntilDue(scene.Target("primary"));
  const auto before_the_probe = std::chrono::system_clock::now();
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 2u);
  EXPECT_EQ(scene.Target("primary").suspensions_in_a_row(), 2);
  // The clock that is shown and that which counts are not the same.
  EXPECT_GE(Away(scene.Target("primary"), before_the_probe), milliseconds(400 - 20));
}

TEST(SuspensionTest, OthersStayAwayFromAProbedTarget) {
  Scene scene({.primary = "tls,fault=overloaded", .settings = {"suspend_duration: 100ms"}});
  ExpectServedBy("backup", scene.Chat());
  WaitUntilDue(scene.Target("primary"));
  scene.sim().SetScript("primary", "silence");
  std::thread prober([&] { EXPECT_FALSE(scene.Chat({.timeout = milliseconds(5000)}).ok()); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const std::vector<sim::LogEntry>& entries) {
    return !entries.empty() && entries.back().fault == "silence";
  }));
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_PROBING);
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  EXPECT_EQ(result.response.route().skipped(0).reason(), "probing");
  prober.join();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (scene.Target("primary").state() == v1::TARGET_STATE_PROBING &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  // The prober's deadline told nothing about the target: the next call may probe.
  scene.sim().SetScript("primary", "ok");
  ExpectServedBy("primary", scene.Chat());
}

TEST(SuspensionTest, WithoutMemoryEveryCallTriesThePrimaryFirst) {
  Scene scene({.primary = "tls,fault=overloaded", .settings = {}});
  ExpectServedBy("backup", scene.Chat());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 2u);
}

TEST(SuspensionTest, IsLoggedOnceHoweverManyCallsMeetIt) {
  Scene scene({.primary = "tls,fault=overloaded"});
  constexpr std::size_t kCallers = 10;
  constexpr std::size_t kCallsEach = 10;
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      for (std::size_t call = 0; call < kCallsEach; ++call) ExpectServedBy("backup", scene.Chat());
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(scene.logs().WaitForEvents("call", kCallers * kCallsEach).size(), kCallers * kCallsEach);
  EXPECT_EQ(scene.logs().Events("target_suspended").size(), 1u);
  EXPECT_EQ(scene.logs().Events("target_probing").size(), 0u);
  EXPECT_EQ(scene.logs().Events("target_available").size(), 0u);
}

TEST(SuspensionTest, MaxFailsAreForgiven) {
  Scene scene({.primary = "tls,fault=overloaded", .settings = {"suspend_duration: 30s", "max_fails: 2"}});
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Target("primary").fails(), 1);
  ExpectServedBy("backup", scene.Chat());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 2u);
}

TEST(SuspensionTest, LeastBadTriesTheOneDueSoonest) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=200,then=ok",
               .backup = "tls,fault=rate_limited:retry_after=100,then=ok",
               .settings = {"suspend_duration: 1s", "all_suspended: least_bad"}});
  EXPECT_FALSE(scene.Chat().ok());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 1u);
}

TEST(SuspensionByHandTest, TheOperatorsWordStandsUntilTakenBack) {
  Scene scene;
  v1::SuspendTargetRequest suspend;
  suspend.set_endpoint("primary");
  suspend.set_model("gpt-4o");
  const auto suspended = scene.admin().SuspendTarget(suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.status.error_message();
  EXPECT_EQ(suspended.response.target().state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_TRUE(suspended.response.target().by_hand());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_THAT(scene.Asked("primary"), IsEmpty());
  v1::ResumeTargetRequest resume;
  resume.set_endpoint("primary");
  resume.set_model("gpt-4o");
  ASSERT_TRUE(scene.admin().ResumeTarget(resume).ok());
  ExpectServedBy("primary", scene.Chat());
  EXPECT_EQ(scene.logs().Events("target_suspended").size(), 1u);
  EXPECT_EQ(scene.logs().Events("target_available").size(), 1u);
}

TEST(SuspensionByHandTest, MistakesAreNamed) {
  Scene scene;
  v1::SuspendTargetRequest request;
  request.set_endpoint("primary");
  request.set_model("gpt-9");
  const auto unknown = scene.admin().SuspendTarget(request);
  EXPECT_EQ(unknown.status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(unknown.status.error_message(), ::testing::HasSubstr("primary/gpt-9"));
  request.set_model("gpt-4o");
  request.mutable_duration()->set_seconds(-1);
  EXPECT_EQ(scene.admin().SuspendTarget(request).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
}

// The longest lengths that protobuf can say, and the longest that nanoseconds can.
TEST(SuspensionByHandTest, AnEndlessLengthIsAVeryLongOne) {
  Scene scene;
  for (const std::int64_t seconds : {315'576'000'000, 9'223'372'035, 9'000'000'000}) {
    v1::SuspendTargetRequest request;
    request.set_endpoint("primary");
    request.set_model("gpt-4o");
    request.mutable_duration()->set_seconds(seconds);
    const auto result = scene.admin().SuspendTarget(request);
    ASSERT_TRUE(result.ok()) << result.status.error_message();
    EXPECT_EQ(result.response.target().state(), v1::TARGET_STATE_SUSPENDED);
    if (result.response.target().has_suspended_until()) {
      EXPECT_GT(result.response.target().suspended_until().seconds(), 9'000'000'000);
    }
  }
  ExpectServedBy("backup", scene.Chat());
}

}  // namespace
}  // namespace spillway::e2e
