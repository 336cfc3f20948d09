// A thousand reloads under load: nobody notices.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/reload_scene.h"

namespace spillway::e2e {
namespace {

// Calls one model, one call after the other, until it is told to stop.
class Caller {
 public:
  Caller(const ReloadScene& scene, std::string model, const std::atomic<bool>& stop)
      : thread_([this, &scene, model = std::move(model), &stop] {
          while (!stop) {
            const auto result = scene.Chat(model);
            ++calls_;
            if (!result.ok()) failures_.push_back(result.status.error_message());
          }
        }) {}

  // How many calls, once it has stopped.
  int Join() {
    thread_.join();
    return calls_;
  }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  int calls_ = 0;
  std::vector<std::string> failures_;
  std::thread thread_;
};

std::set<std::uint64_t> ConnectionsTo(ReloadScene& scene, const std::string& personality) {
  std::set<std::uint64_t> connections;
  for (const sim::LogEntry& entry : scene.sim().Log({.personality = personality})) {
    connections.insert(entry.request.connection);
  }
  return connections;
}

// The endpoint `primary` stays as it is; `backup` is another one with each reload, under the feet of its
// callers.
TEST(ReloadLoadTest, AThousandReloadsFailNoCallAndKeepConnections) {
  constexpr int kReloads = 1000;
  const std::vector<std::string> second = {
      "  - {name: second, model: gpt-5, production: {failover: {targets: [{endpoint: backup, model: "
      "gpt-5}]}}}"};
  ReloadScene scene({.targets = {"primary"}, .end = second}, ReloadScene::Files::kMounted);
  ASSERT_TRUE(scene.running());
  scene.Mount(scene.Yaml({.targets = {"primary", "backup"},
                          .backup_path = "/v1/",
                          .settings = {"retries: 1", "suspend_duration: 5s"},
                          .end = second}));
  std::atomic<bool> stop{false};
  std::vector<std::unique_ptr<Caller>> callers;
  for (const char* model : {"gpt-4o", "gpt-4o", "gpt-5", "gpt-5"}) {
    callers.push_back(std::make_unique<Caller>(scene, model, stop));
  }
  for (int i = 0; i < kReloads && !HasFailure(); ++i) {
    scene.SwapTo(1 + i % 2);
    const auto result = scene.admin().ReloadConfig();
    EXPECT_TRUE(result.ok()) << result.status.error_message();
  }
  stop = true;
  int calls = 0;
  for (const auto& caller : callers) {
    const int made = caller->Join();
    EXPECT_GT(made, 100);
    calls += made;
    EXPECT_TRUE(caller->failures().empty())
        << caller->failures().size() << " of " << made << " failed, the first: " << caller->failures()[0];
  }
  // The first of them found the version that the server had started with.
  EXPECT_GE(scene.Metric(R"(spillway_config_reloads_total{result="applied"})"), kReloads - 1);
  EXPECT_EQ(scene.Metric(R"(spillway_config_reloads_total{result="rejected"})"), 0);
  EXPECT_EQ(scene.Metric(R"(spillway_calls_total{code="OK",environment="production",policy="chat"})") +
                scene.Metric(R"(spillway_calls_total{code="OK",environment="production",policy="second"})"),
            calls);
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
  EXPECT_LE(ConnectionsTo(scene, "primary").size(), 4u) << "two callers need two";
  EXPECT_GT(ConnectionsTo(scene, "backup").size(), 50u) << "another client with each reload";
}

}  // namespace
}  // namespace spillway::e2e
