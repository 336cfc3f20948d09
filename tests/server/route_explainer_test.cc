#include "server/route_explainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "server/config/config_loader.h"
#include "server/table_spec.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;

constexpr char kConfig[] = R"(
providers: [{name: openai, api: openai}]
endpoints:
  - {name: prod, provider: openai, url: "http://127.0.0.1:1/v1", primary: true}
  - {name: eu, provider: openai, url: "http://127.0.0.1:2/v1"}
  - {name: box, provider: openai, url: "http://127.0.0.1:3/v1", environment: sandbox}
policies:
  - name: chat
    model: gpt-4o
    production: {failover: {targets: [{endpoint: prod, model: gpt-4o}, {endpoint: eu, model: mini}]}}
    sandbox: {failover: {targets: [{endpoint: box, model: llama}]}}
    suspend_duration: 20s
    retries: 1
)";

class RouteExplainerTest : public ::testing::Test {
 protected:
  CallStatus Explain(const std::string& model, v1::Environment environment = v1::ENVIRONMENT_UNSPECIFIED,
                     const Identity& caller = {}) {
    v1::RouteRequest request;
    request.set_model(model);
    request.set_environment(environment);
    response_.Clear();
    return ExplainRoute(request, caller, router_, *runtime_, response_);
  }

  // In the sandbox, where it may ask for gpt-4o and gpt-5.
  static Identity Ci() { return {"ci", router::Environment::kSandbox, {"gpt-4o", "gpt-5"}}; }

  const LoadedConfig config_ = *ParseConfig(kConfig, "test.yaml").loaded;
  boost::asio::io_context io_;
  Metrics metrics_;
  SharedRouter router_{TableSpecFrom(config_.config), 1, metrics_};
  std::shared_ptr<Runtime> runtime_ =
      Runtime::Create(config_.config, ClientsFor(io_, config_, {}).clients, router_.table(), metrics_);
  v1::RouteResponse response_;
};

TEST_F(RouteExplainerTest, ARouteIsShownInItsOrderWithItsSettings) {
  EXPECT_EQ(Explain("gpt-4o").code, absl::StatusCode::kOk);
  EXPECT_EQ(response_.policy(), "chat");
  EXPECT_EQ(response_.environment(), v1::ENVIRONMENT_PRODUCTION);
  ASSERT_EQ(response_.candidates_size(), 2);
  EXPECT_EQ(response_.candidates(0).target().endpoint(), "prod");
  EXPECT_EQ(response_.candidates(1).target().endpoint(), "eu");
  EXPECT_TRUE(response_.candidates(0).would_try());
  EXPECT_EQ(response_.candidates(0).state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_NE(response_.candidates(0).reason(), "");
  EXPECT_EQ(response_.settings().suspend_duration().seconds(), 20);
  EXPECT_EQ(response_.settings().retries(), 1);
  EXPECT_EQ(response_.settings().request_timeout().seconds(), 60);
}

TEST_F(RouteExplainerTest, ASuspendedTargetComesLast) {
  const router::Instant now = std::chrono::steady_clock::now();
  router_.Suspend("prod", "gpt-4o", now + std::chrono::seconds(9), now);
  Explain("gpt-4o");
  ASSERT_EQ(response_.candidates_size(), 2);
  EXPECT_EQ(response_.candidates(0).target().endpoint(), "eu");
  EXPECT_EQ(response_.candidates(1).state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_FALSE(response_.candidates(1).would_try());
  EXPECT_TRUE(response_.candidates(1).has_suspended_until());
}

TEST_F(RouteExplainerTest, TheEnvironmentIsTheCallersUnlessNamed) {
  Explain("gpt-4o", v1::ENVIRONMENT_SANDBOX);
  EXPECT_EQ(response_.candidates(0).target().endpoint(), "box");
  Explain("gpt-4o", v1::ENVIRONMENT_UNSPECIFIED, Ci());
  EXPECT_EQ(response_.candidates(0).target().endpoint(), "box");
  EXPECT_EQ(response_.environment(), v1::ENVIRONMENT_SANDBOX);
}

TEST_F(RouteExplainerTest, ACallerMayAskAboutItsOwnEnvironmentByName) {
  EXPECT_EQ(Explain("gpt-4o", v1::ENVIRONMENT_SANDBOX, Ci()).code, absl::StatusCode::kOk);
  EXPECT_EQ(response_.environment(), v1::ENVIRONMENT_SANDBOX);
}

TEST_F(RouteExplainerTest, ACallerMayNotAskAboutTheOtherEnvironment) {
  const CallStatus status = Explain("gpt-4o", v1::ENVIRONMENT_PRODUCTION, Ci());
  EXPECT_EQ(status.code, absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status.details, HasSubstr("ENVIRONMENT_NOT_ALLOWED"));
  EXPECT_EQ(response_.candidates_size(), 0);
}

TEST_F(RouteExplainerTest, ACallerMayAskAboutItsOwnModelsOnly) {
  const CallStatus status = Explain("llama", v1::ENVIRONMENT_UNSPECIFIED, Ci());
  EXPECT_EQ(status.code, absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status.details, HasSubstr("MODEL_NOT_ALLOWED"));
  EXPECT_EQ(Explain("gpt-5", v1::ENVIRONMENT_UNSPECIFIED, Ci()).code, absl::StatusCode::kNotFound)
      << "allowed, but nobody serves it there";
}

TEST_F(RouteExplainerTest, AnUnnamedModelGoesToThePrimaryEndpoint) {
  EXPECT_EQ(Explain("llama-9").code, absl::StatusCode::kOk);
  EXPECT_EQ(response_.policy(), "");
  ASSERT_EQ(response_.candidates_size(), 1);
  EXPECT_EQ(response_.candidates(0).target().model(), "llama-9");
  EXPECT_EQ(Explain("llama-9", v1::ENVIRONMENT_SANDBOX).code, absl::StatusCode::kNotFound);
}

TEST_F(RouteExplainerTest, WhatChatWouldRefuseIsRefused) {
  for (const std::string& model :
       {std::string(), std::string("a\nb"), std::string("modèle"), std::string(1 << 20, 'm')}) {
    const CallStatus status = Explain(model);
    EXPECT_EQ(status.code, absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message, HasSubstr("model: "));
    EXPECT_LT(status.message.size(), 200u);
  }
}

TEST_F(RouteExplainerTest, AnUnknownEnvironmentIsAMistake) {
  const CallStatus status = Explain("gpt-4o", static_cast<v1::Environment>(9));
  EXPECT_EQ(status.code, absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message, HasSubstr("environment: unknown environment 9"));
}

}  // namespace
}  // namespace spillway::server
