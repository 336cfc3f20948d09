// What a call would do, and why.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// "a: first choice; -b: suspended": a dash before what would not be tried.
std::string Explained(const Scene& scene, std::string_view model = "gpt") {
  const auto explanation = scene.router.Explain(model, Environment::kProduction, scene.now);
  if (!explanation) return "nothing";
  std::string told;
  for (const Candidate& candidate : explanation->candidates) {
    if (!told.empty()) told += "; ";
    if (!candidate.would_try) told += "-";
    told += explanation->table->leaf(candidate.leaf).name.endpoint + ": ";
    told += candidate.reason;
  }
  return told;
}

TEST(ExplainTest, HealthyTargetsAreListedInTheOrderTheyWouldBeTried) {
  Scene scene(Spec(Failover({LeafOf("a"), Failover({"b", "c"})})));
  EXPECT_EQ(Explained(scene),
            "a: first choice; b: next, if those before it fail; c: next, if those before it fail");
}

TEST(ExplainTest, ThoseThatWouldNotBeTriedComeAfterThoseThatWould) {
  Scene scene(Spec(Failover({"a", "b", "c"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.router.Suspend("b", "m", kNever, scene.now);
  EXPECT_EQ(Explained(scene), "c: first choice; -a: suspended; -b: suspended by hand");
  const auto explanation = scene.router.Explain("gpt", Environment::kProduction, scene.now);
  EXPECT_EQ(explanation->candidates[1].view.until, kStart + seconds(30));
  EXPECT_EQ(explanation->candidates[1].view.failure, Failure::kOverloaded);
}

TEST(ExplainTest, ATargetThatIsDueWouldBeProbed) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  EXPECT_EQ(Explained(scene), "a: due back: the next call probes it; b: next, if those before it fail");
  ASSERT_EQ(scene.Start().step(), "a (probe)");
  EXPECT_EQ(Explained(scene), "b: first choice; -a: another call is finding out whether it is back");
}

TEST(ExplainTest, RetriesLimitWhatWouldBeTried) {
  Settings settings = Remembering(seconds(30));
  settings.retries = 1;
  Scene scene(Spec(Failover({"a", "b", "c"}), settings));
  EXPECT_EQ(Explained(scene),
            "a: first choice; b: next, if those before it fail; -c: beyond the policy's retries");
}

TEST(ExplainTest, ATargetThatIsDueMayBeBeyondTheRetriesToo) {
  Settings settings = Remembering(seconds(30));
  settings.retries = 0;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  scene.router.Suspend("b", "m", scene.now + seconds(30), scene.now);
  EXPECT_EQ(Explained(scene), "a: first choice; -b: suspended by hand");
  scene.Pass(seconds(30));
  EXPECT_EQ(Explained(scene), "a: first choice; -b: beyond the policy's retries");
}

TEST(ExplainTest, ALastResortIsCalledOne) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  ASSERT_EQ(scene.Play({Http429(minutes(1)), Http503()}), "a b ALL_TARGETS_FAILED");
  EXPECT_EQ(Explained(scene), "b: every target is suspended; this one is due back soonest; -a: suspended");
}

TEST(ExplainTest, WhenAllAreSuspendedNoneWouldBeTried) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http503()}), "a b ALL_TARGETS_FAILED");
  EXPECT_EQ(Explained(scene), "-a: suspended; -b: suspended");
}

TEST(ExplainTest, AModelWithNowhereToGoHasNoExplanation) {
  TableSpec spec = Spec(Failover({"a"}));
  Scene scene(spec);
  EXPECT_EQ(Explained(scene, "unknown"), "nothing");
  spec.primaries.push_back({Environment::kProduction, {"provider", "default", ""}});
  scene.router.Replace(spec);
  EXPECT_EQ(Explained(scene, "unknown"), "default: first choice");
}

TEST(ExplainTest, ChangesNothing) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  scene.Transitions();
  const std::string first = Explained(scene);
  EXPECT_EQ(Explained(scene), first);
  EXPECT_FALSE(scene.router.has_transitions());
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  // The probe is still to be had.
  EXPECT_EQ(scene.Start().step(), "a (probe)");
}

}  // namespace
}  // namespace spillway::router
