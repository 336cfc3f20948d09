// The binary's arguments and --check: every mistake at once, an exit code for scripts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/server_process.h"

namespace spillway::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using testing::Subprocess;

constexpr char kGood[] = R"(providers: [{name: openai, api: openai, models: [gpt-4o]}]
endpoints:
  - {name: prod, provider: openai, url: "https://api.openai.com/v1", api_key: {env: CHECK_TEST_KEY}}
policies:
  - name: chat
    model: gpt-4o
    production: {failover: {targets: [{endpoint: prod, model: gpt-4o}]}}
)";

constexpr char kTenMistakes[] = R"(server: {shutdown_grace: soon}
providers:
  - {name: openai, api: opnai}
  - {name: "a b", api: openai}
endpoints:
  - {name: prod, provider: nobody, url: "https://api.openai.com/v1"}
  - {name: prod, provider: openai, url: "ftp://x"}
policies:
  - name: chat
    model: gpt-4o
    retries: -1
    suspend_durration: 30s
    fail_on: [sometimes]
    production: {failover: {targets: [{endpoint: prd, model: gpt-4o}]}}
)";

class CheckTest : public ::testing::Test {
 protected:
  struct Outcome {
    std::optional<int> exit_code;
    std::vector<std::string> out;
    std::string err;
  };

  static Outcome Run(const std::vector<std::string>& arguments, const std::string& key = "a-key") {
    Subprocess::Options options;
    if (!key.empty()) options.environment = {"CHECK_TEST_KEY=" + key};
    Subprocess process(ServerBinary(), arguments, options);
    Outcome outcome;
    outcome.exit_code = process.Wait(std::chrono::seconds(10));
    outcome.out = process.Lines();
    outcome.err = process.Errors();
    return outcome;
  }

  testing::TempDir dir_;
};

TEST_F(CheckTest, AGoodFileIsGood) {
  const std::string file = dir_.Write("good.yaml", kGood);
  const Outcome outcome = Run({"--check", file});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, ::testing::ElementsAre(file + ": good: 1 endpoints, 1 policies"));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(CheckTest, TenMistakesAreTenLines) {
  const std::string file = dir_.Write("bad.yaml", kTenMistakes);
  for (const char* flag : {"--check", "--config"}) {
    const Outcome outcome = Run({flag, file});
    EXPECT_EQ(outcome.exit_code, 1) << flag;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 10) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
    std::istringstream lines(outcome.err);
    for (std::string line; std::getline(lines, line);) EXPECT_THAT(line, StartsWith(file + ":"));
    for (const char* path :
         {"server.shutdown_grace", "providers[0].api", "providers[1].name", "endpoints[0].provider",
          "endpoints[1].name", "endpoints[1].url", "policies[0].retries", "policies[0].suspend_durration",
          "policies[0].fail_on[0]", "policies[0].production.failover.targets[0].endpoint"}) {
      EXPECT_THAT(outcome.err, HasSubstr(std::string(": ") + path + ": "));
    }
  }
}

TEST_F(CheckTest, AMissingKeyIsNamedAndNeverShown) {
  std::string text = kGood;
  const std::string key_file = dir_.Path("no-such-key");
  text.replace(text.find("env: CHECK_TEST_KEY"), 19, "file: \"" + key_file + "\"");
  const std::string file = dir_.Write("keyless.yaml", text);
  for (const char* flag : {"--check", "--config"}) {
    const Outcome outcome = Run({flag, file});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("keyless.yaml:3:"), HasSubstr("endpoints[0].api_key.file"),
                                   HasSubstr("No such file")));
  }
}

TEST_F(CheckTest, AnUnsetVariableIsNamed) {
  const std::string file = dir_.Write("good.yaml", kGood);
  const Outcome outcome = Run({"--check", file}, /*key=*/"");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("endpoints[0].api_key.env"), HasSubstr("CHECK_TEST_KEY is not set")));
}

TEST_F(CheckTest, AKeyThatCannotBeSentIsNotShown) {
  const std::string file = dir_.Write("good.yaml", kGood);
  const Outcome outcome = Run({"--check", file}, "hush\nhush");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("line break"), Not(HasSubstr("hush"))));
}

TEST_F(CheckTest, AMissingFileIsAClearError) {
  for (const char* flag : {"--check", "--config"}) {
    const Outcome outcome = Run({flag, dir_.Path("nothing.yaml")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("nothing.yaml"), HasSubstr("No such file")));
  }
  EXPECT_EQ(Run({"--config", dir_.Path("")}).exit_code, 1) << "a directory";
  EXPECT_EQ(Run({"--config", "/dev/null"}).exit_code, 1) << "nothing in it";
}

TEST_F(CheckTest, AMissingAuthorityIsAClearError) {
  std::string text = kGood;
  text.replace(text.find("api_key: {env: CHECK_TEST_KEY}"), 30,
               "tls: {ca_file: \"" + dir_.Path("ca.pem") + "\"}");
  const Outcome outcome = Run({"--config", dir_.Write("c.yaml", text)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("endpoints[0].tls.ca_file"), HasSubstr("No such file")));
}

TEST_F(CheckTest, AnAuthorityThatIsNoneIsAClearError) {
  std::string text = kGood;
  const std::string ca_file =
      dir_.Write("ca.pem", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n");
  text.replace(text.find("api_key: {env: CHECK_TEST_KEY}"), 30, "tls: {ca_file: \"" + ca_file + "\"}");
  const Outcome outcome = Run({"--config", dir_.Write("c.yaml", text)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("ca.pem"));
}

TEST_F(CheckTest, WrongArgumentsAreRefused) {
  const Outcome unknown = Run({"--confg", "x"});
  EXPECT_NE(unknown.exit_code, 0);
  EXPECT_THAT(unknown.err, HasSubstr("--confg"));
  const Outcome nothing = Run({});
  EXPECT_NE(nothing.exit_code, 0);
  EXPECT_THAT(nothing.err, HasSubstr("--config FILE"));
  const Outcome both = Run({"--config", "a", "--check", "b"});
  EXPECT_NE(both.exit_code, 0);
  EXPECT_THAT(both.err, AllOf(HasSubstr("--config"), HasSubstr("--check")));
}

TEST_F(CheckTest, HelpAndVersionSucceed) {
  const Outcome help = Run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_FALSE(help.out.empty());
  const Outcome version = Run({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, ::testing::ElementsAre(SPILLWAY_VERSION));
}

}  // namespace
}  // namespace spillway::e2e
