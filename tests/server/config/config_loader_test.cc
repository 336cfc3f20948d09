// Whole files: good ones, ones with many mistakes, ones that are not there.
#include "server/config/config_loader.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/config/text_check.h"
#include "tests/server/config/config_text.h"
#include "tests/support/paths.h"

namespace spillway::server {
namespace {

TEST(ConfigLoader, AGoodFileBecomesTheConfigurationAsWritten) {
  const ConfigResult result = ParseConfig(kGoodConfig, "good.yaml");
  ASSERT_TRUE(result.ok()) << FormatErrors("good.yaml", result.errors);
  EXPECT_TRUE(result.errors.empty());
  EXPECT_EQ(result.loaded->name, "good.yaml");
  const v1::Config& config = result.loaded->config;
  EXPECT_EQ(config.server().grpc().address(), "127.0.0.1:0");
  ASSERT_EQ(config.providers_size(), 2);
  EXPECT_EQ(config.providers(0).api(), v1::API_OPENAI);
  EXPECT_EQ(config.providers(0).models(1), "gpt-4o-mini");
  ASSERT_EQ(config.endpoints_size(), 3);
  EXPECT_TRUE(config.endpoints(0).primary());
  EXPECT_EQ(config.endpoints(0).api_key().env(), "OPENAI_API_KEY");
  EXPECT_EQ(config.endpoints(1).environment(), v1::ENVIRONMENT_UNSPECIFIED);
  EXPECT_EQ(config.endpoints(1).tls().server_name(), "llm.internal");
  EXPECT_EQ(config.endpoints(2).environment(), v1::ENVIRONMENT_SANDBOX);
  ASSERT_EQ(config.policies_size(), 1);
  const v1::Policy& policy = config.policies(0);
  EXPECT_EQ(policy.production().failover().targets(1).failover().targets(1).path(), "/v1/other?x=1");
  EXPECT_EQ(policy.sandbox().failover().targets(0).model(), "gpt-4o-mini");
  EXPECT_EQ(policy.request_timeout().seconds(), 30);
  EXPECT_EQ(policy.retries(), 3u);
  EXPECT_FALSE(policy.has_max_fails());
  EXPECT_EQ(policy.fail_on(2), "429");
}

TEST(ConfigLoader, TheLeastConfigurationIsOneProviderAndOneEndpoint) {
  const ConfigResult result = ParseConfig(
      "providers: [{name: p, api: openai}]\n"
      "endpoints: [{name: e, provider: p, url: 'http://localhost:1'}]\n",
      "");
  EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
}

TEST(ConfigLoader, EveryFormOfAddressAndUrlThatWorksIsTaken) {
  for (const char* url : {"HTTPS://API.example.com", "http://10.0.0.1:8080/v1/", "http://[fd00::1]:80",
                          "https://a_b.c-d:443/x/y"}) {
    const ConfigResult result =
        ParseConfig(Edited(kGoodConfig, "url: https://api.openai.com/v1", std::string("url: ") + url), "");
    EXPECT_TRUE(result.ok()) << FormatErrors(url, result.errors);
  }
  for (const char* address : {"0.0.0.0:65535", "[::]:1", "localhost:0", "pod-1.svc.local:50051"}) {
    const ConfigResult result = ParseConfig(Edited(kGoodConfig, "grpc: {address: \"127.0.0.1:0\"}",
                                                   std::string("grpc: {address: '") + address + "'}"),
                                            "");
    EXPECT_TRUE(result.ok()) << FormatErrors(address, result.errors);
  }
}

TEST(ConfigLoader, EveryFormOfDurationThatIsDocumentedIsExact) {
  const std::vector<std::pair<std::string, std::pair<std::int64_t, std::int32_t>>> cases = {
      {"30s", {30, 0}},           {"1500ms", {1, 500'000'000}}, {"5m", {300, 0}},        {"24h", {86400, 0}},
      {"1.5s", {1, 500'000'000}}, {"0.1s", {0, 100'000'000}},   {"1ms", {0, 1'000'000}}, {"0.5m", {30, 0}},
      {"'30s'", {30, 0}},         {"0.000000001s", {0, 1}},
  };
  for (const auto& [text, expected] : cases) {
    const ConfigResult result =
        ParseConfig(Edited(kGoodConfig, "request_timeout: 30s", "request_timeout: " + text), "");
    ASSERT_TRUE(result.ok()) << FormatErrors(text, result.errors);
    const auto& timeout = result.loaded->config.policies(0).request_timeout();
    EXPECT_EQ(timeout.seconds(), expected.first) << text;
    EXPECT_EQ(timeout.nanos(), expected.second) << text;
  }
}

TEST(ConfigLoader, LineEndsAndAByteOrderMarkMakeNoDifference) {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : std::string(kGoodConfig))
    windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const ConfigResult a = ParseConfig(kGoodConfig, "");
  const ConfigResult b = ParseConfig(windows, "");
  ASSERT_TRUE(a.ok() && b.ok()) << FormatErrors("f", b.errors);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(a.loaded->config, b.loaded->config));
}

