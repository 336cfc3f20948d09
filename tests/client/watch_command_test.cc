// `spillway targets --watch` where nothing is drawn: piped, against a server that does as told.
#include <string>
#include <vector>

#include "boost/json.hpp"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/client/proto_text.h"
#include "tests/client/run_command.h"
#include "tests/support/paths.h"

namespace spillway::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

v1::WatchTargetsResponse Told(const std::string& state, int attempts) {
  return Parse<v1::WatchTargetsResponse>("targets {target {endpoint: 'e' model: 'm'} state: TARGET_STATE_" +
                                         state + " figures {attempts: " + std::to_string(attempts) + "}}");
}

// The watch's end, for a process that is to end.
grpc::Status Refusal() { return {grpc::StatusCode::UNAUTHENTICATED, "no such key any more"}; }

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class WatchCommandTest : public ::testing::Test {
 protected:
  CommandResult Watch(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"targets", "--watch", "--admin", server_.address()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunCommand(ProgramPath("spillway"), arguments);
  }

  FakeServer server_;
};

TEST_F(WatchCommandTest, APipeGetsATableForEachChangeOfState) {
  server_.scripts.watch_targets = {
      {.messages = {Told("AVAILABLE", 1), Told("AVAILABLE", 2), Told("PROBING", 3), Told("PROBING", 4)},
       .status = Refusal()}};
  const auto run = Watch();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, ContainsRegex("^20[0-9-]+ [0-9:]+ UTC\ntarget  state "));
  EXPECT_EQ(Count(run.out, "target  state"), 2) << run.out;
  EXPECT_EQ(Count(run.out, "e/m "), 2) << run.out;
  EXPECT_THAT(run.out, HasSubstr("probing"));
  EXPECT_THAT(run.out, Not(HasSubstr("\033"))) << "nobody's terminal";
  EXPECT_THAT(run.err, HasSubstr("the operator's key is missing or wrong (UNAUTHENTICATED)"));
}

TEST_F(WatchCommandTest, AnIntervalGetsATableEachTime) {
  server_.scripts.watch_targets = {
      {.messages = {Told("AVAILABLE", 1), Told("AVAILABLE", 1)}, .status = Refusal()}};
  EXPECT_EQ(Count(Watch({"--interval", "150ms"}).out, "target  state"), 2);
  const auto request = server_.log().watch_targets.at(0).request;
  EXPECT_EQ(request.interval().nanos(), 150'000'000);
}

TEST_F(WatchCommandTest, JsonIsAnObjectALine) {
  server_.scripts.watch_targets = {
      {.messages = {Told("AVAILABLE", 1), Told("SUSPENDED", 2)}, .status = Refusal()}};
  const auto run = Watch({"--json"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.err, "");
  std::vector<boost::json::value> lines;
  for (std::size_t at = 0; at < run.out.size();) {
    const std::size_t end = run.out.find('\n', at);
    lines.push_back(boost::json::parse(run.out.substr(at, end - at)));
    at = end + 1;
  }
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].at("targets").at(0).at("state"), "TARGET_STATE_AVAILABLE");
  EXPECT_EQ(lines[1].at("targets").at(0).at("state"), "TARGET_STATE_SUSPENDED");
  EXPECT_EQ(lines[2].at("status").at("code"), "UNAUTHENTICATED");
}

TEST_F(WatchCommandTest, AServerThatIsLostIsAskedAgain) {
  server_.scripts.watch_targets = {{.messages = {Told("AVAILABLE", 7)},
                                    .status = {grpc::StatusCode::UNAVAILABLE, "the server is stopping"}},
                                   {.messages = {Told("AVAILABLE", 0)}, .status = Refusal()}};
  const auto run = Watch();
  EXPECT_EQ(server_.log().watch_targets.size(), 2u);
  EXPECT_EQ(Count(run.out, "target  state"), 2) << "another server's word is news";
  const std::string address = "spillway: " + server_.address() + ": ";
  EXPECT_THAT(run.err, HasSubstr(address + "lost the server (the server is stopping); trying again\n"));
  EXPECT_THAT(run.err, HasSubstr(address + "the server is back\n"));
}

TEST_F(WatchCommandTest, AServerThatWasNeverReachedIsNotWaitedFor) {
  const auto run = RunCommand(ProgramPath("spillway"), {"targets", "--watch", "--admin", UnusedAddress()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("cannot reach the Spillway server"));
}

TEST_F(WatchCommandTest, AServerThatSaysNothingIsWaitedForAsLongAsAsked) {
  server_.scripts.watch_targets = {{.silent = true}};
  const auto run = Watch({"--timeout", "300ms"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("300ms"));
}

TEST_F(WatchCommandTest, AWrongAddressIsAUsageError) {
  const auto run = RunCommand(ProgramPath("spillway"), {"targets", "--watch", "--admin", "localhost"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("has no port"));
}

TEST_F(WatchCommandTest, TheConfigurationIsYamlOrJson) {
  server_.scripts.get_config.response =
      Parse<v1::GetConfigResponse>("config_hash: 7 config {policies {name: 'p' model: '*'}}");
  const auto yaml = RunCommand(ProgramPath("spillway"), {"config", "--admin", server_.address()});
  EXPECT_EQ(yaml.exit_code, 0);
  EXPECT_EQ(yaml.out, "# In force at " + server_.address() +
                          ": configuration 7\npolicies:\n  - {name: p, model: \"*\"}\n");
  const auto json = RunCommand(ProgramPath("spillway"), {"config", "--json", "--admin", server_.address()},
                               {.environment = {"SPILLWAY_ADMIN_KEY=A-1"}});
  const auto object = boost::json::parse(json.out);
  EXPECT_EQ(object.at("response").at("config").at("policies").at(0).at("model"), "*");
  EXPECT_EQ(server_.log().get_config.at(1).metadata.find("authorization")->second, "Bearer A-1");
}

}  // namespace
}  // namespace spillway::testing
