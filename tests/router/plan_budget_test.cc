// How many attempts a call may make.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

std::string PlayAll503(std::optional<std::uint32_t> retries) {
  Settings settings;
  settings.retries = retries;
  Scene scene(Spec(Failover({"a", "b", "c", "d"}), settings));
  Call call = scene.Start();
  std::string story = call.step();
  for (int i = 0; i < 9 && call.report().verdict != Verdict::kAllFailed; ++i)
    story += " " + call.Fail(Http503());
  return story;
}

TEST(RetriesTest, ByDefaultEveryTargetIsTried) {
  EXPECT_EQ(PlayAll503(std::nullopt), "a b c d ALL_TARGETS_FAILED");
}

TEST(RetriesTest, AreFurtherAttempts) {
  EXPECT_EQ(PlayAll503(0), "a ALL_TARGETS_FAILED");
  EXPECT_EQ(PlayAll503(1), "a b ALL_TARGETS_FAILED");
  EXPECT_EQ(PlayAll503(2), "a b c ALL_TARGETS_FAILED");
  EXPECT_EQ(PlayAll503(3), "a b c d ALL_TARGETS_FAILED");
  EXPECT_EQ(PlayAll503(4'000'000'000U), "a b c d ALL_TARGETS_FAILED");
}

TEST(RetriesTest, SuspendedTargetsCostNone) {
  Settings settings;
  settings.retries = 1;
  Scene scene(Spec(Failover({"a", "b", "c"}), settings));
  scene.router.Suspend("a", "m", kNever, scene.now);
  EXPECT_EQ(scene.Play({Http503(), kOk}), "b c SERVED");
}

}  // namespace
}  // namespace spillway::router
