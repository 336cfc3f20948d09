#include "client/command/render_failure.h"

#include "client/command/render_trace.h"
#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

Outcome Failed(grpc::StatusCode code, const std::string& message) {
  Outcome outcome;
  outcome.status = grpc::Status(code, message);
  return outcome;
}

struct ReasonCase {
  const char* reason;
  grpc::StatusCode code;
  const char* expected;
};

TEST(RenderFailure, AReasonThatSaysMoreThanTheCodeIsTold) {
  const ReasonCase cases[] = {
      {"REFUSED_BY_PROVIDER", grpc::StatusCode::UNAVAILABLE,
       "the provider refused, and the policy does not spill on that (UNAVAILABLE)"},
      {"REFUSED_BY_PROVIDER", grpc::StatusCode::INVALID_ARGUMENT,
       "the request was refused as invalid (INVALID_ARGUMENT)"},
      {"ALL_TARGETS_SUSPENDED", grpc::StatusCode::UNAVAILABLE, "every target is suspended (UNAVAILABLE)"},
      {"ALL_TARGETS_SATURATED", grpc::StatusCode::RESOURCE_EXHAUSTED,
       "every target has as many calls as it may have at once (RESOURCE_EXHAUSTED)"},
      {"STREAM_BROKEN", grpc::StatusCode::UNAVAILABLE,
       "the answer broke off: what came of it is not the whole (UNAVAILABLE)"},
      {"RETRY_BUDGET_SPENT", grpc::StatusCode::UNAVAILABLE,
       "a target failed, and the policy's retry budget is spent (UNAVAILABLE)"},
  };
  for (const ReasonCase& c : cases) {
    Outcome outcome = Failed(c.code, "policy p: …");
    outcome.details.error_info.emplace().set_reason(c.reason);
    const std::string text = RenderFailure(outcome, {.now = kNow});
    EXPECT_NE(text.find(c.expected), std::string::npos) << text;
  }
}

TEST(RenderFailure, AnExhaustedRouteSaysWhichTargetsAndWhenToRetry) {
  Outcome outcome =
      Failed(grpc::StatusCode::UNAVAILABLE, "all 2 targets of policy p failed or are suspended");
  outcome.details.error_info = Parse<google::rpc::ErrorInfo>("reason: 'ALL_TARGETS_FAILED'");
  outcome.details.retry_delay = std::chrono::milliseconds(27100);
  outcome.details.route = Parse<v1::RouteTrace>(R"pb(
    policy: "p"
    attempts {
      target { provider: "azure" endpoint: "eu" model: "m" }
      failure: FAILURE_CONNECT
      message: "connection refused (127.0.0.1:9)"
      latency { nanos: 800000 }
    }
    skipped {
      target { provider: "openai" endpoint: "prod" model: "m" }
      reason: "suspended"
      failure: FAILURE_QUOTA_EXHAUSTED
      suspended_until { seconds: 1700000028 }
    })pb");
  EXPECT_EQ(RenderFailure(outcome, {.now = kNow}),
            "failed     no target could answer (UNAVAILABLE)\n"
            "           all 2 targets of policy p failed or are suspended\n"
            "reason     ALL_TARGETS_FAILED\n"
            "policy     p\n"
            "attempts   1, 1 target skipped\n"
            "  -  openai/prod m  skipped: suspended for 28 s more (quota_exhausted)\n"
            "  1. azure/eu m     connect  \"connection refused (127.0.0.1:9)\"  0.8 ms\n"
            "retry      in 28 s\n");
}

TEST(RenderFailure, AWrongRequestNamesItsFields) {
  Outcome outcome = Failed(grpc::StatusCode::INVALID_ARGUMENT, "messages: at least one is required");
  *outcome.details.violations.emplace_back().mutable_field() = "messages";
  outcome.details.violations.back().set_description("at least one is required");
  EXPECT_EQ(RenderFailure(outcome, {.now = kNow}),
            "failed     the request was refused as invalid (INVALID_ARGUMENT)\n"
            "           messages: at least one is required\n"
            "           - messages: at least one is required\n"
            "check      the same request will fail again: change it first\n");
}

TEST(RenderFailure, ARefusedConnectionSaysWhereAndWhatToCheck) {
  Outcome outcome =
      Failed(grpc::StatusCode::UNAVAILABLE,
             "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to "
             "connect to remote host: Connection refused");
  outcome.unreachable = true;
  EXPECT_EQ(RenderFailure(outcome, {.now = kNow, .address = "127.0.0.1:1"}),
            "failed     cannot reach the Spillway server at 127.0.0.1:1\n"
            "because    Connection refused\n"
            "check      is spillway-server running, with server.grpc.address at this address?\n"
            "           another address: --server HOST:PORT or SPILLWAY_SERVER=HOST:PORT\n"
            "           if the server speaks TLS: --tls or --tls-ca FILE\n");
  EXPECT_EQ(RenderFailure(outcome, {.now = kNow, .address = "127.0.0.1:1", .listener = Listener::kAdmin}),
            "failed     cannot reach the Spillway server at 127.0.0.1:1\n"
            "because    Connection refused\n"
            "check      is spillway-server running, with server.admin.grpc_address at this address?\n"
            "           another address: --admin HOST:PORT or SPILLWAY_ADMIN=HOST:PORT\n"
            "           if the server speaks TLS: --tls or --tls-ca FILE\n");
}

