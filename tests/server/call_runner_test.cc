#include "server/call_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "server/config/config_loader.h"
#include "server/table_spec.h"
#include "tests/sim/simulator.h"
#include "tests/support/test_server.h"

namespace spillway::server {
namespace {

using router::Failure;
using router::Verdict;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

sim::SimulatorOptions TwoProviders() {
  sim::SimulatorOptions options;
  options.personalities.push_back(sim::ParsePersonalityFlag("openai", "first"));
  options.personalities.push_back(sim::ParsePersonalityFlag("openai", "second"));
  return options;
}

std::string ConfigFor(const sim::Simulator& simulator) {
  return "providers: [{name: openai, api: openai}]\n"
         "endpoints:\n"
         "  - {name: first, provider: openai, url: \"" +
         simulator.url("first") +
         "/v1\"}\n"
         "  - {name: second, provider: openai, url: \"" +
         simulator.url("second") +
         "/v1\"}\n"
         "policies:\n"
         "  - name: chat\n"
         "    model: gpt-4o\n"
         "    production: {failover: {targets: [{endpoint: first, model: a}, {endpoint: second, model: "
         "b}]}}\n"
         "    suspend_duration: 30s\n"
         "    request_timeout: 5s\n";
}

// The loop on this thread, the providers on another.
class CallRunnerTest : public ::testing::Test {
 protected:
  CallRunnerTest() {
    runner_.Use(
        Runtime::Create(config_.config, ClientsFor(io_, config_, {}).clients, router_.table(), metrics_));
    request_.set_model("gpt-4o");
    v1::Message& message = *request_.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content("Say this is a test!");
    input_.request = &request_;
    input_.response = &response_;
  }

  ~CallRunnerTest() override {
    call_.reset();
    runner_.Use(nullptr);
  }

  void Begin() {
    input_.received = steady_clock::now();
    call_ = runner_.Run(input_, [this](CallResult result) {
      EXPECT_FALSE(result_) << "told twice";
      result_ = std::move(result);
    });
  }

  // Runs the loop until `done` holds; false when it does not within seconds.
  template <class Condition>
  bool RunUntil(Condition done) {
    const auto end = steady_clock::now() + std::chrono::seconds(10);
    while (!done() && steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(milliseconds(20));
    }
    return done();
  }

  const router::CallReport& Finish() {
    EXPECT_TRUE(RunUntil([this] { return result_.has_value(); }));
    EXPECT_TRUE(result_ && result_->report);
    return *result_->report;
  }

  const router::CallReport& Run() {
    Begin();
    return Finish();
  }

  double Sample(const std::string& series) { return testing::ParseMetrics(metrics_.Serialize())[series]; }

  router::HealthView First() { return router_.Targets(steady_clock::now())[0].view; }

