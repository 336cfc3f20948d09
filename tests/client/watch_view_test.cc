#include "client/command/watch_view.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Parse;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

ReportOptions At(absl::Time now) {
  return {.now = now, .counting_down = true, .address = "127.0.0.1:9902", .listener = Listener::kAdmin};
}

v1::WatchTargetsResponse Two() {
  return Parse<v1::WatchTargetsResponse>(R"pb(
    targets {
      target { provider: "openai" endpoint: "prod" model: "gpt-4o" }
      state: TARGET_STATE_SUSPENDED
      failure: FAILURE_RATE_LIMITED
      suspended_until { seconds: 1700000028 }
      figures {
        attempts: 120
        failures: 3
        last_failure {
          failure: FAILURE_RATE_LIMITED
          http_status: 429
          message: "Rate limit\nreached"
          time { seconds: 1699999998 }
        }
        latency_p50 { nanos: 412000000 }
        latency_p95 { seconds: 1 nanos: 500000000 }
      }
      connections { active: 1 idle: 4 }
    }
    targets {
      target { provider: "azure" endpoint: "eu" model: "gpt-4o" }
      state: TARGET_STATE_AVAILABLE
    })pb");
}

Outcome Lost() {
  Outcome outcome;
  outcome.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed");
  return outcome;
}

TEST(WatchView, SaysWhereThingsStand) {
  WatchView view;
  EXPECT_FALSE(view.begun());
  EXPECT_TRUE(view.Take(Two(), kNow));
  EXPECT_THAT(
      view.Lines(At(kNow)),
      ElementsAre(
          "22:13:20 UTC  127.0.0.1:9902  2 targets, 1 not available",
          "target       state      why                 until    in flight  fails  attempts  failed  p50     "
          "p95      conns",
          "prod/gpt-4o  suspended  rate_limited (429)  in 28 s  0          0      120       3       412 ms  "
          "1500 ms  1/5",
          "eu/gpt-4o    available                               0          0      0         0",
          "prod/gpt-4o failed 2 s ago: rate_limited (429): Rate limit reached"));
}

TEST(WatchView, CountsDownBetweenMessages) {
  WatchView view;
  view.Take(Two(), kNow);
  EXPECT_THAT(view.Lines(At(kNow + absl::Seconds(5)))[2], HasSubstr("in 23 s"));
  EXPECT_THAT(view.Lines(At(kNow + absl::Seconds(28)))[2], HasSubstr("  now  "));
}

TEST(WatchView, FiguresAreNoChangeOfStateAndASuspensionIs) {
  WatchView view;
  v1::WatchTargetsResponse targets = Two();
  EXPECT_TRUE(view.Take(targets, kNow));
  v1::TargetStatus& first = *targets.mutable_targets(0);
  first.mutable_figures()->set_attempts(121);
  first.mutable_connections()->set_active(2);
  first.set_in_flight(2);
  first.set_fails(1);
  EXPECT_FALSE(view.Take(targets, kNow));
  EXPECT_THAT(view.Lines(At(kNow))[2], HasSubstr("121"));
  first.mutable_suspended_until()->set_seconds(1'700'000'060);
  EXPECT_TRUE(view.Take(targets, kNow));
  targets.mutable_targets()->RemoveLast();
  EXPECT_TRUE(view.Take(targets, kNow));
}

TEST(WatchView, NoTargetsAreNewsTheFirstTime) {
  WatchView view;
  EXPECT_TRUE(view.Take({}, kNow));
  EXPECT_FALSE(view.Take({}, kNow));
  EXPECT_THAT(view.Lines(At(kNow)), ElementsAre("22:13:20 UTC  127.0.0.1:9902  0 targets, all available",
                                                "No policy of the configuration names a target."));
}

TEST(WatchView, AServerThatIsLostIsSaidToBeAndWhatItSaidLastStays) {
  WatchView view;
  view.Take(Two(), kNow);
  view.Lose(Lost(), kNow + absl::Seconds(1));
  view.Lose(Lost(), kNow + absl::Seconds(2));
  EXPECT_TRUE(view.lost());
  const auto lines = view.Lines(At(kNow + absl::Seconds(5)));
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[1], "lost the server 4 s ago (Socket closed); trying again; this is what it said last:");
  EXPECT_THAT(lines[3], HasSubstr("prod/gpt-4o"));
}

TEST(WatchView, AServerThatIsBackIsSaidToBeForAWhile) {
  WatchView view;
  view.Take(Two(), kNow);
  view.Lose(Lost(), kNow);
  EXPECT_TRUE(view.Take(Two(), kNow + absl::Seconds(10))) << "what was said before was of another server";
  EXPECT_FALSE(view.lost());
  EXPECT_EQ(view.Lines(At(kNow + absl::Seconds(11)))[1],
            "the server was lost and is back since 22:13:30 UTC");
  EXPECT_THAT(view.Lines(At(kNow + absl::Seconds(40)))[1], HasSubstr("target "));
}

}  // namespace
}  // namespace spillway::client
