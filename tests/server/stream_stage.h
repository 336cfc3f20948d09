// A stage for streamed calls without a network: a policy of three targets whose provider is the test, and a
// sink that writes down what it hears.
#ifndef SPILLWAY_TESTS_SERVER_STREAM_STAGE_H_
#define SPILLWAY_TESTS_SERVER_STREAM_STAGE_H_

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/failure.h"
#include "server/call_runner.h"
#include "server/config/config_loader.h"
#include "server/table_spec.h"
#include "tests/server/fake_http_client.h"
#include "tests/server/word_codec.h"
#include "tests/support/test_server.h"

namespace spillway::server {

// Hears "serving by b", "Hello", "reset to b: truncated". What comes in one go is joined by "+".
class ListeningSink final : public AnswerSink {
 public:
  void OnServing(const ServingAnswer& answer) override {
    EXPECT_GE(answer.upstream, answer.serving);
    EXPECT_GE(answer.serving, router::Duration::zero());
    const router::CallReport& report = answer.report;
    heard.push_back("serving by " + report.table->leaf(report.attempts.back().leaf).name.endpoint);
  }

  bool OnEvents(std::vector<v1::ChatEvent>& events) override {
    EXPECT_FALSE(events.empty());
    std::string told;
    for (const v1::ChatEvent& event : events) told += (told.empty() ? "" : "+") + Told(event);
    heard.push_back(told);
    if (on_events) on_events();
    return takes_more;
  }

  std::vector<std::string> heard;
  bool takes_more = true;
  std::function<void()> on_events;

 private:
  static std::string Told(const v1::ChatEvent& event) {
    if (event.has_delta()) return event.delta().has_content() ? event.delta().content() : "role";
    EXPECT_TRUE(event.has_reset());
    const auto failure = static_cast<router::Failure>(event.reset().failure());
    return "reset to " + event.reset().target().endpoint() + ": " +
           std::string(router::TraitsOf(failure).name);
  }
};

class StreamStage : public ::testing::Test {
 protected:
  using Instant = router::Instant;

  explicit StreamStage(const std::string& settings = "")
      : config_(*ParseConfig(ConfigWith(settings), "test.yaml").loaded) {
    auto runtime =
        Runtime::Create(config_.config, ClientsFor(io_, config_, {}).clients, router_.table(), metrics_);
    for (router::LeafId leaf = 0; leaf < 3; ++leaf) {
      runtime->leaf(leaf).codec = std::make_unique<WordCodec>();
      runtime->leaf(leaf).client = &client_;
    }
    runner_.Use(std::move(runtime));
    request_.set_model("gpt-4o");
    input_.request = &request_;
    input_.sink = &sink_;
  }

  ~StreamStage() override {
    // One that is under way is kept alive by its exchange.
    if (call_ != nullptr && !done()) call_->Cancel(Now());
    call_.reset();
    runner_.Use(nullptr);
  }

  // Before any call. The runtime's leaves stay as they are.
  void Reconfigure(const std::function<void(v1::Policy&)>& change) {
    v1::Config config = config_.config;
    change(*config.mutable_policies(0));
    router_.Replace(TableSpecFrom(config));
    runner_.runtime()->Bind(router_.table());
  }

  void Begin() {
    input_.received = Now();
    call_ = runner_.Run(input_, [this](CallResult result) {
      EXPECT_FALSE(result_) << "told twice";
      result_ = std::move(result);
    });
  }

  // The latest exchange is answered so.
  void Answer(const std::string& words) {
    client_.Head();
    client_.Body(words);
  }

  bool done() const { return result_.has_value(); }
  const router::CallReport& report() const { return *result_->report; }
  std::string verdict() const { return done() ? std::string(router::NameOf(report().verdict)) : "under way"; }
  // By number, or how it failed.
  std::string OutcomeOf(std::size_t attempt) const {
    const auto& failed = report().attempts.at(attempt).failed;
    return failed ? std::string(router::TraitsOf(failed->failure).name) : "ok";
  }
  router::TargetState StateOf(std::size_t target) { return router_.Targets(Now())[target].view.state; }
  double Sample(const std::string& series) { return testing::ParseMetrics(metrics_.Serialize())[series]; }
  static Instant Now() { return std::chrono::steady_clock::now(); }

  static std::string ConfigWith(const std::string& settings) {
    return R"(
providers: [{name: words, api: openai}]
endpoints:
  - {name: a, provider: words, url: "http://127.0.0.1:9"}
  - {name: b, provider: words, url: "http://127.0.0.1:9"}
  - {name: c, provider: words, url: "http://127.0.0.1:9"}
policies:
  - name: chat
    model: gpt-4o
    production: {failover: {targets: [{endpoint: a, model: m}, {endpoint: b, model: m}, {endpoint: c, model: m}]}}
    suspend_duration: 30s
    request_timeout: 60s
    first_token_timeout: 15s
    stream_idle_timeout: 30s
)" + settings;
  }

  const LoadedConfig config_;
  boost::asio::io_context io_{1};
  FakeHttpClient client_;
  Metrics metrics_;
  SharedRouter router_{TableSpecFrom(config_.config), 1, metrics_};
  CallRunner runner_{io_, router_, metrics_};
  v1::ChatRequest request_;
  ListeningSink sink_;
  CallInput input_;
  std::optional<CallResult> result_;
  std::shared_ptr<RunningCall> call_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_STREAM_STAGE_H_
