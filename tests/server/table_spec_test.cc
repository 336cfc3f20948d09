#include "server/table_spec.h"

#include <gtest/gtest.h>

#include <google/protobuf/text_format.h>

#include <map>
#include <string>
#include <vector>

#include "router/router.h"

namespace spillway::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

TEST(TableSpecTest, PoliciesStandInEachOfTheirEnvironments) {
  const auto config = Parse<v1::Config>(R"(
      endpoints {name: "prod" provider: "openai"} endpoints {name: "eu" provider: "azure"}
      endpoints {name: "box" provider: "local" environment: ENVIRONMENT_SANDBOX}
      policies {
        name: "chat" model: "gpt-4o"
        production {failover {
          targets {endpoint: "prod" model: "gpt-4o"}
          targets {failover {targets {endpoint: "eu" model: "mini" path: "/v1/x"}}}
        }}
        sandbox {failover {targets {endpoint: "box" model: "llama"}}}
      })");
  const router::TableSpec spec = TableSpecFrom(config);
  ASSERT_EQ(spec.policies.size(), 2u);
  EXPECT_EQ(spec.policies[0].name, "chat");
  EXPECT_EQ(spec.policies[0].model, "gpt-4o");
  EXPECT_EQ(spec.policies[0].environment, router::Environment::kProduction);
  ASSERT_EQ(spec.policies[0].root.children.size(), 2u);
  EXPECT_EQ(spec.policies[0].root.children[0].target.provider, "openai");
  const router::TableSpec::Node& nested = spec.policies[0].root.children[1];
  ASSERT_EQ(nested.children.size(), 1u);
  EXPECT_EQ(nested.children[0].target.provider, "azure");
  EXPECT_EQ(nested.children[0].target.model, "mini");
  EXPECT_EQ(nested.children[0].settings.path, "/v1/x");
  EXPECT_EQ(spec.policies[1].environment, router::Environment::kSandbox);
  EXPECT_EQ(spec.policies[1].root.children[0].target.endpoint, "box");
}

TEST(TableSpecTest, APrimaryEndpointHasNoModelOfItsOwn) {
  const auto config = Parse<v1::Config>(R"(
      endpoints {name: "prod" provider: "openai" primary: true} endpoints {name: "eu" provider: "azure"}
      endpoints {name: "box" provider: "local" primary: true environment: ENVIRONMENT_SANDBOX})");
  const router::TableSpec spec = TableSpecFrom(config);
  ASSERT_EQ(spec.primaries.size(), 2u);
  EXPECT_EQ(spec.primaries[0].target.endpoint, "prod");
  EXPECT_EQ(spec.primaries[0].target.model, "");
  EXPECT_EQ(spec.primaries[0].environment, router::Environment::kProduction);
  EXPECT_EQ(spec.primaries[1].environment, router::Environment::kSandbox);
}

TEST(TableSpecTest, WhatIsNotGivenIsTheDefault) {
  const router::Settings settings = SettingsFrom(v1::Policy());
  EXPECT_EQ(settings.request_timeout, seconds(60));
  EXPECT_EQ(settings.first_token_timeout, seconds(15));
  EXPECT_EQ(settings.stream_idle_timeout, seconds(30));
  EXPECT_FALSE(settings.stream_unary);
  EXPECT_FALSE(settings.total_timeout);
  EXPECT_FALSE(settings.retries);
  EXPECT_EQ(settings.same_target_retries, 1u);
  EXPECT_EQ(settings.health.max_fails, 1u);
  EXPECT_EQ(settings.health.count_mode, router::CountMode::kConsecutive);
  EXPECT_FALSE(settings.health.suspend_duration);
  EXPECT_EQ(settings.health.max_suspend_duration, std::chrono::minutes(5));
  EXPECT_EQ(settings.all_suspended, router::AllSuspended::kFail);
  EXPECT_FALSE(settings.retry_budget);
}