TEST(RenderFailure, ASilentAddressSaysHowLongItWasTried) {
  Outcome outcome = Failed(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded");
  outcome.unreachable = true;
  const std::string report = RenderFailure(outcome, {.now = kNow, .timeout = absl::Seconds(3)});
  EXPECT_NE(report.find("because    no connection within 3s\n"), std::string::npos) << report;
}

TEST(RenderFailure, ANameThatDoesNotResolveSaysSo) {
  Outcome outcome =
      Failed(grpc::StatusCode::UNAVAILABLE, "DNS resolution failed for x:1: C-ares status is not …");
  outcome.unreachable = true;
  EXPECT_NE(RenderFailure(outcome, {.now = kNow}).find("because    its name does not resolve (DNS)\n"),
            std::string::npos);
}

struct AdviceCase {
  grpc::StatusCode code;
  Listener listener;
  const char* expected;
};

TEST(RenderFailure, AdviceFitsTheCode) {
  const AdviceCase cases[] = {
      {grpc::StatusCode::DEADLINE_EXCEEDED, Listener::kPublic,
       "failed     the time for the call ran out (DEADLINE_EXCEEDED)\n"
       "check      --timeout is 30s; `spillway route` shows what the policy allows each attempt\n"},
      {grpc::StatusCode::UNAUTHENTICATED, Listener::kPublic,
       "failed     the caller's key is missing or wrong (UNAUTHENTICATED)\n"
       "check      give the key in SPILLWAY_KEY or with --key\n"},
      {grpc::StatusCode::UNIMPLEMENTED, Listener::kPublic,
       "failed     the server at this address does not know this call (UNIMPLEMENTED)\n"
       "check      h:1 is not a public listener: --server is for server.grpc.address\n"},
      {grpc::StatusCode::UNIMPLEMENTED, Listener::kAdmin,
       "failed     the server at this address does not know this call (UNIMPLEMENTED)\n"
       "check      h:1 is not an admin listener: --admin is for server.admin.grpc_address\n"},
      {grpc::StatusCode::UNAVAILABLE, Listener::kPublic,
       "failed     the server is not available (UNAVAILABLE)\n"},
      {grpc::StatusCode::NOT_FOUND, Listener::kAdmin, "failed     not found (NOT_FOUND)\n"},
  };
  for (const AdviceCase& c : cases) {
    const ReportOptions options = {
        .now = kNow, .address = "h:1", .listener = c.listener, .timeout = absl::Seconds(30)};
    EXPECT_EQ(RenderFailure(Failed(c.code, ""), options), c.expected);
  }
}

struct CallerCase {
  grpc::StatusCode code;
  const char* reason;
  const char* expected;
};

TEST(RenderFailure, ARefusedCallerIsToldWhatToGive) {
  const CallerCase cases[] = {
      {grpc::StatusCode::UNAUTHENTICATED, "MISSING_KEY",
       "failed     the caller's key is missing or wrong (UNAUTHENTICATED)\n"
       "           why\n"
       "reason     MISSING_KEY\n"
       "check      give the key in SPILLWAY_KEY or with --key\n"},
      {grpc::StatusCode::UNAUTHENTICATED, "UNKNOWN_KEY",
       "failed     the caller's key is missing or wrong (UNAUTHENTICATED)\n"
       "           why\n"
       "reason     UNKNOWN_KEY\n"
       "check      is it the whole key, and its SHA-256 under `callers` in the server's configuration?\n"},
      {grpc::StatusCode::PERMISSION_DENIED, "MODEL_NOT_ALLOWED",
       "failed     not allowed (PERMISSION_DENIED)\n"
       "           why\n"
       "reason     MODEL_NOT_ALLOWED\n"
       "check      the server's configuration lists the caller's models; give another key in SPILLWAY_KEY or "
       "with --key\n"},
      {grpc::StatusCode::PERMISSION_DENIED, "ENVIRONMENT_NOT_ALLOWED",
       "failed     not allowed (PERMISSION_DENIED)\n"
       "           why\n"
       "reason     ENVIRONMENT_NOT_ALLOWED\n"
       "check      leave --environment out, or give another key in SPILLWAY_KEY or with --key\n"},
  };
  for (const CallerCase& c : cases) {
    Outcome outcome = Failed(c.code, "why");
    outcome.details.error_info.emplace().set_reason(c.reason);
    EXPECT_EQ(RenderFailure(outcome, {.now = kNow}), c.expected);
  }
}

struct SkippedCase {
  const char* skipped;
  const char* expected;
};

TEST(RenderTrace, ASkippedTargetSaysWhy) {
  const SkippedCase cases[] = {
      {"reason: 'suspended' failure: FAILURE_TIMEOUT suspended_until {seconds: 1700000090}",
       "suspended for 1 min 30 s more (timeout)"},
      {"reason: 'suspended' suspended_until {seconds: 1700000005}", "suspended for 5 s more (by hand)"},
      {"reason: 'suspended'", "suspended by hand until resumed"},
      {"reason: 'suspended' failure: FAILURE_TIMEOUT suspended_until {seconds: 1699999999}",
       "was suspended until just now (timeout)"},
      {"reason: 'probing'", "another call is finding out whether it is back"},
      {"reason: 'context_window'", "context_window"},
  };
  for (const SkippedCase& c : cases) {
    EXPECT_EQ(WhySkipped(Parse<v1::SkippedTarget>(c.skipped), kNow), c.expected);
  }
}

TEST(RenderTrace, AnEmptyTraceIsNotShown) { EXPECT_EQ(RenderTrace({}, {.now = kNow}), ""); }

}  // namespace
}  // namespace spillway::client
