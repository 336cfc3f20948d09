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
      RenderTargets(response, {.now = kNow}),
      "target         provider  state      why                    until                   in flight  fails  "
      "suspensions in a row\n"
      "prod/gpt-4o    openai    suspended  rate_limited           in 28 s (22:13:48 UTC)  0          0      "
      "2\n"
      "prod/o3        openai    suspended  its endpoint: timeout  in 28 s (22:13:48 UTC)  0          0      "
      "0\n"
      "eu/org/gpt-4o  azure     suspended  by hand                resumed                 0          0      "
      "0\n"
      "us/gpt-4o      azure     available                                                 12         1      "
      "0\n");
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