TEST(TableSpecTest, EverySettingArrives) {
  const router::Settings settings = SettingsFrom(Parse<v1::Policy>(R"(
      request_timeout {nanos: 200000000} total_timeout {seconds: 7} retries: 0 same_target_retries: 0
      fail_on: "429" max_fails: 4 count_mode: COUNT_MODE_WINDOW fail_timeout {seconds: 3}
      suspend_duration {seconds: 20} max_suspend_duration {seconds: 40}
      all_suspended: ALL_SUSPENDED_LEAST_BAD first_token_timeout {seconds: 4}
      stream_idle_timeout {seconds: 9} stream_unary: true)"));
  EXPECT_EQ(settings.request_timeout, milliseconds(200));
  EXPECT_EQ(settings.first_token_timeout, seconds(4));
  EXPECT_EQ(settings.stream_idle_timeout, seconds(9));
  EXPECT_TRUE(settings.stream_unary);
  EXPECT_EQ(settings.total_timeout, seconds(7));
  EXPECT_EQ(settings.retries, 0u);
  EXPECT_EQ(settings.same_target_retries, 0u);
  EXPECT_EQ(settings.health.max_fails, 4u);
  EXPECT_EQ(settings.health.count_mode, router::CountMode::kWindow);
  EXPECT_EQ(settings.health.fail_timeout, seconds(3));
  EXPECT_EQ(settings.health.suspend_duration, seconds(20));
  EXPECT_EQ(settings.health.max_suspend_duration, seconds(40));
  EXPECT_EQ(settings.all_suspended, router::AllSuspended::kLeastBad);
  router::FailedAttempt failed;
  failed.failure = router::Failure::kRateLimited;
  failed.http_status = 429;
  EXPECT_TRUE(settings.fail_on.Matches(failed));
  failed.failure = router::Failure::kOverloaded;
  failed.http_status = 503;
  EXPECT_FALSE(settings.fail_on.Matches(failed));
}

TEST(TableSpecTest, ABudgetHasDefaultsOfItsOwn) {
  const auto budget = [](const std::string& text) {
    return *SettingsFrom(Parse<v1::Policy>(text)).retry_budget;
  };
  EXPECT_EQ(budget("retry_budget {}").percent, 20u);
  EXPECT_EQ(budget("retry_budget {}").floor, 10u);
  EXPECT_EQ(budget("retry_budget {percent: 0}").percent, 0u);
  EXPECT_EQ(budget("retry_budget {percent: 0}").floor, 10u);
  EXPECT_EQ(budget("retry_budget {floor: 3}").floor, 3u);
}

// A route as text: its strategies' names and, for leaves, their models; weights other than 1 after a star.
std::string Drawn(const router::TableSpec::Node& node) {
  const std::string weight = node.weight == 1 ? "" : "*" + std::to_string(node.weight);
  if (node.kind == router::NodeKind::kLeaf) return node.target.model + weight;
  const std::map<router::NodeKind, std::string> names = {{router::NodeKind::kFailover, "failover"},
                                                         {router::NodeKind::kRoundRobin, "round_robin"},
                                                         {router::NodeKind::kWeighted, "weighted"}};
  std::string text = names.at(node.kind) + "(";
  for (const auto& child : node.children)
    text += (&child == &node.children.front() ? "" : " ") + Drawn(child);
  return text + ")" + weight;
}

// The spec of one policy with that route.
std::string Drawn(const std::string& route) {
  const auto config = Parse<v1::Config>(R"(endpoints {name: "e" provider: "p"}
                                           policies {name: "n" model: "m" production {)" +
                                        route + "}}");
  return Drawn(TableSpecFrom(config).policies[0].root);
}

std::string Target(const std::string& model, int weight = 0) {
  return "targets {endpoint: \"e\" model: \"" + model + "\"" +
         (weight == 0 ? "" : " weight: " + std::to_string(weight)) + "}";
}

TEST(TableSpecTest, EveryStrategyIsTheRoutersOwn) {
  EXPECT_EQ(Drawn("failover {" + Target("a") + Target("b") + "}"), "failover(a b)");
  EXPECT_EQ(Drawn("round_robin {" + Target("a") + Target("b") + "}"), "round_robin(a b)");
  EXPECT_EQ(Drawn("weighted {" + Target("a", 3) + Target("b") + "}"), "weighted(a*3 b)");
}

TEST(TableSpecTest, StrategiesHaveWeightsToo) {
  EXPECT_EQ(Drawn("weighted {" + Target("a", 3) + "targets {weight: 2 round_robin {" + Target("b") +
                  Target("c") + "}}}"),
            "weighted(a*3 round_robin(b c)*2)");
}

TEST(TableSpecTest, PriorityIsFailoverOverGroupsOfOneWeight) {
  EXPECT_EQ(Drawn("priority {" + Target("a", 1000) + Target("b", 1) + "}"), "failover(a b)");
  EXPECT_EQ(Drawn("priority {" + Target("a", 1) + Target("b", 1000) + "}"), "failover(b a)");
  EXPECT_EQ(Drawn("priority {" + Target("a", 5) + Target("b", 9) + Target("c", 5) + Target("d", 9) + "}"),
            "failover(round_robin(b d) round_robin(a c))");
  EXPECT_EQ(Drawn("priority {" + Target("a") + Target("b", 2) + Target("c") + "}"),
            "failover(b round_robin(a c))")
      << "a weight that is not given is 1";
  EXPECT_EQ(Drawn("priority {" + Target("a", 7) + Target("b", 7) + "}"), "failover(round_robin(a b))");
  EXPECT_EQ(Drawn("priority {" + Target("a") + "}"), "failover(a)");
}

TEST(TableSpecTest, StrategiesKeepTheirPlaceInAPriority) {
  EXPECT_EQ(Drawn("priority {targets {weight: 3 weighted {" + Target("a", 2) + Target("b") + "}}" +
                  Target("c", 8) + "targets {weight: 3 priority {" + Target("d") + Target("e", 4) + "}}}"),
            "failover(c round_robin(weighted(a*2 b) failover(e d)))");
}

TEST(TableSpecTest, ATargetsSettingsArrive) {
  const auto config = Parse<v1::Config>(R"(
      endpoints {name: "e" provider: "p"}
      policies {name: "n" model: "*" production {failover {
        targets {endpoint: "e" model: "a"}
        targets {endpoint: "e" model: "b" path: "/x" request_timeout {nanos: 5000000} context_window: 8000
                 max_concurrent: 2}}}})");
  const router::TableSpec::Policy policy = TableSpecFrom(config).policies[0];
  EXPECT_EQ(policy.model, router::kAnyModel);
  const router::LeafSettings& none = policy.root.children[0].settings;
  EXPECT_FALSE(none.request_timeout);
  EXPECT_EQ(none.context_window, 0u);
  EXPECT_EQ(none.max_concurrent, 0u);
  const router::LeafSettings& all = policy.root.children[1].settings;
  EXPECT_EQ(all.path, "/x");
  EXPECT_EQ(all.request_timeout, milliseconds(5));
  EXPECT_EQ(all.context_window, 8000u);
  EXPECT_EQ(all.max_concurrent, 2u);
}

// The router numbers leaves; what configuration says of each is found by that number alone.
TEST(TableSpecTest, LeavesStandInTheOrderOfTheRoutersNumbers) {
  const auto config = Parse<v1::Config>(R"(
      endpoints {name: "e" provider: "p" primary: true}
      endpoints {name: "s" provider: "p" primary: true environment: ENVIRONMENT_SANDBOX}
      policies {
        name: "one" model: "m"
        production {priority {
          targets {endpoint: "e" model: "a" weight: 1}
          targets {weight: 5 weighted {targets {endpoint: "e" model: "b"} targets {endpoint: "e" model: "c" weight: 2}}}
          targets {endpoint: "e" model: "d" weight: 9}
          targets {weight: 5 failover {targets {endpoint: "e" model: "f"}
                                       targets {priority {targets {endpoint: "e" model: "g"}
                                                          targets {endpoint: "e" model: "h" weight: 2}}}}}
        }}
        sandbox {round_robin {targets {endpoint: "s" model: "a"} targets {endpoint: "s" model: "b"}}}
      }
      policies {name: "two" model: "n" production {failover {targets {endpoint: "e" model: "a" path: "/x"}}}})");
  const router::Router router(TableSpecFrom(config), 1);
  const std::vector<ConfiguredLeaf> configured = LeavesOf(config);
  const std::vector<router::Leaf>& leaves = router.table()->leaves();
  ASSERT_EQ(configured.size(), leaves.size());
  ASSERT_EQ(leaves.size(), 12u);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const ConfiguredLeaf& leaf = configured[i];
    if (leaves[i].name.model.empty()) {
      EXPECT_EQ(leaf.policy, nullptr) << i;
      EXPECT_EQ(leaf.target, nullptr) << i;
      EXPECT_EQ(SettingsOf(leaf).request_timeout().seconds(), 60) << i;
      continue;
    }
    ASSERT_NE(leaf.target, nullptr) << i;
    EXPECT_EQ(leaf.target->endpoint(), leaves[i].name.endpoint) << i;
    EXPECT_EQ(leaf.target->model(), leaves[i].name.model) << i;
    EXPECT_EQ(leaf.target->path(), leaves[i].settings.path) << i;
  }
  for (const router::PolicyRoute& route : router.table()->routes()) {
    for (std::size_t i = 0; i < route.tree.leaf_count; ++i) {
      const v1::Policy* policy = configured[route.tree.first_leaf + i].policy;
      EXPECT_EQ(policy == nullptr ? "" : policy->name(), route.name);
    }
  }
}

// The schema lets a duration reach a thousand years, nanoseconds in 64 bits do not.
TEST(TableSpecTest, AVeryLongTimeoutIsNotAVeryShortOne) {
  const router::Settings settings = SettingsFrom(
      Parse<v1::Policy>("request_timeout {seconds: 31536000000} suspend_duration {seconds: 31536000000}"));
  EXPECT_EQ(settings.request_timeout, nanoseconds::max());
  EXPECT_EQ(settings.health.suspend_duration, nanoseconds::max());
}

}  // namespace
}  // namespace spillway::server
