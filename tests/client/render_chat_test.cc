#include "client/command/render_chat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

constexpr const char* kFailover = R"pb(
  model: "gpt-4o-2024-08-06"
  choices {
    message { role: ROLE_ASSISTANT content: "Paris." }
    finish_reason: "stop"
  }
  usage { prompt_tokens: 12 completion_tokens: 3 total_tokens: 15 cached_tokens: 8 }
  route {
    policy: "gpt-4o-failover"
    served_by { provider: "azure" endpoint: "azure-eu" model: "gpt-4o" }
    attempts {
      target { provider: "openai" endpoint: "prod" model: "gpt-4o" }
      failure: FAILURE_RATE_LIMITED
      http_status: 429
      message: "Rate limit reached\nfor gpt-4o"
      provider_code: "rate_limit_exceeded"
      provider_request_id: "req_1"
      retry_after { seconds: 30 }
      latency { nanos: 12000000 }
    }
    attempts {
      target { provider: "azure" endpoint: "azure-eu" model: "gpt-4o" }
      http_status: 200
      latency { nanos: 812000000 }
    }
  })pb";

Result<v1::ChatResponse> Answered(const char* response, Metadata metadata = {}) {
  Result<v1::ChatResponse> result;
  result.response = Parse<v1::ChatResponse>(response);
  result.metadata = std::move(metadata);
  return result;
}

TEST(RenderChat, WhatAnApiCannotDoIsToldWhereItMattered) {
  const auto result = Answered(R"pb(
    choices {
      message { content: "Hi." }
      finish_reason: "stop"
    }
    route {
      served_by { provider: "g" endpoint: "gemini" model: "flash" }
      attempts {
        target { provider: "g" endpoint: "gemini" model: "flash" }
        http_status: 200
        latency { nanos: 5000000 }
        dropped_fields: "store"
        dropped_fields: "user"
      }
      skipped {
        target { provider: "a" endpoint: "claude" model: "x" }
        reason: "unsupported"
        detail: "n is more than Anthropic can do"
      }
    })pb");
  EXPECT_THAT(RenderChatReport(result, {.now = kNow}),
              ::testing::HasSubstr("attempts   1, 1 target skipped\n"
                                   "  -  a/claude x      skipped: n is more than Anthropic can do\n"
                                   "  1. g/gemini flash  200 ok (left out: store, user)  5.0 ms\n"));
}

TEST(RenderChat, AFailoverIsToldAttemptByAttempt) {
  const auto result = Answered(
      kFailover, {{"x-spillway-upstream-latency-ms", "812"}, {"x-spillway-router-latency-ms", "0.91"}});
  EXPECT_EQ(
      RenderChatReport(result, {.now = kNow}),
      "served by  azure / azure-eu / gpt-4o  (provider / endpoint / model)\n"
      "policy     gpt-4o-failover\n"
      "latency    812 ms at the provider, 0.9 ms in the router\n"
      "attempts   2\n"
      "  1. openai/prod gpt-4o     429 rate_limited  \"Rate limit reached for gpt-4o\" (retry after 30 s)"
      "  12 ms\n"
      "  2. azure/azure-eu gpt-4o  200 ok  812 ms\n");
}

TEST(RenderChat, VerboseAddsTokensIdsAndMetadata) {
  const auto result = Answered(kFailover, {{"x-request-id", "r-1"}, {"x-spillway-attempts", "2"}});
  const std::string report = RenderChatReport(result, {.now = kNow, .verbose = true});
  EXPECT_NE(report.find("     provider code rate_limit_exceeded, provider request id req_1\n"),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("model      gpt-4o-2024-08-06, says the provider\n"
                        "tokens     12 in (8 cached), 3 out (0 reasoning)\n"
                        "metadata   x-request-id: r-1\n"
                        "           x-spillway-attempts: 2\n"),
            std::string::npos)
      << report;
}

TEST(RenderChat, ASkippedTargetSaysWhyAndForHowLong) {
  auto result = Answered(R"pb(
    choices { message { content: "Hi" } }
    route {
      policy: "p"
      served_by { provider: "azure" endpoint: "eu" model: "m" }
      attempts {
        target { provider: "azure" endpoint: "eu" model: "m" }
        latency { seconds: 12 }
        probe: true
      }
      skipped {
        target { provider: "openai" endpoint: "prod" model: "m" }
        reason: "suspended"
        failure: FAILURE_RATE_LIMITED
        suspended_until { seconds: 1700000028 }
      }
    })pb");
  EXPECT_EQ(RenderChatReport(result, {.now = kNow}),
            "served by  azure / eu / m  (provider / endpoint / model)\n"
            "policy     p\n"
            "attempts   1, 1 target skipped\n"
            "  -  openai/prod m  skipped: suspended for 28 s more (rate_limited)\n"
            "  1. azure/eu m     ok (probe: was it back?)  12.0 s\n");
}

