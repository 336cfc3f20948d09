#include "client/command/render_targets.h"

#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(RenderTargets, EveryTargetIsNamedAsSuspendTakesIt) {
  const auto response = Parse<v1::ListTargetsResponse>(R"pb(
    targets {
      target { provider: "openai" endpoint: "prod" model: "gpt-4o" }
      state: TARGET_STATE_SUSPENDED
      failure: FAILURE_RATE_LIMITED
      suspended_until { seconds: 1700000028 }
      suspensions_in_a_row: 2
    }
    targets {
      target { provider: "openai" endpoint: "prod" model: "o3" }
      state: TARGET_STATE_SUSPENDED
      failure: FAILURE_TIMEOUT
      with_endpoint: true
      suspended_until { seconds: 1700000028 }
    }
    targets {
      target { provider: "azure" endpoint: "eu" model: "org/gpt-4o" }
      state: TARGET_STATE_SUSPENDED
      by_hand: true
    }
    targets {
      target { provider: "azure" endpoint: "us" model: "gpt-4o" }
      state: TARGET_STATE_AVAILABLE
      fails: 1
      in_flight: 12
    })pb");
  EXPECT_EQ(
      RenderTargets(response.targets(), {.now = kNow}),
      "target         state      why                    until                   in flight  fails  attempts  "
      "failed  p50  p95  conns\n"
      "prod/gpt-4o    suspended  rate_limited           in 28 s (22:13:48 UTC)  0          0      0         "
      "0\n"
      "prod/o3        suspended  its endpoint: timeout  in 28 s (22:13:48 UTC)  0          0      0         "
      "0\n"
      "eu/org/gpt-4o  suspended  by hand                resumed                 0          0      0         "
      "0\n"
      "us/gpt-4o      available                                                 12         1      0         "
      "0\n");
}

TEST(RenderTargets, FiguresAndConnectionsHaveColumns) {
  const auto response = Parse<v1::ListTargetsResponse>(R"pb(
    targets {
      target { endpoint: "e" model: "m" }
      state: TARGET_STATE_AVAILABLE
      figures {
        attempts: 1000
        failures: 7
        latency_p50 { nanos: 8250000 }
        latency_p95 { seconds: 12 }
      }
      connections { connecting: 1 active: 2 idle: 3 }
    })pb");
  EXPECT_EQ(RenderTargets(response.targets(), {.now = kNow}),
            "target  state      why  until  in flight  fails  attempts  failed  p50     p95     conns\n"
            "e/m     available              0          0      1000      7       8.2 ms  12.0 s  3/6\n");
}

TEST(RenderTargets, ALatestFailureIsToldWhereItMatters) {
  auto response = Parse<v1::ListTargetsResponse>(R"pb(
    targets {
      target { endpoint: "e" model: "m" }
      state: TARGET_STATE_AVAILABLE
      figures {
        failures: 1
        last_failure {
          failure: FAILURE_CONNECT
          message: "connection refused\033[2J"
          time { seconds: 1699999000 }
        }
      }
    })pb");
  const std::string line = "e/m failed 16 min 40 s ago: connect: connection refused[2J\n";
  const auto shown = [&] { return RenderTargets(response.targets(), {.now = kNow}); };
  v1::TargetStatus& target = *response.mutable_targets(0);
  EXPECT_EQ(shown().find(" ago: "), std::string::npos) << "it has answered since";
  target.set_fails(1);
  EXPECT_NE(shown().find(line), std::string::npos);
  target.set_fails(0);
  target.set_state(v1::TARGET_STATE_PROBING);
  EXPECT_NE(shown().find(line), std::string::npos);
  target.set_by_hand(true);
  EXPECT_EQ(shown().find(" ago: "), std::string::npos);
}

TEST(RenderTargets, NoTargetsIsSaidInWords) {
  EXPECT_EQ(RenderTargets({}, {.now = kNow}), "No policy of the configuration names a target.\n");
}

struct TargetCase {
  const char* status;
  const char* expected;
};

TEST(RenderTargets, OneTargetIsASentence) {
  const TargetCase cases[] = {
      {"state: TARGET_STATE_AVAILABLE", "e/m is available.\n"},
      {"state: TARGET_STATE_SUSPENDED by_hand: true", "e/m is suspended by hand until resumed.\n"},
      {"state: TARGET_STATE_SUSPENDED by_hand: true suspended_until {seconds: 1700000030}",
       "e/m is suspended by hand, back in 30 s (22:13:50 UTC).\n"},
      {"state: TARGET_STATE_SUSPENDED failure: FAILURE_TIMEOUT suspended_until {seconds: 1700000030}",
       "e/m is suspended (timeout), back in 30 s (22:13:50 UTC).\n"},
  };
  for (const TargetCase& c : cases) {
    auto status = Parse<v1::TargetStatus>(c.status);
    status.mutable_target()->set_endpoint("e");
    status.mutable_target()->set_model("m");
    EXPECT_EQ(RenderTarget(status, {.now = kNow}), c.expected);
  }
}

}  // namespace
}  // namespace spillway::client