TEST(ConfigLoader, PositionsAreThoseOfTheText) {
  const ConfigResult result = ParseConfig(kGoodConfig, "");
  ASSERT_TRUE(result.ok());
  const SourceMap& source = result.loaded->source;
  EXPECT_EQ(source.Find("endpoints"), (Position{7, 1}));
  EXPECT_EQ(source.Find("endpoints[0]"), (Position{8, 5}));
  EXPECT_EQ(source.Find("endpoints[0].url"), (Position{10, 10}));
  EXPECT_EQ(source.Find("policies[0].production"), (Position{24, 5}));
  EXPECT_EQ(source.Find("policies[0].production.failover.targets[0].endpoint"), (Position{27, 24}));
  EXPECT_EQ(source.Find("policies[0].production.failover.targets[0].path"), (Position{27, 13}))
      << "the target's";
  EXPECT_EQ(source.Find("policies[0].fail_on[1]"), (Position{36, 22}));
  EXPECT_EQ(source.Find("nothing"), (Position{1, 1})) << "the file's first";
  EXPECT_FALSE(source.Contains("endpoints[0].tls"));
}

TEST(ConfigLoader, TenMistakesAreTenErrorsInTheirOrder) {
  std::string text = R"(server:
  grpc: {address: @@localhost}
providers:
  - {name: openai, api: @@opnai}
endpoints:
  - name: prod
    provider: @@azure
    url: @@https://user:hunter2@api.openai.com/v1
    @@enviroment: production
    api_key: @@sk-live-hunter2
policies:
  - name: @@my policy
    model: gpt-4o
    production:
      failover:
        targets:
          - {endpoint: @@prd, model: gpt-4o}
    request_timeout: @@30
    retries: @@"3"
    suspend_duration: 30s
)";
  const std::vector<Position> marks = TakeMarks(&text);
  ASSERT_EQ(marks.size(), 10u);
  const ConfigResult result = ParseConfig(text, "f");
  const std::string all = FormatErrors("f", result.errors);
  ASSERT_EQ(result.errors.size(), 10u) << all;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    EXPECT_EQ(result.errors[i].line, marks[i].line) << all;
    EXPECT_EQ(result.errors[i].column, marks[i].column) << all;
  }
  EXPECT_EQ(all.find("hunter2"), std::string::npos) << all;
}