TEST(RenderChat, WithoutATraceTheMetadataSaysWhoServed) {
  const auto result =
      Answered(R"pb(choices { message { content: "Hi" } })pb", {{"x-spillway-provider", "openai"},
                                                                {"x-spillway-endpoint", "prod"},
                                                                {"x-spillway-model", "gpt-4o"},
                                                                {"x-spillway-policy", "p"}});
  EXPECT_EQ(RenderChatReport(result, {.now = kNow}),
            "served by  openai / prod / gpt-4o  (provider / endpoint / model)\n"
            "policy     p\n");
}

TEST(RenderChat, ACallWithoutAPolicySaysWhoTookIt) {
  const auto result = Answered(R"pb(choices { message { content: "Hi" } })pb");
  EXPECT_EQ(RenderChatReport(result, {.now = kNow}),
            "policy     none names this model: the primary endpoint took the call\n");
}

TEST(RenderChat, AnAnswerCutByTheModelIsNoted) {
  const auto result = Answered(R"pb(choices {
                                      message { content: "Once" }
                                      finish_reason: "length"
                                    })pb");
  EXPECT_NE(RenderChatReport(result, {.now = kNow}).find("note       the model stopped at its token limit"),
            std::string::npos);
}

TEST(RenderChat, ColourMarksGoodAndBad) {
  const std::string report = RenderChatReport(Answered(kFailover), {.now = kNow, .colour = true});
  EXPECT_NE(report.find("\033[32mazure / azure-eu / gpt-4o\033[0m"), std::string::npos);
  EXPECT_NE(report.find("\033[31m429 rate_limited\033[0m"), std::string::npos);
  EXPECT_NE(report.find("\033[32m200 ok\033[0m"), std::string::npos);
}

TEST(RenderChat, ALongProviderMessageIsCutUnlessVerbose) {
  auto result = Answered(kFailover);
  result.response.mutable_route()->mutable_attempts(0)->set_message(std::string(300, 'x'));
  EXPECT_NE(RenderChatReport(result, {.now = kNow}).find(std::string(79, 'x') + "…\""), std::string::npos);
  EXPECT_NE(RenderChatReport(result, {.now = kNow, .verbose = true}).find(std::string(300, 'x')),
            std::string::npos);
}

struct AnswerCase {
  const char* name;
  const char* response;
  const char* expected;
};

TEST(RenderChat, TheAnswerIsWhatTheModelSaid) {
  const AnswerCase cases[] = {
      {"text", R"pb(choices { message { content: "Paris." } })pb", "Paris.\n"},
      {"ends in a newline already", R"pb(choices { message { content: "a\nb\n" } })pb", "a\nb\n"},
      {"empty", R"pb(choices { message { content: "" } })pb", "\n"},
      {"parts", R"pb(choices {
                       message {
                         parts { text: "a" }
                         parts { text: "b" }
                       }
                     })pb",
       "ab\n"},
      {"refusal", R"pb(choices { message { refusal: "I cannot." } })pb", "I cannot.\n"},
      {"tool call",
       R"pb(choices { message { tool_calls { function { name: "f" arguments: "{\"x\":1}" } } } })pb",
       "f({\"x\":1})\n"},
      {"custom tool call", R"pb(choices { message { tool_calls { custom { name: "g" input: "hi" } } } })pb",
       "g(hi)\n"},
      {"choices", R"pb(choices { message { content: "a" } }
                       choices { message { content: "b" } })pb",
       "a\nb\n"},
  };
  for (const AnswerCase& c : cases) {
    EXPECT_EQ(RenderAnswer(Parse<v1::ChatResponse>(c.response), false), c.expected) << c.name;
  }
}

TEST(RenderChat, OnlyATerminalIsSparedControlCharacters) {
  const auto response = Parse<v1::ChatResponse>(R"pb(choices { message { content: "a\033[2Jb" } })pb");
  EXPECT_EQ(RenderAnswer(response, false), "a\033[2Jb\n");
  EXPECT_EQ(RenderAnswer(response, true), "a[2Jb\n");
}

}  // namespace
}  // namespace spillway::client
