// A request that was too long for one model goes on to larger ones only.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

FailedAttempt TooLong() { return Fail(Failure::kContextLength, 400); }

// Leaf e/model that takes so many tokens.
TableSpec::Node Model(const char* endpoint, const char* model, std::uint32_t tokens) {
  return Window(tokens, LeafOf(endpoint, model));
}

struct Row {
  const char* premise;
  TableSpec::Node root;
  std::vector<std::optional<FailedAttempt>> outcomes;
  std::string story;
  StatusCode code;
};

TEST(ContextWindowTest, TooLongSpillsToALargerDeclaredWindowAndToNoOther) {
  constexpr auto kOkCode = StatusCode::kOk;
  constexpr auto kMistake = StatusCode::kInvalidArgument;
  const Row rows[] = {
      {"a larger one",
       Failover({Model("a", "x", 8), Model("b", "y", 9)}),
       {TooLong(), kOk},
       "a/x b/y SERVED",
       kOkCode},
      {"as large",
       Failover({Model("a", "x", 8), Model("b", "y", 8)}),
       {TooLong()},
       "a/x REFUSED_BY_PROVIDER",
       kMistake},
      {"smaller",
       Failover({Model("a", "x", 8), Model("b", "y", 7)}),
       {TooLong()},
       "a/x REFUSED_BY_PROVIDER",
       kMistake},
      {"undeclared",
       Failover({Model("a", "x", 8), Model("b", "y", 0)}),
       {TooLong()},
       "a/x REFUSED_BY_PROVIDER",
       kMistake},
      {"none declared",
       Failover({Model("a", "x", 0), Model("b", "y", 0)}),
       {TooLong()},
       "a/x REFUSED_BY_PROVIDER",
       kMistake},
      {"the same model elsewhere, whatever is declared of it",
       Failover({Model("a", "x", 8), Model("b", "x", 9)}),
       {TooLong()},
       "a/x REFUSED_BY_PROVIDER",
       kMistake},
      {"whoever declares a window is larger than one of whom nothing is known",
       Failover({Model("a", "x", 0), Model("b", "y", 8)}),
       {TooLong(), kOk},
       "a/x b/y SERVED",
       kOkCode},
      {"the largest last",
       Failover({Model("a", "x", 8), Model("b", "y", 4), Model("c", "x", 32), Model("d", "z", 0),
                 Model("e", "v", 16)}),
       {TooLong(), kOk},
       "a/x e/v SERVED",
       kOkCode},
      {"too long for the larger, too",
       Failover({Model("a", "x", 8), Model("b", "y", 16), Model("c", "z", 16), Model("d", "v", 32)}),
       {TooLong(), TooLong(), kOk},
       "a/x b/y d/v SERVED",
       kOkCode},
      {"too long for all",
       Failover({Model("a", "x", 8), Model("b", "y", 16), Model("c", "z", 32)}),
       {TooLong(), TooLong(), TooLong()},
       "a/x b/y c/z REFUSED_BY_PROVIDER",
       kMistake},
      {"the larger one breaks: no smaller one can help",
       Failover({Model("a", "x", 8), Model("b", "y", 16), Model("c", "z", 4)}),
       {TooLong(), Http429()},
       "a/x b/y ALL_TARGETS_FAILED",
       StatusCode::kResourceExhausted},
      {"too long for the second only",
       Failover({Model("a", "x", 4), Model("b", "y", 8), Model("c", "z", 16)}),
       {Http503(), TooLong(), kOk},
       "a/x b/y c/z SERVED",
       kOkCode},
  };
  for (const Row& row : rows) {
    Scene scene(Spec(row.root));
    Call call = scene.Start();
    std::string story = call.step();
    for (const auto& outcome : row.outcomes) story += " " + (outcome ? call.Fail(*outcome) : call.Ok());
    EXPECT_EQ(story, row.story) << row.premise;
    EXPECT_EQ(call.report().code, row.code) << row.premise;
  }
}

TEST(ContextWindowTest, ThoseThatAreTooSmallAreReportedAsPassedOver) {
  Scene scene(Spec(Failover({Model("a", "x", 8), Model("b", "y", 4), Model("c", "z", 16)})));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(TooLong()), "c/z");
  ASSERT_EQ(call.report().skipped.size(), 1U);
  EXPECT_EQ(call.report().skipped[0].leaf, 1U);
  EXPECT_EQ(call.report().skipped[0].reason, SkipReason::kContextWindow);
}

// Premise: failover a/x of 8, b/y of 16; failures remembered for 30 s.
class LargerIsOutTest : public testing::Test {
 protected:
  Scene scene{Spec(Failover({Model("a", "x", 8), Model("b", "y", 16)}), Remembering(seconds(30)))};
};

