#include "tests/sim/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace spillway::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Parse>
std::string ErrorOf(Parse parse) {
  try {
    parse();
  } catch (const InvalidConfig& error) {
    return error.what();
  }
  return "";
}

TEST(ConfigTest, AFileDescribesPersonalities) {
  SimulatorOptions options = ParseConfig(R"({
    "control": "127.0.0.1:0", "log_entries": 5,
    "personalities": [
      {"name": "primary", "api": "openai", "listen": "127.0.0.1:9001", "tls": true, "models": ["gpt-4o"],
       "aliases": {"gpt-4o": "gpt-4o-2024-08-06"}, "api_key": "sk-test", "paths": ["/x"], "tokens": 7,
       "script": ["rate_limited:retry_after=3", "ok"]},
      {"name": "backup", "tls": "expired"}]})");
  EXPECT_EQ(options.control, "127.0.0.1:0");
  EXPECT_EQ(options.log_entries, 5u);
  ASSERT_EQ(options.personalities.size(), 2u);
  PersonalityConfig& primary = options.personalities[0];
  EXPECT_EQ(primary.name, "primary");
  EXPECT_EQ(primary.listen, "127.0.0.1:9001");
  EXPECT_EQ(primary.tls, TlsMode::kOn);
  EXPECT_THAT(primary.api_options.models, ElementsAre("gpt-4o"));
  EXPECT_EQ(primary.api_options.aliases.at("gpt-4o"), "gpt-4o-2024-08-06");
  EXPECT_EQ(primary.api_options.api_key, "sk-test");
  EXPECT_EQ(primary.api_options.tokens, 7u);
  EXPECT_EQ(primary.script.Next().fault, Fault::kRateLimited);
  EXPECT_EQ(options.personalities[1].tls, TlsMode::kExpired);
}

TEST(ConfigTest, AFlagDescribesOnePersonality) {
  PersonalityConfig config =
      ParsePersonalityFlag("openai",
                           "primary=:9001,tls,model=gpt-4o,model=o3,alias=o3:o3-2025,"
                           "key=sk-1,tokens=100000,fault=reset:times=2,fault=ok,then=cycle,seed=4");
  EXPECT_EQ(config.name, "primary");
  EXPECT_EQ(config.api, "openai");
  EXPECT_EQ(config.listen, ":9001");
  EXPECT_EQ(config.tls, TlsMode::kOn);
  EXPECT_THAT(config.api_options.models, ElementsAre("gpt-4o", "o3"));
  EXPECT_EQ(config.api_options.aliases.at("o3"), "o3-2025");
  EXPECT_EQ(config.api_options.api_key, "sk-1");
  EXPECT_EQ(config.api_options.tokens, 100'000u);
  std::vector<Fault> faults;
  for (int i = 0; i < 4; ++i) faults.push_back(config.script.Next().fault);
  EXPECT_THAT(faults, ElementsAre(Fault::kReset, Fault::kReset, Fault::kOk, Fault::kReset));
}

TEST(ConfigTest, ANameIsEnoughForAFlag) {
  PersonalityConfig config = ParsePersonalityFlag("openai", "primary");
  EXPECT_EQ(config.listen, "127.0.0.1:0");
  EXPECT_EQ(config.tls, TlsMode::kOff);
  EXPECT_EQ(config.script.Next().fault, Fault::kOk);
}

TEST(ConfigTest, MistakesNameTheField) {
  const auto file = [](const char* text) { return ErrorOf([&] { ParseConfig(text); }); };
  const auto flag = [](const char* text) { return ErrorOf([&] { ParsePersonalityFlag("openai", text); }); };
  EXPECT_THAT(file(R"({"personalities": [{"name": "a"}, {"name": ""}]})"),
              HasSubstr("personalities[1].name"));
  EXPECT_THAT(file(R"({"personalities": [{"name": "a", "tls": "maybe"}]})"),
              HasSubstr("personalities[0].tls"));
  EXPECT_THAT(file(R"({"personalities": [{"name": "a", "script": [{"fault": "x"}]}]})"),
              HasSubstr("personalities[0].script[0].fault"));
  EXPECT_THAT(file(R"({"personalitis": []})"), HasSubstr("personalitis: unknown key"));
  EXPECT_THAT(file("nonsense"), HasSubstr("config: not JSON"));
  EXPECT_THAT(flag("a=nowhere"), HasSubstr("--openai a.listen"));
  EXPECT_THAT(flag("a,fault=meteor"), HasSubstr("--openai a.script.steps[0].fault"));
  EXPECT_THAT(flag("a,colour=red"), HasSubstr("unknown key \"colour\""));
  EXPECT_THAT(flag("a,seed=x"), HasSubstr("--openai a.script.seed"));
}

TEST(ConfigTest, AddressesHaveShortForms) {
  const auto parse = [](const char* text) {
    const ListenAddress address = ParseListenAddress(text, "listen");
    return address.host + " " + std::to_string(address.port);
  };
  EXPECT_EQ(parse("10.1.2.3:80"), "10.1.2.3 80");
  EXPECT_EQ(parse(":80"), "127.0.0.1 80");
  EXPECT_EQ(parse("80"), "127.0.0.1 80");
  EXPECT_EQ(parse("localhost:80"), "127.0.0.1 80");
  EXPECT_EQ(parse("[::1]:80"), "::1 80");
  EXPECT_THROW(ParseListenAddress("1.2.3.4:70000", "listen"), InvalidConfig);
  EXPECT_THROW(ParseListenAddress("1.2.3.4", "listen"), InvalidConfig);
}

}  // namespace
}  // namespace spillway::sim
