// The binary: what it logs, how it stops, what it says when it cannot start.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/server_process.h"

namespace spillway::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Subprocess;

TEST(ServerProcessTest, LogsOneJsonLineACall) {
  ServerProcess server({.primary = "tls,fault=rate_limited:retry_after=30"});
  ASSERT_TRUE(server.running());
  for (int i = 0; i < 3; ++i) {
    ExpectServedBy("backup", server.client().Chat(TestCall(), {.request_id = "r-" + std::to_string(i)}));
  }
  EXPECT_FALSE(server.client().Chat(TestCall("gpt-9\n{}")).ok());
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0) << server.process().Errors();
  std::vector<boost::json::object> calls;
  for (const std::string& text : server.process().Lines()) {
    const boost::json::object line = testing::ParseLogLine(text);
    EXPECT_TRUE(line.contains("ts") && line.contains("level") && line.contains("event")) << text;
    EXPECT_THAT(text, AllOf(Not(HasSubstr(kPrimaryKey)), Not(HasSubstr(kBackupKey))));
    if (line.at("event") == "call") calls.push_back(line);
  }
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(calls[0].at("request_id"), "r-0");
  EXPECT_EQ(calls[0].at("code"), "OK");
  EXPECT_EQ(calls[0].at("policy"), "failover");
  EXPECT_EQ(calls[0].at("attempts").as_array().size(), 2u);
  EXPECT_EQ(calls[0].at("attempts").at(0).at("failure"), "rate_limited");
  EXPECT_EQ(calls[2].at("attempts").as_array().size(), 1u);
  EXPECT_EQ(calls[2].at("skipped").at(0).at("endpoint"), "primary");
  EXPECT_EQ(calls[3].at("code"), "INVALID_ARGUMENT");
  EXPECT_EQ(calls[3].at("model"), "gpt-9\n{}");
}

TEST(ServerProcessTest, AnOddFileNameMakesNoOddLog) {
  ServerProcess server({}, "conf\xFFig \"x\".yaml");
  ASSERT_TRUE(server.running());
}

TEST(ServerProcessTest, SigtermLetsACallEnd) {
  ServerProcess server({.primary = "tls,fault=ok:delay_ms=500"});
  ASSERT_TRUE(server.running());
  std::thread caller([&] { ExpectServedBy("primary", server.client().Chat(TestCall())); });
  ASSERT_TRUE(server.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  server.process().Signal(SIGTERM);
  caller.join();
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_THAT(server.process().Lines().back(), HasSubstr("\"event\":\"stopped\""));
  EXPECT_THAT(server.process().Errors(), IsEmpty());
}

TEST(ServerProcessTest, SigtermCutsOffASilentProviderAfterTheGrace) {
  ServerProcess server({.primary = "tls,fault=silence", .server = {"shutdown_grace: 300ms"}});
  ASSERT_TRUE(server.running());
  std::thread caller([&] { EXPECT_FALSE(server.client().Chat(TestCall()).ok()); });
  ASSERT_TRUE(server.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  const auto start = steady_clock::now();
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(seconds(10)), 0);
  EXPECT_GE(steady_clock::now() - start, milliseconds(250));
  caller.join();
}

// A client that nobody polls notices only after seconds that the server wants it to go.
TEST(ServerProcessTest, AnIdleClientDoesNotHoldUpTheEnd) {
  ServerProcess server;
  ASSERT_TRUE(server.running());
  ExpectServedBy("primary", server.client().Chat(TestCall()));
  const auto start = steady_clock::now();
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_LT(steady_clock::now() - start, seconds(10));
}

TEST(ServerProcessTest, SigintStopsItToo) {
  ServerProcess server;
  ASSERT_TRUE(server.running());
  server.process().Signal(SIGINT);
  EXPECT_EQ(server.process().Wait(), 0);
}

TEST(ServerProcessTest, ItsMetricsPassPromtool) {
  constexpr char kPromtool[] = "/usr/bin/promtool";
  if (access(kPromtool, X_OK) != 0) {
    GTEST_SKIP() << "SKIPPED: " << kPromtool
                 << " is not installed (package prometheus): /metrics was not linted";
  }
  ServerProcess server({.primary = "tls,fault=overloaded", .primary_endpoint = true});
  ASSERT_TRUE(server.running());
  ExpectServedBy("backup", server.client().Chat(TestCall()));
  EXPECT_FALSE(server.client().Chat(TestCall("another-model")).ok());
  EXPECT_FALSE(server.client().Chat(TestCall("")).ok());
  Subprocess::Options input;
  input.in = testing::Get(static_cast<std::uint16_t>(server.admin_port()), "/metrics").body;
  EXPECT_THAT(input.in, HasSubstr("spillway_failovers_total{"));
  Subprocess promtool(kPromtool, {"check", "metrics"}, input);
  EXPECT_EQ(promtool.Wait(), 0) << promtool.Errors();
  EXPECT_THAT(promtool.Lines(), IsEmpty());
  EXPECT_THAT(promtool.Errors(), IsEmpty());
}

// What `server` section makes it fail to start, and what it must say.
void ExpectNoStart(const std::string& section, const std::vector<std::string>& says) {
  const testing::TempDir dir;
  const std::string config =
      dir.Write("c.yaml", section +
                              "providers: [{name: p, api: openai}]\n"
                              "endpoints: [{name: e, provider: p, url: \"http://127.0.0.1:1\","
                              " primary: true}]\n");
  Subprocess server(ServerBinary(), {"--config", config});
  EXPECT_EQ(server.Wait(seconds(10)), 1) << server.Errors();
  for (const std::string& word : says) EXPECT_THAT(server.Errors(), HasSubstr(word));
}

TEST(ServerProcessTest, AnAddressThatIsNotOursIsAClearError) {
  ExpectNoStart("server: {grpc: {address: \"127.0.0.1:0\"}, admin: {address: \"192.0.2.1:9901\"}}\n",
                {"192.0.2.1:9901 (server.admin.address)"});
  ExpectNoStart("server: {grpc: {address: \"192.0.2.1:50051\"}, admin: {address: \"127.0.0.1:0\"}}\n",
                {"192.0.2.1:50051 (server.grpc.address)"});
}

}  // namespace
}  // namespace spillway::e2e
