// What goes wrong around a server: taken ports, full disks, readers that leave, files and names that vanish.

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <signal.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/e2e/keep_alive_client.h"
#include "tests/e2e/server_process.h"

namespace {

// The name that this test's resolver knows, and whether it can be asked.
constexpr char kName[] = "provider.test";
std::atomic<bool> dns_is_gone = false;

}  // namespace

// Stands in for the C library's in this program.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  using Function = decltype(&getaddrinfo);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node == nullptr || std::string(node) != kName) return real(node, service, hints, result);
  return dns_is_gone ? EAI_AGAIN : real("127.0.0.1", service, hints, result);
}

namespace spillway::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::Subprocess;

std::string MinimalConfig(const std::string& server) {
  return absl::StrCat("server: {", server,
                      "}\n"
                      "providers: [{name: p, api: openai}]\n"
                      "endpoints: [{name: e, provider: p, url: \"http://127.0.0.1:1\", primary: true}]\n");
}

// Two ports of 127.0.7.9, which nobody else here uses, that are free and stay so.
std::pair<int, int> FreePorts() {
  boost::asio::io_context io;
  const boost::asio::ip::tcp::endpoint any(boost::asio::ip::make_address("127.0.7.9"), 0);
  const boost::asio::ip::tcp::acceptor one(io, any);
  const boost::asio::ip::tcp::acceptor other(io, any);
  return {one.local_endpoint().port(), other.local_endpoint().port()};
}

TEST(AdversityTest, ATakenPortIsAClearErrorForEachListener) {
  const ServerProcess first;
  ASSERT_TRUE(first.running());
  const std::string taken = absl::StrCat("127.0.0.1:", first.grpc_port());
  const std::string free = "127.0.0.1:0";
  for (const std::string name : {"grpc.address", "openai.address", "admin.address", "admin.grpc_address"}) {
    const auto address = [&](const std::string& of) { return of == name ? taken : free; };
    const testing::TempDir dir;
    const std::string config = dir.Write(
        "c.yaml", MinimalConfig(absl::StrCat("grpc: {address: \"", address("grpc.address"),
                                             "\"}, openai: {address: \"", address("openai.address"),
                                             "\"}, admin: {address: \"", address("admin.address"),
                                             "\", grpc_address: \"", address("admin.grpc_address"), "\"}")));
    Subprocess server(ServerBinary(), {"--config", config});
    EXPECT_EQ(server.Wait(), 1) << name;
    EXPECT_THAT(server.Errors(),
                HasSubstr(absl::StrCat("spillway-server: cannot listen on ", taken, " (server.", name, ")")));
  }
  ExpectServedBy("primary", first.client().Chat(TestCall()));
}

// A server on 127.0.7.9 whose standard output is what the shell makes of `redirection`.
class RedirectedServer {
 public:
  explicit RedirectedServer(const std::string& redirection) : sim_(SceneProviders({})) {
    const std::string ca_file = dir_.Write("ca.pem", sim_.ca_pem());
    const std::string yaml = absl::StrReplaceAll(
        SceneConfig({}, sim_, ca_file),
        {{"grpc: {address: \"127.0.0.1:0\"", absl::StrCat("grpc: {address: \"", address(grpc_port_), "\"")},
         {"admin: {address: \"127.0.0.1:0\"",
          absl::StrCat("admin: {address: \"", address(admin_port_), "\"")}});
    Subprocess::Options keys;
    keys.environment = {absl::StrCat("PRIMARY_KEY=", kPrimaryKey), absl::StrCat("BACKUP_KEY=", kBackupKey)};
    process_ = std::make_unique<Subprocess>(
        "/bin/bash",
        std::vector<std::string>{"-c", "exec \"$0\" --config \"$1\" " + redirection, ServerBinary(),
                                 dir_.Write("c.yaml", yaml)},
        keys);
    client_ = client::Client::Connect({.address = address(grpc_port_), .key = "", .tls = {}}).value();
    const auto end = std::chrono::steady_clock::now() + seconds(10);
    while (Admin("/readyz").status != 200 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(10));
    }
  }

  Subprocess& process() { return *process_; }
  const client::Client& client() const { return *client_; }
  KeepAliveClient::Answer Admin(const std::string& target) {
    KeepAliveClient client(
        {{boost::asio::ip::make_address("127.0.7.9"), static_cast<std::uint16_t>(admin_port_)}});
    return client.Get(target);
  }
  double LostLines() {
    const auto samples = testing::ParseMetrics(Admin("/metrics").body);
    const auto found = samples.find("spillway_log_lines_lost_total");
    return found == samples.end() ? -1 : found->second;
  }

 private:
  static std::string address(int port) { return absl::StrCat("127.0.7.9:", port); }

  testing::TempDir dir_;
  sim::Simulator sim_;
  const std::pair<int, int> ports_ = FreePorts();
  const int grpc_port_ = ports_.first;
  const int admin_port_ = ports_.second;
  std::unique_ptr<Subprocess> process_;
  std::optional<client::Client> client_;
};