// What is broken in one place is not reported again where it is missed.
TEST(ConfigLoader, OneMistakeIsOneError) {
  const std::vector<std::pair<std::string, std::string>> edits = {
      {"  - name: prod", "  - nmae: prod"},
      {"  - name: prod", "  - name: [prod]"},
      {"{name: openai, api: openai, ", "{nam: openai, api: openai, "},
      {"{name: openai, api: openai, ", "{name: openai, apy: openai, "},
      {"endpoints:\n", "endpionts:\n"},
      {"providers:\n", "provider:\n"},
      {"    production:\n", "    prodution:\n"},
      {"environment: sandbox", "enviroment: sandbox"},
      {"environment: sandbox", "environment: box"},
      {"suspend_duration: 30s", "suspend_duration: 30\n    max_fails: 2"},
      {"suspend_duration: 30s", "suspend_durration: 30s\n    max_fails: 2"},
      {"models: [gpt-4o, gpt-4o-mini]", "models: [[gpt-4o], gpt-4o-mini]"},
      {"{targets: [{endpoint: test, model: gpt-4o-mini}]}", "~"},
      {"{targets: [{endpoint: test, model: gpt-4o-mini}]}", "{target: []}"},
      {"endpoint: test, model: gpt-4o-mini", "endpoint: test, modell: gpt-4o-mini"},
      {"{env: OPENAI_API_KEY}", "{env: ''}"},
      {"server:\n", "server: []\nserver:\n"},
  };
  for (const auto& [from, to] : edits) {
    const ConfigResult result = ParseConfig(Edited(kGoodConfig, from, to), "f");
    const bool server_twice = from == "server:\n";
    EXPECT_EQ(result.errors.size(), server_twice ? 2u : 1u) << to << "\n" << FormatErrors("f", result.errors);
  }
}

TEST(ConfigLoader, AnUnknownKeyHidesNoOtherMistake) {
  const std::string text = Edited(kGoodConfig, "server:\n", "listeners: []\nserver:\n");
  const ConfigResult result = ParseConfig(Edited(text, "endpoint: test,", "endpoint: tset,"), "f");
  ASSERT_EQ(result.errors.size(), 2u) << FormatErrors("f", result.errors);
  EXPECT_EQ(result.errors[1].path, "policies[0].sandbox.failover.targets[0].endpoint");
}

TEST(ConfigLoader, EveryExampleLoads) {
  int examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(testing::SourcePath("examples"))) {
    if (entry.path().extension() != ".yaml") continue;
    ++examples;
    const ConfigResult result = LoadConfigFile(entry.path());
    EXPECT_TRUE(result.ok()) << FormatErrors(entry.path().string(), result.errors);
  }
  EXPECT_GT(examples, 0);
}

TEST(ConfigLoader, ASecretInTheFileIsRefusedAndNeverRepeated) {
  for (const char* api_key : {"hunter2", "\"hunter2\"", "[hunter2]", "{hunter2}", "{hunter2: x}",
                              "{value: hunter2}", "{env: [hunter2]}", "{file: {hunter2: 1}}", "*hunter2",
                              "&a hunter2", "!!str hunter2", "{env: &a hunter2}", "{? [hunter2] : 1}",
                              "{env: hunter2, file: hunter2}", "{env: hunter2, env: hunter2}", "'hunter2",
                              "{env: \"hunter2", "hunter2: hunter2", "{env: \"\\qhunter2\"}"}) {
    const ConfigResult result = ParseConfig(Edited(kGoodConfig, "{env: OPENAI_API_KEY}", api_key), "f");
    const std::string all = FormatErrors("f", result.errors);
    EXPECT_FALSE(result.ok()) << api_key;
    EXPECT_EQ(all.find("hunter2"), std::string::npos) << all;
  }
  const ConfigResult inline_key =
      ParseConfig(Edited(kGoodConfig, "{env: OPENAI_API_KEY}", "sk-hunter2"), "f");
  EXPECT_EQ(FormatErrors("f", inline_key.errors),
            "f:12:14: endpoints[0].api_key: a secret is never written into this file; write {env: "
            "NAME_OF_VARIABLE} "
            "or {file: /path}\n");
}

