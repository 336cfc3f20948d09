#include "server/access_log.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "tests/server/played_call.h"
#include "tests/support/log_capture.h"

namespace spillway::server {
namespace {

using router::Failure;

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() {
    request_.set_model("gpt-4o");
    input_.request = &request_;
    input_.response = &response_;
    input_.received = calls_.now();
  }

  boost::json::object Log(const CallResult* result, absl::StatusCode code, std::string_view message = "") {
    LogCall({"Chat", "r-1", request_.model(), &input_, result, code, message, calls_.now(), peer_});
    const auto lines = capture_.Events("call");
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? boost::json::object() : lines[0];
  }

  testing::LogCapture capture_;
  PlayedCalls calls_;
  v1::ChatRequest request_;
  v1::ChatResponse response_;
  CallInput input_;
  std::string peer_;
};

TEST_F(AccessLogTest, AServedCallIsToldWhole) {
  CallResult result;
  result.report =
      calls_.Play({PlayedCalls::Fails(Failure::kRateLimited, 429, "say \"please\"\n"), router::Succeeded{}});
  result.upstream = milliseconds(15);
  response_.mutable_usage()->set_prompt_tokens(12);
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  EXPECT_EQ(line.at("method"), "Chat");
  EXPECT_EQ(line.at("request_id"), "r-1");
  EXPECT_EQ(line.at("model"), "gpt-4o");
  EXPECT_EQ(line.at("environment"), "production");
  EXPECT_EQ(line.at("code"), "OK");
  EXPECT_EQ(line.at("policy"), "chat");
  EXPECT_EQ(line.at("ms").as_double(), 20);
  EXPECT_EQ(line.at("router_ms").as_double(), 5);
  EXPECT_EQ(line.at("prompt_tokens"), 12);
  const boost::json::array& attempts = line.at("attempts").as_array();
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].at("endpoint"), "prod");
  EXPECT_EQ(attempts[0].at("failure"), "rate_limited");
  EXPECT_EQ(attempts[0].at("http_status"), 429);
  EXPECT_EQ(attempts[0].at("message"), "say \"please\"\n");
  EXPECT_FALSE(attempts[1].as_object().contains("failure"));
}

TEST_F(AccessLogTest, AStreamTellsWhenItsFirstTokenCameAndHowOftenItWasReset) {
  struct : AnswerSink {
    void OnServing(const ServingAnswer&) override {}
    bool OnEvents(std::vector<v1::ChatEvent>&) override { return true; }
  } sink;
  input_.response = nullptr;
  input_.sink = &sink;
  CallResult result;
  result.report = calls_.PlayStream({router::FirstToken{}, PlayedCalls::Fails(Failure::kStalled, 200),
                                     router::FirstToken{}, router::Succeeded{}},
                                    router::AnswerForm::kResettableStream);
  result.resets = 1;
  result.usage.emplace().set_completion_tokens(9);
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  EXPECT_EQ(line.at("first_token_ms").as_double(), 10);
  EXPECT_EQ(line.at("resets"), 1);
  EXPECT_EQ(line.at("completion_tokens"), 9);
  EXPECT_EQ(line.at("attempts").at(1).at("first_token_ms").as_double(), 10);
  EXPECT_EQ(line.at("attempts").at(1).at("ms").as_double(), 20);
}

TEST_F(AccessLogTest, AnAnswerThatWasNotStreamedHasNoFirstToken) {
  CallResult result;
  result.report = calls_.Play({router::Succeeded{}});
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  EXPECT_FALSE(line.contains("first_token_ms"));
  EXPECT_FALSE(line.contains("resets"));
  EXPECT_FALSE(line.at("attempts").at(0).as_object().contains("first_token_ms"));
}

TEST_F(AccessLogTest, AStreamTellsWhenItsAnswerBeganAndWhoseItWas) {
  struct : AnswerSink {
    void OnServing(const ServingAnswer&) override {}
    bool OnEvents(std::vector<v1::ChatEvent>&) override { return true; }
  } sink;
  input_.response = nullptr;
  input_.sink = &sink;
  CallResult result;
  result.report = calls_.PlayStream({PlayedCalls::Fails(Failure::kOverloaded, 503), router::FirstToken{},
                                     PlayedCalls::Fails(Failure::kTruncated, 200)});
  result.commit = {input_.received + milliseconds(21), 1};
  const boost::json::object line = Log(&result, absl::StatusCode::kCancelled);
  EXPECT_EQ(line.at("commit_ms").as_double(), 21);
  EXPECT_EQ(line.at("committed_attempt"), 2) << "counted from 1";
}