  sim::Simulator sim_{TwoProviders()};
  const LoadedConfig config_ = *ParseConfig(ConfigFor(sim_), "test.yaml").loaded;
  boost::asio::io_context io_{1};
  Metrics metrics_;
  SharedRouter router_{TableSpecFrom(config_.config), 1, metrics_};
  CallRunner runner_{io_, router_, metrics_};
  v1::ChatRequest request_;
  v1::ChatResponse response_;
  CallInput input_;
  std::optional<CallResult> result_;
  std::shared_ptr<RunningCall> call_;
};

TEST_F(CallRunnerTest, AHealthyTargetServes) {
  const router::CallReport& report = Run();
  EXPECT_EQ(report.verdict, Verdict::kServed);
  EXPECT_EQ(response_.choices(0).message().content(), "This is a test!");
  EXPECT_EQ(report.attempts.size(), 1u);
  EXPECT_GT(result_->upstream.count(), 0);
  EXPECT_EQ(result_->upstream, result_->serving_upstream);
  EXPECT_LE(result_->upstream, result_->end - input_.received);
}

TEST_F(CallRunnerTest, TheNextTargetServesWhenOneFails) {
  sim_.SetScript("first", "overloaded:delay_ms=20");
  const router::CallReport& report = Run();
  EXPECT_EQ(report.verdict, Verdict::kServed);
  ASSERT_EQ(report.attempts.size(), 2u);
  EXPECT_EQ(report.attempts[0].failed->failure, Failure::kOverloaded);
  EXPECT_LT(result_->serving_upstream, result_->upstream);
  EXPECT_GE(result_->upstream, milliseconds(20));
}

TEST_F(CallRunnerTest, ALoneServerErrorIsTriedAgainAfterAPause) {
  sim_.SetScript("first", R"({"steps": ["server_error"], "then": "ok"})");
  const router::CallReport& report = Run();
  ASSERT_EQ(report.attempts.size(), 2u);
  EXPECT_EQ(report.attempts[0].leaf, report.attempts[1].leaf);
  EXPECT_GE(report.attempts[1].start - report.attempts[0].end, milliseconds(20));
  EXPECT_EQ(First().state, router::TargetState::kAvailable);
}

TEST_F(CallRunnerTest, ACancelledCallClosesTheProvidersConnection) {
  sim_.SetScript("first", "silence");
  Begin();
  ASSERT_TRUE(RunUntil([this] { return sim_.Log().size() == 1; }));
  EXPECT_EQ(Sample("spillway_calls_in_flight"), 1);
  call_->Cancel(steady_clock::now());
  ASSERT_TRUE(result_) << "the handler is called at once";
  EXPECT_EQ(result_->report->verdict, Verdict::kCancelled);
  EXPECT_EQ(result_->report->code, absl::StatusCode::kCancelled);
  EXPECT_TRUE(RunUntil([this] {
    const auto log = sim_.Log();
    return !log.empty() && log[0].peer_closed_after.has_value();
  }));
  EXPECT_EQ(First().state, router::TargetState::kAvailable);
  EXPECT_EQ(First().fails, 0u);
  EXPECT_EQ(sim_.Log().size(), 1u) << "no other target is asked";
  EXPECT_EQ(Sample("spillway_calls_in_flight"), 0);
  EXPECT_EQ(Sample(R"(spillway_attempts_total{endpoint="first",model="a",outcome="cancelled"})"), 1);
}

TEST_F(CallRunnerTest, CancellingTwiceOrTooLateIsHarmless) {
  sim_.SetScript("first", "silence");
  Begin();
  ASSERT_TRUE(RunUntil([this] { return sim_.Log().size() == 1; }));
  call_->Cancel(steady_clock::now());
  call_->Cancel(steady_clock::now());
  io_.restart();
  io_.run_for(milliseconds(1));
  EXPECT_EQ(result_->report->attempts.size(), 1u);
}

TEST_F(CallRunnerTest, ACancelDuringAPauseEndsTheCall) {
  sim_.SetScript("first", "server_error");
  Begin();
  // The connection is idle once the answer is read; what is left of the loop is the pause.
  ASSERT_TRUE(RunUntil([this] {
    runner_.runtime()->ReportConnections(metrics_);
    return Sample(R"(spillway_connections{endpoint="first",state="idle"})") == 1;
  }));
  ASSERT_FALSE(result_);
  call_->Cancel(steady_clock::now());
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->report->verdict, Verdict::kCancelled);
  EXPECT_EQ(result_->report->attempts.size(), 1u);
}

TEST_F(CallRunnerTest, TheCallersDeadlineEndsTheAttemptAndHarmsNobody) {
  sim_.SetScript("first", "silence");
  input_.deadline = steady_clock::now() + milliseconds(1000);
  const router::CallReport& report = Run();
  EXPECT_EQ(report.verdict, Verdict::kDeadline);
  EXPECT_EQ(report.code, absl::StatusCode::kDeadlineExceeded);
  ASSERT_EQ(report.attempts.size(), 1u);
  EXPECT_EQ(report.attempts[0].failed->failure, Failure::kDeadline);
  EXPECT_EQ(First().state, router::TargetState::kAvailable);
  EXPECT_TRUE(RunUntil([this] { return sim_.Log()[0].peer_closed_after.has_value(); }));
}

// gRPC's timer may be a moment ahead of ours: its cancel at the deadline is the deadline.
TEST_F(CallRunnerTest, ACancelAtTheDeadlineIsTheDeadline) {
  sim_.SetScript("first", "silence");
  input_.deadline = steady_clock::now() + std::chrono::hours(1);
  Begin();
  ASSERT_TRUE(RunUntil([this] { return sim_.Log().size() == 1; }));
  call_->Cancel(input_.deadline - milliseconds(1));
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->report->verdict, Verdict::kDeadline);
  EXPECT_EQ(result_->report->code, absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CallRunnerTest, ARequestNoProviderCanExpressIsTheCallersMistake) {
  (*request_.mutable_logit_bias())["not a token"] = 1;
  request_.set_temperature(std::numeric_limits<double>::quiet_NaN());
  const router::CallReport& report = Run();
  EXPECT_EQ(report.verdict, Verdict::kRefused);
  EXPECT_EQ(report.code, absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(report.attempts[0].failed->message, HasSubstr("temperature"));
  EXPECT_TRUE(sim_.Log().empty());
  EXPECT_EQ(call_, nullptr) << "it ended at once";
}

TEST_F(CallRunnerTest, AnUnknownModelHasNoRoute) {
  request_.set_model("gpt-9");
  Begin();
  ASSERT_TRUE(result_);
  EXPECT_FALSE(result_->report);
  EXPECT_EQ(Sample(R"(spillway_calls_total{code="NOT_FOUND",environment="production",policy=""})"), 1);
  EXPECT_EQ(Sample("spillway_calls_in_flight"), 0);
}

TEST_F(CallRunnerTest, ACallKeepsItsConfigurationAlive) {
  sim_.SetScript("first", "ok:delay_ms=50");
  Begin();
  runner_.Use(nullptr);
  EXPECT_EQ(Finish().verdict, Verdict::kServed);
}

}  // namespace
}  // namespace spillway::server