TEST_F(LargerIsOutTest, SuspendedItIsNotTheCallersMistake) {
  scene.router.Suspend("b", "y", scene.now + seconds(10), scene.now);
  Call call = scene.Start();
  EXPECT_EQ(call.Fail(TooLong()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
  EXPECT_EQ(call.report().retry_after, seconds(10));
  ASSERT_EQ(call.report().skipped.size(), 1U);
  EXPECT_EQ(call.report().skipped[0].reason, SkipReason::kSuspended);
}

TEST_F(LargerIsOutTest, ProbedByAnotherCallItIsNotEither) {
  scene.router.Suspend("b", "y", scene.now, scene.now);
  Call probe = scene.Start();
  ASSERT_EQ(probe.Fail(TooLong()), "b/y (probe)");
  Call call = scene.Start();
  EXPECT_EQ(call.Fail(TooLong()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
}

TEST_F(LargerIsOutTest, FullItIsNotEither) {
  scene.router.Replace(Spec(Failover({Model("a", "x", 8), AtMost(1, Model("b", "y", 16))})));
  Call busy = scene.Start();
  ASSERT_EQ(busy.Fail(TooLong()), "b/y");
  Call call = scene.Start();
  EXPECT_EQ(call.Fail(TooLong()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
}

TEST_F(LargerIsOutTest, BeyondTheRetryBudgetItIsNotEither) {
  scene.router.Replace(Spec(Failover({Model("a", "x", 8), Model("b", "y", 16)}), Budget(0, 0)));
  Call call = scene.Start();
  EXPECT_EQ(call.Fail(TooLong()), "RETRY_BUDGET_SPENT");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
}

TEST_F(LargerIsOutTest, HavingFailedThisCallBeforeItIsNotEither) {
  scene.router.Replace(Spec(Failover({Model("b", "y", 16), Model("a", "x", 8)}), Remembering(seconds(30))));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http503()), "a/x");
  EXPECT_EQ(call.Fail(TooLong()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
  EXPECT_EQ(call.report().retry_after, seconds(30));
  // The next call, which does not even try the larger one, hears the same.
  Call next = scene.Start();
  ASSERT_EQ(next.step(), "a/x");
  EXPECT_EQ(next.Fail(TooLong()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(next.report().code, StatusCode::kUnavailable);
}

TEST(ContextWindowTest, HarmsNobody) {
  Scene scene(Spec(Failover({Model("a", "x", 8), Model("b", "y", 16)}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({TooLong(), TooLong()}), "a/x b/y REFUSED_BY_PROVIDER");
  for (const auto& [endpoint, model] : {std::pair("a", "x"), std::pair("b", "y")}) {
    EXPECT_EQ(scene.View(endpoint, model).state, TargetState::kAvailable);
    EXPECT_EQ(scene.View(endpoint, model).fails, 0U);
  }
  EXPECT_EQ(scene.Transitions(), "");
}

TEST(ContextWindowTest, IsForgottenWithTheCall) {
  Scene scene(Spec(Failover({Model("a", "x", 8), Model("b", "y", 16)}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({TooLong(), kOk}), "a/x b/y SERVED");
  EXPECT_EQ(scene.Turns(1), "a/x");
}

TEST(ContextWindowTest, SaysNothingAboutATargetThatIsProbed) {
  Scene scene(Spec(Failover({Model("a", "x", 8), Model("b", "y", 16)}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a/x b/y SERVED");
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Play({TooLong(), kOk}), "a/x (probe) b/y SERVED");
  EXPECT_EQ(scene.View("a", "x").state, TargetState::kSuspended);
  EXPECT_EQ(scene.View("a", "x").until, scene.now) << "due again, for the next call";
}

TEST(ContextWindowTest, FailOnHasNoSayInIt) {
  for (const char* words : {"context_length", "400", "5xx"}) {
    Scene scene(Spec(Failover({Model("a", "x", 8), Model("b", "y", 4), Model("c", "z", 16)}),
                     FailOnExactly({words})));
    EXPECT_EQ(scene.Play({TooLong(), TooLong()}), "a/x c/z REFUSED_BY_PROVIDER") << words;
    Scene none_larger(Spec(Failover({Model("a", "x", 8), Model("b", "y", 4)}), FailOnExactly({words})));
    Call call = none_larger.Start();
    EXPECT_EQ(call.Fail(TooLong()), "REFUSED_BY_PROVIDER") << words;
    EXPECT_EQ(call.report().code, StatusCode::kInvalidArgument) << words;
  }
}

TEST(ContextWindowTest, RetriesBoundItLikeAnyOtherSpill) {
  Settings settings;
  settings.retries = 0;
  Scene scene(Spec(Failover({Model("a", "x", 8), Model("b", "y", 16)}), settings));
  Call call = scene.Start();
  call.Fail(TooLong());
  EXPECT_EQ(call.report().attempts.size(), 1U);
  EXPECT_NE(call.report().code, StatusCode::kOk);
}

TEST(ContextWindowTest, HoldsAcrossStrategies) {
  Scene scene(Spec(RoundRobin({Failover({Model("a", "x", 8), Model("b", "y", 4)}),
                               RoundRobin({Model("c", "z", 8), Model("d", "v", 32)})})));
  EXPECT_EQ(scene.Play({TooLong(), kOk}), "a/x d/v SERVED");
  EXPECT_EQ(scene.Play({TooLong(), kOk}), "c/z d/v SERVED");
}

}  // namespace
}  // namespace spillway::router