TEST_F(AccessLogTest, AStreamThatGaveNothingHasNotCommitted) {
  CallResult result;
  result.report = calls_.Play({PlayedCalls::Fails(Failure::kInvalidRequest, 400)});
  const boost::json::object line = Log(&result, absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(line.contains("commit_ms"));
  EXPECT_FALSE(line.contains("committed_attempt"));
}

TEST_F(AccessLogTest, TheTraceIsNamedAndEachAttemptsSpan) {
  input_.trace = {0x4bf92f3577b34da6, 0xa3ce929d0e0e4736, 0x00f067aa0ba902b7, 0x0a, 1, true};
  CallResult result;
  result.report = calls_.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  EXPECT_EQ(line.at("trace_id"), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(line.at("span_id"), "00f067aa0ba902b7");
  EXPECT_EQ(line.at("parent_span_id"), "000000000000000a");
  EXPECT_EQ(line.at("attempts").at(0).at("span_id"),
            std::string(SpanIdText(SpanOfAttempt(input_.trace, 0)).view()).c_str());
  EXPECT_EQ(line.at("attempts").at(1).at("span_id"),
            std::string(SpanIdText(SpanOfAttempt(input_.trace, 1)).view()).c_str());
}

TEST_F(AccessLogTest, ATraceThatBeginsHereHasNoParent) {
  input_.trace = BeginTrace("", 0);
  const boost::json::object line = Log(nullptr, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(line.at("trace_id").as_string().size(), 32u);
  EXPECT_EQ(line.at("span_id").as_string().size(), 16u);
  EXPECT_FALSE(line.contains("parent_span_id"));
}

TEST_F(AccessLogTest, ACallWithoutATraceHasNoSpans) {
  CallResult result;
  result.report = calls_.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  for (const boost::json::value& attempt : line.at("attempts").as_array()) {
    EXPECT_FALSE(attempt.as_object().contains("span_id"));
  }
}

TEST_F(AccessLogTest, TheProvidersOwnCodeIsKept) {
  router::FailedAttempt failed = FailedWith(Failure::kQuotaExhausted, 429, "you are out of quota");
  failed.provider_code = "insufficient_quota";
  CallResult result;
  result.report = calls_.Play({PlayedCalls::Fails(failed), router::Succeeded{}});
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  EXPECT_EQ(line.at("attempts").at(0).at("provider_code"), "insufficient_quota");
  EXPECT_FALSE(line.at("attempts").at(1).as_object().contains("provider_code"));
}

TEST_F(AccessLogTest, SkippedTargetsAndProbesAreNamed) {
  router::Settings settings;
  settings.health.suspend_duration = seconds(30);
  calls_ = PlayedCalls(settings);
  calls_.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  calls_.router().Suspend("eu", "gpt-4o-mini", calls_.now() + seconds(1), calls_.now());
  calls_.Advance(seconds(2));
  CallResult result;
  result.report = calls_.Play({router::Succeeded{}});
  const boost::json::object line = Log(&result, absl::StatusCode::kOk);
  EXPECT_EQ(line.at("skipped").at(0).at("endpoint"), "prod");
  EXPECT_EQ(line.at("attempts").at(0).at("role"), "probe");
}

TEST_F(AccessLogTest, ARefusedCallHasNoRoute) {
  const CallResult result;
  const boost::json::object line = Log(&result, absl::StatusCode::kInvalidArgument, "model: is required");
  EXPECT_EQ(line.at("code"), "INVALID_ARGUMENT");
  EXPECT_EQ(line.at("message"), "model: is required");
  EXPECT_FALSE(line.contains("policy"));
  EXPECT_FALSE(line.contains("attempts"));
}

TEST_F(AccessLogTest, TheCallerIsNamedWhereThereAreAny) {
  EXPECT_FALSE(Log(nullptr, absl::StatusCode::kNotFound).contains("caller"));
}

TEST_F(AccessLogTest, AKnownCallersCallSaysWhoseItIs) {
  input_.caller = "ci";
  input_.environment = router::Environment::kSandbox;
  const boost::json::object line = Log(nullptr, absl::StatusCode::kPermissionDenied, "no");
  EXPECT_EQ(line.at("caller"), "ci");
  EXPECT_EQ(line.at("environment"), "sandbox");
  EXPECT_FALSE(line.contains("peer"));
}

TEST_F(AccessLogTest, AnUnauthenticatedCallSaysWhereItCameFrom) {
  peer_ = "ipv4:127.0.0.1:4711";
  const boost::json::object line = Log(nullptr, absl::StatusCode::kUnauthenticated, "no key");
  EXPECT_EQ(line.at("peer"), "ipv4:127.0.0.1:4711");
  EXPECT_FALSE(line.contains("caller"));
  EXPECT_FALSE(line.contains("environment")) << "it follows from the caller";
}

// A caller writes the model; a log that takes all of it can be filled by one call.
TEST_F(AccessLogTest, AnEndlessModelIsCut) {
  request_.set_model(std::string(1 << 20, 'm') + "é");
  const boost::json::object line = Log(nullptr, absl::StatusCode::kInvalidArgument);
  EXPECT_LT(line.at("model").as_string().size(), 1024u);
  EXPECT_EQ(line.at("model").as_string().subview(0, 4), "mmmm");
}

}  // namespace
}  // namespace spillway::server