// Serves ten calls, says once what is wrong, counts each line, and ends in order.
void ExpectServesWithoutLog(RedirectedServer& server, const std::string& why) {
  const double before = server.LostLines();
  for (int i = 0; i < 10; ++i) ExpectServedBy("primary", server.client().Chat(TestCall()));
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  while (server.LostLines() < before + 10 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(server.LostLines(), before + 10);
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_EQ(server.process().Errors(),
            absl::StrCat("spillway-server: cannot write the log: ", why,
                         "; serving on without (spillway_log_lines_lost_total counts)\n"));
}

TEST(AdversityTest, AFullDiskEndsNoCall) {
  RedirectedServer server("> /dev/full");
  // What it says when it begins to serve: that all may call, and that it serves, of which it is ready before.
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  while (server.LostLines() < 2 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(server.LostLines(), 2);
  ExpectServesWithoutLog(server, "No space left on device");
}

TEST(AdversityTest, AReaderOfTheLogThatHasLeftEndsNoCall) {
  RedirectedServer server(R"(> >(sed -u '/"event":"serving"/q'))");
  // Whatever it says until the reader is gone is still taken.
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  while (server.LostLines() == 0 && std::chrono::steady_clock::now() < end) {
    ExpectServedBy("primary", server.client().Chat(TestCall()));
  }
  // The last of them may not have been written yet.
  for (double lost = -1; lost != server.LostLines(); std::this_thread::sleep_for(milliseconds(50)))
    lost = server.LostLines();
  ExpectServesWithoutLog(server, "Broken pipe");
}

TEST(AdversityTest, AConfigurationThatHasVanishedChangesNothingUntilItIsBack) {
  const sim::Simulator sim(SceneProviders({}));
  const testing::TempDir dir;
  const std::string yaml = SceneConfig({}, sim, dir.Write("ca.pem", sim.ca_pem()));
  const std::string config = dir.Write("c.yaml", yaml);
  Subprocess::Options keys;
  keys.environment = {absl::StrCat("PRIMARY_KEY=", kPrimaryKey), absl::StrCat("BACKUP_KEY=", kBackupKey)};
  Subprocess server(ServerBinary(), {"--config", config}, keys);
  const auto wait_for = [&](const std::string& event) {
    const auto line = server.WaitForLine([&](const std::string& text) {
      return text.find(absl::StrCat("\"event\":\"", event, "\"")) != std::string::npos;
    });
    EXPECT_TRUE(line) << event;
    return line.value_or("{}");
  };
  const boost::json::object serving = testing::ParseLogLine(wait_for("serving"));
  ASSERT_TRUE(serving.contains("grpc_port"));
  const auto client = client::Client::Connect(
      {.address = absl::StrCat("127.0.0.1:", serving.at("grpc_port").as_int64()), .key = "", .tls = {}});
  std::filesystem::remove(config);
  server.Signal(SIGHUP);
  EXPECT_THAT(wait_for("config_rejected"), HasSubstr("cannot read the file: No such file or directory"));
  ExpectServedBy("primary", client->Chat(TestCall()));
  dir.Write("c.yaml", absl::StrReplaceAll(yaml, {{"suspend_duration: 30s", "suspend_duration: 31s"}}));
  EXPECT_THAT(wait_for("config_reloaded"), HasSubstr("config_reloaded"));
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait(), 0);
}

TEST(AdversityTest, WithoutDnsAtStartItServesFromWhoeverHasAnAddress) {
  Scene scene({.primary_url = "https://no-such-host.invalid/v1"});
  const auto result = scene.Chat();
  ExpectServedBy("backup", result);
  ASSERT_EQ(result.response.route().attempts_size(), 2);
  EXPECT_THAT(result.response.route().attempts(0).DebugString(), HasSubstr("does not resolve"));
}

TEST(AdversityTest, WhenDnsIsGoneTheLastAddressServesForNewConnections) {
  dns_is_gone = false;
  const SceneOptions plain = {.primary = "fault=ok", .alone = true};
  sim::Simulator sim(SceneProviders(plain));
  SceneOptions named = plain;
  named.primary_url = absl::StrReplaceAll(sim.url("primary"), {{"127.0.0.1", kName}}) + "/v1";
  Scene scene(named);
  ExpectServedBy("primary", scene.Chat());
  dns_is_gone = true;
  // Answers take long enough for calls made together to need a connection each.
  sim.SetScript("primary", "ok:delay_ms=2000");
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) callers.emplace_back([&] { ExpectServedBy("primary", scene.Chat()); });
  for (std::thread& caller : callers) caller.join();
  dns_is_gone = false;
  std::set<std::uint64_t> connections;
  for (const sim::LogEntry& entry : sim.Log({.personality = "primary"}))
    connections.insert(entry.request.connection);
  EXPECT_EQ(connections.size(), 3U);
}

}  // namespace
}  // namespace spillway::e2e
