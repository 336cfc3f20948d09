// examples/model-failover.yaml: what a failure is remembered for, and for how long.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using ::testing::ElementsAre;
using ::testing::SizeIs;

Example ModelFailover() { return Example("model-failover.yaml"); }

// Sits the suspension out, and calls all the time around its end.
TEST(ModelFailoverSuspensionTest, SuspendDuration30KeepsThePairOutFor30SecondsAndNotAMomentLonger) {
  ExampleScene scene(ModelFailover().Script("openai", R"({"steps": ["overloaded"], "then": "ok"})"));
  // The failure, from which the 30 s count, is somewhere between these.
  const auto before = steady_clock::now();
  const auto before_on_the_wall = system_clock::now();
  ExpectServedBy("azure", scene.Chat());
  const auto after = steady_clock::now();
  const auto after_on_the_wall = system_clock::now();

  const v1::TargetStatus target = scene.Target("openai/gpt-4o");
  EXPECT_EQ(target.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(target.failure(), v1::FAILURE_OVERLOADED);
  constexpr milliseconds kClocksApart(20);
  EXPECT_GE(TimeOf(target.suspended_until()), before_on_the_wall + seconds(30) - kClocksApart);
  EXPECT_LE(TimeOf(target.suspended_until()), after_on_the_wall + seconds(30) + kClocksApart);

  std::this_thread::sleep_until(before + seconds(25));
  int passed_over = 0;
  client::Result<v1::ChatResponse> result;
  for (auto start = steady_clock::now();; start = steady_clock::now()) {
    result = scene.Chat();
    ASSERT_TRUE(result.ok()) << result.status.error_message();
    if (ServedBy(result) == "openai/gpt-4o") break;
    ++passed_over;
    ASSERT_LT(start, after + seconds(30)) << "still out";
    ASSERT_EQ(result.response.route().skipped_size(), 1);
    EXPECT_EQ(NameOf(result.response.route().skipped(0).target()), "openai/gpt-4o");
    EXPECT_EQ(result.response.route().skipped(0).reason(), "suspended");
  }
  EXPECT_GE(steady_clock::now(), before + seconds(30)) << "back too early";
  EXPECT_GT(passed_over, 0);
  EXPECT_TRUE(result.response.route().attempts(0).probe());
  EXPECT_THAT(scene.Asked("openai"), SizeIs(2));
  EXPECT_EQ(scene.Target("openai/gpt-4o").state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(ModelFailoverSuspensionTest, ItIsThePairThatIsOutAndNotTheEndpoint) {
  ExampleScene scene(
      ModelFailover()
          .With("- {endpoint: mistral, model: mistral-large}\n          - {endpoint: openai, model: gpt-4o}",
                "- {endpoint: mistral, model: mistral-large}\n          - {endpoint: openai, model: "
                "gpt-4o-mini}")
          .Script("openai", R"({"steps": ["overloaded"], "then": "ok"})")
          .Script("mistral", "overloaded"));
  EXPECT_EQ(ServedBy(scene.Chat("gpt-4o")), "azure/gpt-4o");
  EXPECT_EQ(scene.Target("openai/gpt-4o").state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(ServedBy(scene.Chat("mistral-large")), "openai/gpt-4o-mini");
}

TEST(ModelFailoverSuspensionTest, RouteShowsWhoIsOutWhyAndUntilWhen) {
  ExampleScene scene(ModelFailover().Script("openai", "overloaded"));
  ExpectServedBy("azure", scene.Chat());
  const auto route = scene.Route();
  EXPECT_THAT(WouldTry(route), ElementsAre("azure/gpt-4o", "mistral/mistral-large"));
  ASSERT_EQ(route.response.candidates_size(), 3);
  const v1::Candidate& out = route.response.candidates(2);
  EXPECT_EQ(NameOf(out.target()), "openai/gpt-4o");
  EXPECT_EQ(out.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(out.failure(), v1::FAILURE_OVERLOADED);
  const auto listed = TimeOf(scene.Target("openai/gpt-4o").suspended_until());
  EXPECT_LT(std::chrono::abs(TimeOf(out.suspended_until()) - listed), milliseconds(20));
  EXPECT_EQ(route.response.settings().suspend_duration().seconds(), 30);
}

TEST(ModelFailoverSuspensionTest, WithoutSuspendDurationThePrimaryIsTriedEveryTime) {
  ExampleScene scene(
      ModelFailover().With("suspend_duration: 30s", "").Script("openai", "rate_limited:retry_after=60"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Tried(scene.Chat()), ElementsAre("openai/gpt-4o", "azure/gpt-4o"));
  EXPECT_THAT(scene.Asked("openai"), SizeIs(3));
  EXPECT_EQ(scene.Target("openai/gpt-4o").state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(ModelFailoverSuspensionTest, AProbeThatFailsDoublesTheSuspension) {
  ExampleScene scene(ModelFailover()
                         .With("suspend_duration: 30s", "suspend_duration: 150ms")
                         .Script("openai", "overloaded"));
  ExpectServedBy("azure", scene.Chat());
  scene.WaitUntilDue("openai/gpt-4o");
  const auto probed = system_clock::now();
  EXPECT_THAT(Tried(scene.Chat()), ElementsAre("openai/gpt-4o", "azure/gpt-4o"));
  EXPECT_GE(TimeOf(scene.Target("openai/gpt-4o").suspended_until()), probed + milliseconds(295));
}

TEST(ModelFailoverSuspensionTest, TheLastFallbacksFailureIsRememberedToo) {
  ExampleScene scene(ModelFailover()
                         .Script("openai", "overloaded")
                         .Script("azure", "overloaded")
                         .Script("mistral", R"({"steps": ["overloaded"], "then": "ok"})"));
  EXPECT_EQ(ReasonOf(scene.Chat()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Target("mistral/mistral-large").state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(scene.Target("mistral/mistral-large").failure(), v1::FAILURE_OVERLOADED);
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_SUSPENDED");
  EXPECT_EQ(client::TraceOf(result).skipped_size(), 3);
  ASSERT_TRUE(result.details.retry_delay);
  EXPECT_LE(*result.details.retry_delay, seconds(30));
  EXPECT_THAT(scene.sim().Log(), SizeIs(3)) << "a suspended fallback must not be asked";
}

}  // namespace
}  // namespace spillway::e2e