TEST(ConfigLoader, AFileWithoutAMappingIsRefused) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "~\n"}) {
    EXPECT_EQ(FormatErrors("f", ParseConfig(text, "f").errors), "f: the file is empty\n") << text;
  }
  for (const char* text : {"text\n", "- a\n", "[]", "1"}) {
    const ConfigResult result = ParseConfig(text, "f");
    ASSERT_EQ(result.errors.size(), 1u);
    EXPECT_NE(result.errors[0].what.find("must be a mapping"), std::string::npos) << result.errors[0].what;
  }
}

TEST(ConfigLoader, BombsAreRefusedInLittleTime) {
  std::string laughs = "a: &a [x, x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    laughs += std::string(1, c) + ": &" + c + " [*" + std::string(1, static_cast<char>(c - 1)) + "]\n";
  }
  EXPECT_FALSE(ParseConfig(laughs, "").ok());
  EXPECT_FALSE(ParseConfig("a: &a [*a]\n", "").ok());
  const auto what = [](const std::string& text) {
    const ConfigResult result = ParseConfig(text, "");
    return result.errors.size() == 1 ? result.errors[0].what : FormatErrors("", result.errors).substr(0, 500);
  };
  EXPECT_EQ(what(std::string(50'000, '[')), "nested more than 128 levels deep");
  std::string many = "providers:\n";
  while (many.size() < 900'000) many += "- a\n";
  EXPECT_EQ(what(many), "the file has more than 200000 values");
  EXPECT_EQ(what(std::string(kMaxConfigBytes + 1, ' ')), "the file is larger than 1048576 bytes");
}

TEST(ConfigLoader, ThousandsOfDanglingNamesAreReportedInLittleTime) {
  std::string text = "providers:\n";
  for (int i = 0; i < 8000; ++i) text += "- {name: provider" + std::to_string(i) + ", api: openai}\n";
  text += "endpoints:\n";
  for (int i = 0; i < 8000; ++i) {
    text +=
        "- {name: e" + std::to_string(i) + ", provider: providr" + std::to_string(i) + ", url: 'http://a'}\n";
  }
  const ConfigResult result = ParseConfig(text, "");
  ASSERT_EQ(result.errors.size(), 8000u);
  EXPECT_EQ(result.errors[0].what, "there is no provider \"providr0\"; did you mean \"provider0\"?");
  EXPECT_EQ(result.errors[7999].what, "there is no provider \"providr7999\"");
}

TEST(ConfigLoader, TheHashFollowsTheMeaningAndNotTheLayout) {
  const auto hash = [](const std::string& text) {
    const ConfigResult result = ParseConfig(text, "");
    EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
    return result.ok() ? result.loaded->hash : 0;
  };
  const std::uint64_t good = hash(kGoodConfig);
  EXPECT_NE(good, 0u);
  EXPECT_LT(good, std::uint64_t{1} << 48);
  EXPECT_EQ(static_cast<std::uint64_t>(static_cast<double>(good)), good);
  EXPECT_EQ(hash(kGoodConfig), good);
  EXPECT_EQ(hash("# a comment\n" +
                 Edited(kGoodConfig, "{name: local, api: openai}", "{api: 'openai', name: local}")),
            good);
  EXPECT_NE(hash(Edited(kGoodConfig, "retries: 3", "retries: 4")), good);
}

TEST(ConfigLoader, AFileIsLoadedUnderItsPath) {
  const std::string path = ::testing::TempDir() + "/spillway-config-loader-test.yaml";
  std::ofstream(path) << kGoodConfig;
  const ConfigResult result = LoadConfigFile(path);
  ASSERT_TRUE(result.ok()) << FormatErrors(path, result.errors);
  EXPECT_EQ(result.loaded->name, path);
}

TEST(ConfigLoader, AFileThatCannotBeReadSaysWhy) {
  EXPECT_EQ(FormatErrors("/no/such.yaml", LoadConfigFile("/no/such.yaml").errors),
            "/no/such.yaml: cannot read the file: No such file or directory\n");
  EXPECT_EQ(FormatErrors("/", LoadConfigFile("/").errors), "/: cannot read the file: Is a directory\n");
}

}  // namespace
}  // namespace spillway::server
