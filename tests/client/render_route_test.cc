#include "client/command/render_route.h"

#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

// 2023-11-14 22:13:20 UTC.
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(RenderRoute, CandidatesAreNumberedInTheOrderTheyWouldBeTried) {
  const auto response = Parse<v1::RouteResponse>(R"pb(
    policy: "gpt-4o-failover"
    environment: ENVIRONMENT_PRODUCTION
    candidates {
      target { provider: "azure" endpoint: "azure-eu" model: "gpt-4o" }
      state: TARGET_STATE_AVAILABLE
      reason: "next in order"
      would_try: true
    }
    candidates {
      target { provider: "openai" endpoint: "prod" model: "gpt-4o" }
      state: TARGET_STATE_SUSPENDED
      reason: "suspended"
      failure: FAILURE_RATE_LIMITED
      suspended_until { seconds: 1700000028 }
    }
    settings {
      request_timeout { seconds: 30 }
      first_token_timeout { seconds: 15 }
      stream_idle_timeout { seconds: 20 }
      stream_unary: true
      retries: 1
      same_target_retries: 1
      fail_on: [ "error", "429", "5xx" ]
      max_fails: 2
      count_mode: "consecutive"
      fail_timeout { seconds: 10 }
      suspend_duration { nanos: 500000000 }
      max_suspend_duration { seconds: 300 }
      all_suspended: "fail"
    })pb");
  EXPECT_EQ(
      RenderRoute("gpt-4o", response, {.now = kNow}),
      "A call for gpt-4o in production follows policy gpt-4o-failover.\n"
      "\n"
      "#  target                 a call       state      why                      until\n"
      "1  azure/azure-eu gpt-4o  would try    available  next in order\n"
      "-  openai/prod gpt-4o     passes over  suspended  suspended: rate_limited  in 28 s (22:13:48 UTC)\n"
      "\n"
      "settings in force\n"
      "  request_timeout       30s\n"
      "  first_token_timeout   15s\n"
      "  stream_idle_timeout   20s\n"
      "  stream_unary          true\n"
      "  total_timeout         the caller's deadline\n"
      "  retries               1\n"
      "  same_target_retries   1\n"
      "  fail_on               error, 429, 5xx\n"
      "  max_fails             2\n"
      "  count_mode            consecutive\n"
      "  fail_timeout          10s\n"
      "  suspend_duration      500ms\n"
      "  max_suspend_duration  5m\n"
      "  all_suspended         fail\n"
      "  retry_budget          none\n");
}

TEST(RenderRoute, WhatATargetHasOfItsOwnStandsBelowTheSettings) {
  const auto response = Parse<v1::RouteResponse>(R"pb(
    policy: "p"
    candidates {
      target { provider: "o" endpoint: "e" model: "m" }
      would_try: true
      in_flight: 3
      settings {
        request_timeout { seconds: 10 }
        path: "/v1/x"
        context_window: 128000
        max_concurrent: 8
        parameters {
          fields {
            key: "seed"
            value { number_value: 7 }
          }
        }
      }
    }
    candidates {
      target { provider: "o" endpoint: "other" model: "m" }
      would_try: true
      settings { request_timeout { seconds: 30 } }
    }
    settings {
      request_timeout { seconds: 30 }
      retry_budget { percent: 20 floor: 10 }
    })pb");
  const std::string text = RenderRoute("m", response, {.now = kNow});
  EXPECT_NE(text.find("  retry_budget          20 % of calls, and 10\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ntargets' own\n"
                      "  o/e m  request_timeout 10s, path /v1/x, context_window 128000, max_concurrent 8 "
                      "(3 under way), parameters {\"seed\":7}\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("o/other m", text.find("targets' own")), std::string::npos) << text;
}

TEST(RenderRoute, ARouteWithNowhereToGoSaysSo) {
  const auto response = Parse<v1::RouteResponse>(R"pb(
    policy: "p"
    candidates {
      target { provider: "o" endpoint: "e" model: "m" }
      state: TARGET_STATE_PROBING
      reason: "probing"
    })pb");
  EXPECT_EQ(RenderRoute("m", response, {.now = kNow}),
            "A call for m follows policy p.\n"
            "\n"
            "#  target  a call       state    why      until\n"
            "-  o/e m   passes over  probing  probing\n"
            "A call would fail now: there is no target it would try.\n");
}

TEST(RenderRoute, AModelWithoutAPolicyGoesToThePrimaryEndpoint) {
  const auto response = Parse<v1::RouteResponse>(R"pb(
    environment: ENVIRONMENT_SANDBOX
    candidates {
      target { provider: "o" endpoint: "e" model: "m" }
      state: TARGET_STATE_AVAILABLE
      would_try: true
    })pb");
  EXPECT_EQ(RenderRoute("m", response, {.now = kNow}),
            "No policy names m in sandbox: a call would go to the primary endpoint.\n"
            "\n"
            "#  target  a call     state      why  until\n"
            "1  o/e m   would try  available\n");
}

TEST(RenderRoute, AReasonThatNamesTheFailureIsNotRepeated) {
  const auto response = Parse<v1::RouteResponse>(R"pb(
    policy: "p"
    candidates {
      target { provider: "o" endpoint: "e" model: "m" }
      state: TARGET_STATE_SUSPENDED
      reason: "suspended after timeout"
      failure: FAILURE_TIMEOUT
      suspended_until { seconds: 1700100000 }
    })pb");
  const std::string table = RenderRoute("m", response, {.now = kNow});
  EXPECT_NE(table.find("suspended after timeout  in 27 h 46 min (2023-11-16 02:00:00 UTC)\n"),
            std::string::npos)
      << table;
}

}  // namespace
}  // namespace spillway::client
