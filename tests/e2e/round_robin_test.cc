// examples/round-robin.yaml: the caller's model is replaced by the next of the list in turn.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/concurrent_callers.h"
#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kFirst[] = "openai/gpt-4o";
constexpr char kSecond[] = "openai/gpt-4o-mini";
constexpr char kThird[] = "mistral/mistral-large";

Example RoundRobin() { return Example("round-robin.yaml").As(kProductionKey); }

TEST(RoundRobinTest, TheCallersModelIsReplacedByTheNextInTurn) {
  ExampleScene scene(RoundRobin());
  EXPECT_THAT(scene.WhoServes(4, "whatever"), ElementsAre(kFirst, kSecond, kThird, kFirst));
  const std::vector<sim::LogEntry> asked = scene.sim().Log();
  ASSERT_THAT(asked, SizeIs(4));
  EXPECT_EQ(ModelIn(asked[0]), "gpt-4o");
  EXPECT_EQ(ModelIn(asked[1]), "gpt-4o-mini");
  EXPECT_EQ(ModelIn(asked[2]), "mistral-large");
  EXPECT_EQ(ModelIn(asked[3]), "gpt-4o");
}

TEST(RoundRobinTest, AllModelsThatCallersAskForTakeTurnsInOneRotation) {
  ExampleScene scene(RoundRobin());
  EXPECT_EQ(ServedBy(scene.Chat("mistral-large")), kFirst);
  EXPECT_EQ(ServedBy(scene.Chat("gpt-4o")), kSecond);
  EXPECT_EQ(ServedBy(scene.Chat("no-such-model")), kThird);
}

TEST(RoundRobinTest, SharesAreExactOverOneCycleAndOverMany) {
  ExampleScene scene(RoundRobin());
  EXPECT_THAT(Shares(scene.WhoServes(3)),
              UnorderedElementsAre(Pair(kFirst, 1), Pair(kSecond, 1), Pair(kThird, 1)));
  EXPECT_THAT(Shares(scene.WhoServes(60)),
              UnorderedElementsAre(Pair(kFirst, 20), Pair(kSecond, 20), Pair(kThird, 20)));
}

TEST(RoundRobinTest, SharesAreExactWithFourConcurrentCallers) {
  ExampleScene scene(RoundRobin());
  EXPECT_THAT(Shares(CallConcurrently(scene, 4, 30)),
              UnorderedElementsAre(Pair(kFirst, 40), Pair(kSecond, 40), Pair(kThird, 40)));
}

TEST(RoundRobinTest, RouteShowsWhoseTurnItIsAndTakesNone) {
  ExampleScene scene(RoundRobin());
  EXPECT_EQ(ServedBy(scene.Chat()), kFirst);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(WouldTry(scene.Route()), ElementsAre(kSecond, kThird, kFirst));
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
}

TEST(RoundRobinTest, TheOrderIsStableWhileATargetIsOutAndAfterItReturns) {
  ExampleScene scene(RoundRobin());
  EXPECT_THAT(scene.WhoServes(3), ElementsAre(kFirst, kSecond, kThird));
  scene.Suspend(kSecond);
  EXPECT_THAT(scene.WhoServes(5), ElementsAre(kFirst, kThird, kFirst, kThird, kFirst));
  scene.Resume(kSecond);
  EXPECT_THAT(scene.WhoServes(6), ElementsAre(kSecond, kThird, kFirst, kSecond, kThird, kFirst));
}

TEST(RoundRobinTest, ATargetThatFailedIsPassedOverUntilItIsDueAndThenTakesItsOldPlace) {
  ExampleScene scene(RoundRobin()
                         .With("suspend_duration: 30s", "suspend_duration: 5s")
                         .Script("mistral", R"({"steps": ["overloaded"], "then": "ok"})"));
  // The third call's turn is the failing one's: it spills to the next.
  EXPECT_THAT(scene.WhoServes(3), ElementsAre(kFirst, kSecond, kFirst));
  EXPECT_THAT(scene.WhoServes(4), ElementsAre(kFirst, kSecond, kFirst, kSecond));
  EXPECT_THAT(scene.Asked("mistral"), SizeIs(1));
  scene.WaitUntilDue(kThird);
  const auto probe = scene.Chat();
  EXPECT_EQ(ServedBy(probe), kThird);
  EXPECT_TRUE(probe.response.route().attempts(0).probe());
  EXPECT_THAT(scene.WhoServes(6), ElementsAre(kFirst, kSecond, kThird, kFirst, kSecond, kThird));
}

