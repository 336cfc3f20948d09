#include "server/openai/model_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "server/config/config_loader.h"

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kConfig[] = R"(
providers:
  - {name: openai, api: openai, models: [gpt-4o, o3]}
  - {name: mistral, api: mistral, models: [mistral-large-latest]}
endpoints:
  - {name: live, provider: openai, url: "http://127.0.0.1:9", primary: true}
  - {name: test, provider: mistral, environment: sandbox, url: "http://127.0.0.1:9", primary: true}
  - {name: spare, provider: mistral, url: "http://127.0.0.1:9"}
policies:
  - name: chat
    model: gpt-4o
    production: {failover: {targets: [{endpoint: live, model: gpt-4o}]}}
  - name: summaries
    model: "sum/ma:ries"
    production: {failover: {targets: [{endpoint: live, model: gpt-4o}]}}
    sandbox: {failover: {targets: [{endpoint: test, model: mistral-large-latest}]}}
  - name: rest
    model: "*"
    production: {failover: {targets: [{endpoint: spare, model: mistral-large-latest}]}}
)";

class ModelListTest : public ::testing::Test {
 protected:
  static ModelList Load() {
    const ConfigResult reading = ParseConfig(kConfig, "test.yaml");
    EXPECT_TRUE(reading.ok()) << FormatErrors("test.yaml", reading.errors);
    return ModelList(reading.loaded->config, 1'700'000'000);
  }

  static Identity From(router::Environment environment, std::vector<std::string> models = {}) {
    Identity identity;
    identity.name = "somebody";
    identity.environment = environment;
    identity.models.insert(models.begin(), models.end());
    return identity;
  }

  // "id of owner", of each.
  std::vector<std::string> Told(const Identity& caller) const {
    const boost::json::value body = boost::json::parse(list_.All(caller));
    EXPECT_EQ(body.at("object"), "list");
    std::vector<std::string> told;
    for (const boost::json::value& model : body.at("data").as_array()) {
      EXPECT_EQ(model.at("object"), "model");
      EXPECT_EQ(model.at("created"), 1'700'000'000);
      told.push_back(std::string(model.at("id").as_string()) + " of " +
                     std::string(model.at("owned_by").as_string()));
      EXPECT_EQ(boost::json::parse(list_.One(std::string(model.at("id").as_string()), caller)), model);
    }
    return told;
  }

  const ModelList list_ = Load();
};

TEST_F(ModelListTest, PoliciesAndThePrimaryEndpointNameThem) {
  EXPECT_THAT(Told(From(router::Environment::kProduction)),
              ElementsAre("gpt-4o of spillway", "o3 of openai", "sum/ma:ries of spillway"));
}

TEST_F(ModelListTest, EachEnvironmentHasItsOwn) {
  EXPECT_THAT(Told(From(router::Environment::kSandbox)),
              ElementsAre("mistral-large-latest of mistral", "sum/ma:ries of spillway"));
  EXPECT_THAT(list_.One("gpt-4o", From(router::Environment::kSandbox)), IsEmpty());
}

TEST_F(ModelListTest, ACallerSeesWhatItMayAskFor) {
  const Identity caller = From(router::Environment::kProduction, {"o3", "never-heard-of"});
  EXPECT_THAT(Told(caller), ElementsAre("o3 of openai"));
  for (const char* model : {"gpt-4o", "never-heard-of", "*", ""}) {
    EXPECT_THAT(list_.One(model, caller), IsEmpty()) << model;
  }
  EXPECT_THAT(Told(From(router::Environment::kProduction, {"none-of-them"})), IsEmpty());
}

}  // namespace
}  // namespace spillway::server
