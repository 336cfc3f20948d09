// The same complaint about a request from two targets is the request's fault.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

FailedAttempt Invalid() { return Fail(Failure::kInvalidRequest, 400); }
FailedAttempt Filtered() { return Fail(Failure::kContentFilter, 400); }
FailedAttempt Unknown() { return Fail(Failure::kModelNotFound, 404); }

struct Row {
  const char* premise;
  std::vector<std::string> fail_on;
  std::vector<std::optional<FailedAttempt>> outcomes;
  std::string story;
  StatusCode code;
};

// Four targets; failures remembered for 30 s.
TEST(RequestBlameTest, TheSameComplaintTwiceEndsTheCall) {
  constexpr auto kMistake = StatusCode::kInvalidArgument;
  const Row rows[] = {
      {"by default once is enough", {}, {Invalid()}, "a REFUSED_BY_PROVIDER", kMistake},
      {"a policy that spills on it hears a second opinion",
       {"invalid_request"},
       {Invalid(), Invalid()},
       "a b REFUSED_BY_PROVIDER",
       kMistake},
      {"by its status", {"400"}, {Invalid(), Invalid()}, "a b REFUSED_BY_PROVIDER", kMistake},
      {"by its class", {"4xx"}, {Invalid(), Invalid()}, "a b REFUSED_BY_PROVIDER", kMistake},
      {"a safety system", {"content_filter"}, {Filtered(), Filtered()}, "a b REFUSED_BY_PROVIDER", kMistake},
      {"the second opinion differs", {"400"}, {Invalid(), kOk}, "a b SERVED", StatusCode::kOk},
      {"two different complaints are not the same",
       {"400"},
       {Invalid(), Filtered(), kOk},
       "a b c SERVED",
       StatusCode::kOk},
      {"until one of them is repeated",
       {"400"},
       {Invalid(), Filtered(), Invalid()},
       "a b c REFUSED_BY_PROVIDER",
       kMistake},
      {"a target that broke in between changes nothing",
       {"400", "5xx"},
       {Invalid(), Http503(), Invalid()},
       "a b c REFUSED_BY_PROVIDER",
       kMistake},
      {"nor does one before",
       {"400", "5xx"},
       {Http503(), Invalid(), Invalid()},
       "a b c REFUSED_BY_PROVIDER",
       kMistake},
      {"an unknown model is the target's affair, however often",
       {"404"},
       {Unknown(), Unknown(), Unknown(), kOk},
       "a b c d SERVED",
       StatusCode::kOk},
      {"so are broken ones", {}, {Http503(), Http503(), Http503(), kOk}, "a b c d SERVED", StatusCode::kOk},
  };
  for (const Row& row : rows) {
    Scene scene(Spec(Failover({"a", "b", "c", "d"}), FailOnExactly(row.fail_on, Remembering(seconds(30)))));
    Call call = scene.Start();
    std::string story = call.step();
    for (const auto& outcome : row.outcomes) story += " " + (outcome ? call.Fail(*outcome) : call.Ok());
    EXPECT_EQ(story, row.story) << row.premise;
    EXPECT_EQ(call.report().code, row.code) << row.premise;
    for (const AttemptRecord& attempt : call.report().attempts) {
      if (!attempt.failed || TraitsOf(attempt.failed->failure).blame != Blame::kRequest) continue;
      const HealthView view = scene.View(call.report().table->leaf(attempt.leaf).name.endpoint);
      EXPECT_EQ(view.state, TargetState::kAvailable) << row.premise;
      EXPECT_EQ(view.fails, 0U) << row.premise;
    }
  }
}

TEST(RequestBlameTest, TheNextRequestIsHeardAfresh) {
  Scene scene(Spec(Failover({"a", "b", "c"}), FailOnExactly({"400"})));
  EXPECT_EQ(scene.Play({Invalid(), Invalid()}), "a b REFUSED_BY_PROVIDER");
  EXPECT_EQ(scene.Play({Invalid(), kOk}), "a b SERVED");
}

TEST(RequestBlameTest, AComplaintFreesAProbeForTheNextCall) {
  Scene scene(Spec(Failover({"a", "b", "c"}), FailOnExactly({"400", "5xx"}, Remembering(seconds(30)))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Play({Invalid(), Invalid()}), "a (probe) b REFUSED_BY_PROVIDER");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(scene.Left("a"), seconds(0));
  EXPECT_EQ(scene.Turns(1), "a (probe)");
}

TEST(RequestBlameTest, TheLastTargetsComplaintIsTheCallsEnd) {
  Scene scene(Spec(Failover({"a", "b"}), FailOnExactly({"400", "5xx"})));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http503()), "b");
  EXPECT_EQ(call.Fail(Invalid()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace spillway::router
