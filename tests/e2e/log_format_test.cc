// The binary's log as text for people.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/server_process.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace spillway::e2e {
namespace {

using std::chrono::seconds;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using testing::Subprocess;

// spillway-server with text lines, in front of a primary that has no capacity.
class TextLogTest : public ::testing::Test {
 protected:
  TextLogTest() {
    const std::string config =
        dir_.Write("c.yaml", SceneConfig(options_, sim_, dir_.Write("ca.pem", sim_.ca_pem())));
    Subprocess::Options environment;
    environment.environment = {std::string("PRIMARY_KEY=") + kPrimaryKey,
                               std::string("BACKUP_KEY=") + kBackupKey};
    process_ = std::make_unique<Subprocess>(
        ServerBinary(), std::vector<std::string>{"--config", config, "--log-format", "text"}, environment);
    const auto serving = process_->WaitForLine(
        [](const std::string& line) { return line.find(" INFO  serving ") != std::string::npos; });
    if (!serving) {
      ADD_FAILURE() << "it does not serve: " << process_->Errors();
      return;
    }
    const std::string port = serving->substr(serving->find("grpc_port=") + 10);
    const std::string address = "127.0.0.1:" + port.substr(0, port.find(' '));
    client_ = client::Client::Connect({.address = address, .key = "", .tls = {}}).value();
  }

  std::vector<std::string> LinesAtItsEnd() {
    process_->Signal(SIGTERM);
    EXPECT_EQ(process_->Wait(), 0) << process_->Errors();
    return process_->Lines();
  }

  testing::TempDir dir_;
  SceneOptions options_{.primary = "tls,fault=rate_limited:retry_after=30"};
  sim::Simulator sim_{SceneProviders(options_)};
  std::unique_ptr<Subprocess> process_;
  std::optional<client::Client> client_;
};

TEST_F(TextLogTest, ACallIsALineThatAPersonCanRead) {
  ASSERT_TRUE(client_.has_value());
  ExpectServedBy("backup", client_->Chat(TestCall(), {.request_id = "r-1"}));
  const auto line =
      process_->WaitForLine([](const std::string& text) { return text.find(" call ") != std::string::npos; });
  ASSERT_TRUE(line.has_value());
  EXPECT_THAT(*line,
              MatchesRegex("[0-9:]+\\.[0-9]+ INFO  call Chat gpt-4o -> primary/gpt-4o rate_limited "
                           "\\(429, .*, [0-9.]+ ms: \".*\"\\) -> backup/gpt-4o-mini OK [0-9.]+ ms, "
                           "tokens [0-9]+\\+[0-9]+ request_id=r-1 trace_id=[0-9a-f]+ policy=failover"));
  const std::vector<std::string> all = LinesAtItsEnd();
  EXPECT_THAT(all, Each(MatchesRegex("[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\\.[0-9][0-9][0-9] "
                                     "(INFO |WARN |ERROR) [a-z_]+( .*)?")));
  EXPECT_THAT(all, Each(Not(HasSubstr("\033")))) << "a pipe is no terminal";
  EXPECT_THAT(all,
              ::testing::Contains(HasSubstr(
                  "WARN  target_suspended endpoint=primary model=gpt-4o failure=rate_limited for=30.0s")));
  EXPECT_THAT(all.back(), HasSubstr("INFO  stopped"));
}

TEST_F(TextLogTest, AHostileModelStaysOnItsLine) {
  ASSERT_TRUE(client_.has_value());
  const std::string model = "x OK 1 ms\n12:00:00.000 ERROR stopped\033[2J";
  EXPECT_FALSE(client_->Chat(TestCall(model)).ok());
  const std::vector<std::string> all = LinesAtItsEnd();
  std::vector<std::string> calls;
  for (const std::string& line : all) {
    if (line.find(" call ") != std::string::npos) calls.push_back(line);
    EXPECT_THAT(line, Not(StartsWith("12:00:00.000"))) << "a forged line";
  }
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_THAT(calls[0],
              HasSubstr(R"(call Chat "x OK 1 ms\n12:00:00.000 ERROR stopped\u001b[2J" INVALID_ARGUMENT)"));
}

TEST(LogFormatTest, AnUnknownOneIsTheCommandLinesMistake) {
  Subprocess server(ServerBinary(), {"--config", "c.yaml", "--log-format", "xml"});
  EXPECT_NE(server.Wait(seconds(10)), 0);
  EXPECT_THAT(server.Errors(), HasSubstr("--log-format"));
}

}  // namespace
}  // namespace spillway::e2e
