// What a policy says of one target reaches the leaf that the router knows by its number alone: its codec, and
// what Route tells of it.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "server/config/config_loader.h"
#include "server/route_explainer.h"
#include "server/table_spec.h"

namespace spillway::server {
namespace {

// In the order that the priorities make of it: second, first; third.
constexpr char kConfig[] = R"(
providers: [{name: openai, api: openai}]
endpoints:
  - {name: prod, provider: openai, url: "http://127.0.0.1:1/v1", primary: true}
policies:
  - name: tuned
    model: gpt-4o
    production:
      priority:
        targets:
          - {endpoint: prod, model: first, weight: 5, path: /first}
          - endpoint: prod
            model: second
            weight: 10
            request_timeout: 3s
            context_window: 8000
            max_concurrent: 4
            parameters: {temperature: 0, max_tokens: null, stop: [END], top_k: 40}
          - {failover: {targets: [{endpoint: prod, model: third, parameters: {temperature: 1}}]}}
    request_timeout: 20s
)";

class LeafSettingsTest : public ::testing::Test {
 protected:
  // The body of the leaf's request when a caller asks for gpt-4o.
  std::string Body(router::LeafId leaf) {
    v1::ChatRequest request;
    request.set_model("gpt-4o");
    request.set_max_tokens(9);
    request.set_temperature(0.5);
    request.add_stop("a");
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content("hi");
    const auto encoded = runtime_->leaf(leaf).codec->Encode(request);
    return encoded.ok() ? encoded->body : encoded.status().ToString();
  }

  const LoadedConfig config_ = *ParseConfig(kConfig, "test.yaml").loaded;
  boost::asio::io_context io_;
  Metrics metrics_;
  SharedRouter router_{TableSpecFrom(config_.config), 1, metrics_};
  std::shared_ptr<Runtime> runtime_ =
      Runtime::Create(config_.config, ClientsFor(io_, config_, {}).clients, router_.table(), metrics_);
};

TEST_F(LeafSettingsTest, EachTargetsParametersAreItsOwn) {
  const std::string rest = R"("messages":[{"role":"user","content":"hi"}],)";
  EXPECT_EQ(Body(0), R"({"model":"second",)" + rest + R"("temperature":0,"stop":["END"],"top_k":40})");
  EXPECT_EQ(Body(1), R"({"model":"first",)" + rest + R"("max_tokens":9,"temperature":0.5,"stop":["a"]})");
  EXPECT_EQ(Body(2), R"({"model":"third",)" + rest + R"("max_tokens":9,"temperature":1,"stop":["a"]})");
  EXPECT_EQ(Body(3), R"({"model":"gpt-4o",)" + rest + R"("max_tokens":9,"temperature":0.5,"stop":["a"]})")
      << "the primary endpoint's";
}

TEST_F(LeafSettingsTest, RouteTellsWhatHoldsForEachTarget) {
  v1::RouteRequest request;
  request.set_model("gpt-4o");
  v1::RouteResponse response;
  ASSERT_EQ(ExplainRoute(request, {}, router_, *runtime_, response).code, absl::StatusCode::kOk);
  ASSERT_EQ(response.candidates_size(), 3);
  const v1::Candidate& second = response.candidates(0);
  EXPECT_EQ(second.target().model(), "second");
  EXPECT_EQ(second.settings().request_timeout().seconds(), 3);
  EXPECT_EQ(second.settings().context_window(), 8000u);
  EXPECT_EQ(second.settings().max_concurrent(), 4u);
  EXPECT_EQ(second.settings().parameters().fields_size(), 4);
  const v1::Candidate& first = response.candidates(1);
  EXPECT_EQ(first.target().model(), "first");
  EXPECT_EQ(first.settings().ShortDebugString(), "request_timeout { seconds: 20 } path: \"/first\"");
  EXPECT_EQ(response.candidates(2).target().model(), "third");
  EXPECT_EQ(response.candidates(2).settings().parameters().fields().at("temperature").number_value(), 1);

  request.set_model("another");
  response.Clear();
  ASSERT_EQ(ExplainRoute(request, {}, router_, *runtime_, response).code, absl::StatusCode::kOk);
  EXPECT_EQ(response.candidates(0).settings().ShortDebugString(), "request_timeout { seconds: 60 }");
}

}  // namespace
}  // namespace spillway::server