TEST(RoundRobinTest, AFailingPickSpillsAndTheCallStillSucceeds) {
  ExampleScene scene(RoundRobin().Script("openai", R"({"steps": ["rate_limited"], "then": "ok"})"));
  const auto result = scene.Chat();
  ExpectServedBy("openai", result);
  EXPECT_THAT(Tried(result), ElementsAre(kFirst, kSecond));
  EXPECT_EQ(result.response.route().attempts(0).failure(), v1::FAILURE_RATE_LIMITED);
  // The call has taken one turn, whatever it tried.
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
}

TEST(RoundRobinTest, EveryPickFailingGoesRoundOnce) {
  ExampleScene scene(RoundRobin().Script("openai", "overloaded").Script("mistral", "overloaded"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_FAILED");
  EXPECT_THAT(Tried(result), ElementsAre(kFirst, kSecond, kThird));
}

TEST(RoundRobinTest, AllSuspendedIsUnavailableAndSaysWhenToComeBack) {
  ExampleScene scene(RoundRobin().Script("openai", "overloaded").Script("mistral", "overloaded"));
  EXPECT_FALSE(scene.Chat().ok());
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_SUSPENDED");
  EXPECT_THAT(Tried(result), IsEmpty());
  ASSERT_TRUE(result.details.retry_delay);
  EXPECT_GT(*result.details.retry_delay, seconds(25));
  EXPECT_LE(*result.details.retry_delay, seconds(30));
  EXPECT_THAT(scene.sim().Log(), SizeIs(3));
}

TEST(RoundRobinTest, WithLeastBadTheOneDueBackSoonestIsTried) {
  ExampleScene scene(RoundRobin()
                         .With("all_suspended: fail", "all_suspended: least_bad")
                         .Script("openai", "rate_limited:retry_after=200")
                         .Script("mistral", R"({"steps": ["rate_limited:retry_after=100"], "then": "ok"})"));
  EXPECT_EQ(ReasonOf(scene.Chat()), "ALL_TARGETS_FAILED");
  EXPECT_THAT(WouldTry(scene.Route()), ElementsAre(kThird));
  EXPECT_EQ(ServedBy(scene.Chat()), kThird);
  // It served: it is back.
  EXPECT_EQ(scene.Target(kThird).state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(RoundRobinTest, AnEnvironmentWithNoListPassesTheCallThroughToItsPrimaryEndpoint) {
  ExampleScene scene(RoundRobin().As(kSandboxKey));
  const auto result = scene.Chat("gpt-4o-mini");
  EXPECT_EQ(ServedBy(result), "sandbox/gpt-4o-mini");
  EXPECT_EQ(result.response.route().policy(), "");
  EXPECT_THAT(scene.WhoServes(3, "gpt-4o"),
              ElementsAre("sandbox/gpt-4o", "sandbox/gpt-4o", "sandbox/gpt-4o"));
  ASSERT_THAT(scene.Asked("sandbox"), SizeIs(4));
  EXPECT_EQ(ModelIn(scene.Asked("sandbox")[0]), "gpt-4o-mini");
  EXPECT_EQ(ModelIn(scene.Asked("sandbox")[1]), "gpt-4o");
  const auto unknown = scene.Chat("no-such-model");
  EXPECT_EQ(unknown.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(unknown.status.error_message(), HasSubstr("`no-such-model` does not exist"));
  EXPECT_THAT(scene.Asked("openai"), IsEmpty());
  EXPECT_THAT(scene.Asked("mistral"), IsEmpty());
}

TEST(RoundRobinTest, TheSandboxsCallsTakeNoTurnInProduction) {
  ExampleScene scene(RoundRobin());
  const client::Client sandbox = scene.Caller(kSandboxKey);
  EXPECT_EQ(ServedBy(scene.Chat()), kFirst);
  EXPECT_EQ(ServedBy(sandbox.Chat(TestCall())), "sandbox/gpt-4o");
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
}

}  // namespace
}  // namespace spillway::e2e
