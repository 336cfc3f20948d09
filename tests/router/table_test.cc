#include "router/table.h"

#include <string>

#include "gtest/gtest.h"
#include "router/picker.h"
#include "router/table_builder.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

std::shared_ptr<const Table> Build(const TableSpec& spec) {
  Memory memory;
  return TableBuilder::Build(spec, memory);
}

// The leaves `route` offers while those in `refused` are refused, in order.
std::string Order(const Table& table, const PolicyRoute& route, std::string refused = "") {
  std::string order;
  SlotTable<Turn> turns;
  Choices choices;
  const auto admissible = [&](LeafId id) {
    return (order + refused).find(table.leaf(id).name.endpoint) == std::string::npos;
  };
  while (const auto leaf = Picker(route.tree, admissible, turns, choices).Pick()) {
    order += table.leaf(*leaf).name.endpoint;
  }
  return order;
}

TableSpec::Policy PolicyOf(std::string name, std::string model, Environment environment, const char* leaf) {
  TableSpec::Policy policy;
  policy.name = std::move(name);
  policy.model = std::move(model);
  policy.environment = environment;
  policy.root = Failover({leaf});
  return policy;
}

TEST(TableTest, APolicyIsFoundByModelAndEnvironment) {
  TableSpec spec;
  spec.policies.push_back(PolicyOf("live", "gpt", Environment::kProduction, "a"));
  spec.policies.push_back(PolicyOf("test", "gpt", Environment::kSandbox, "b"));
  spec.policies.push_back(PolicyOf("other", "claude", Environment::kSandbox, "c"));
  const auto table = Build(spec);
  EXPECT_EQ(table->Find("gpt", Environment::kProduction)->name, "live");
  EXPECT_EQ(table->Find("gpt", Environment::kSandbox)->name, "test");
  EXPECT_EQ(table->Find("claude", Environment::kSandbox)->name, "other");
  // Absent there: the policy does not exist in production, nor has it a primary endpoint.
  EXPECT_EQ(table->Find("claude", Environment::kProduction), nullptr);
  EXPECT_EQ(table->Find("GPT", Environment::kProduction), nullptr);
  EXPECT_EQ(table->Find("", Environment::kProduction), nullptr);
}

TEST(TableTest, WhatNoPolicyNamesGoesToItsEnvironmentsPrimaryEndpoint) {
  TableSpec spec;
  spec.policies.push_back(PolicyOf("live", "gpt", Environment::kProduction, "a"));
  spec.primaries.push_back({Environment::kSandbox, {"provider", "default", ""}});
  const auto table = Build(spec);
  const PolicyRoute* route = table->Find("whatever", Environment::kSandbox);
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->name, "");
  EXPECT_EQ(Order(*table, *route), "default");
  EXPECT_EQ(table->leaf(route->tree.first_leaf).name.model, "");
  EXPECT_FALSE(route->settings.health.suspend_duration);
  EXPECT_EQ(route->environment, Environment::kSandbox);
  EXPECT_EQ(table->Find("gpt", Environment::kProduction)->environment, Environment::kProduction);
  EXPECT_EQ(table->Find("whatever", Environment::kProduction), nullptr);
}

TEST(TableTest, WhatNoPolicyNamesGoesToThePolicyForAnyModelBeforeThePrimaryEndpoint) {
  TableSpec spec;
  spec.policies.push_back(PolicyOf("rest", "*", Environment::kProduction, "r"));
  spec.policies.push_back(PolicyOf("live", "gpt", Environment::kProduction, "a"));
  spec.policies.push_back(PolicyOf("test", "gpt", Environment::kSandbox, "b"));
  spec.primaries.push_back({Environment::kProduction, {"provider", "default", ""}});
  const auto table = Build(spec);
  EXPECT_EQ(table->Find("gpt", Environment::kProduction)->name, "live");
  for (const char* model : {"whatever", "*", "", "gpt-4o"}) {
    EXPECT_EQ(table->Find(model, Environment::kProduction)->name, "rest") << model;
    EXPECT_EQ(table->Find(model, Environment::kSandbox), nullptr) << "it is the other environment's";
  }
  spec.primaries.push_back({Environment::kSandbox, {"provider", "spare", ""}});
  EXPECT_EQ(Build(spec)->Find("whatever", Environment::kSandbox)->name, "");
}

TEST(TableTest, LeavesAreNumberedInTheOrderTheyAreWritten) {
  TableSpec spec =
      Spec(Failover({Failover({"a", "b"}), LeafOf("c"), Failover({Failover({"d"}), LeafOf("e")})}));
  spec.policies.push_back(PolicyOf("other", "claude", Environment::kProduction, "f"));
  const auto table = Build(spec);
  ASSERT_EQ(table->leaves().size(), 6U);
  std::string names;
  for (const Leaf& leaf : table->leaves()) names += leaf.name.endpoint;
  EXPECT_EQ(names, "abcdef");
  const RouteTree& second = table->Find("claude", Environment::kProduction)->tree;
  EXPECT_EQ(second.first_leaf, 5U);
  EXPECT_EQ(second.leaf_count, 1U);
  EXPECT_EQ(table->routes().size(), 2U);
}

TEST(TableTest, NestedFailoverIsWhatIsLeftOfTheHighestPriority) {
  const auto table =
      Build(Spec(Failover({Failover({"a", "b"}), LeafOf("c"), Failover({Failover({"d"}), LeafOf("e")})})));
  const PolicyRoute& route = table->routes().front();
  EXPECT_EQ(Order(*table, route), "abcde");
  EXPECT_EQ(Order(*table, route, "a"), "bcde");
  EXPECT_EQ(Order(*table, route, "ab"), "cde");
  EXPECT_EQ(Order(*table, route, "acd"), "be");
  EXPECT_EQ(Order(*table, route, "abcde"), "");
}

TEST(TableTest, ALoneLeafIsARoute) {
  const auto table = Build(Spec(LeafOf("a")));
  EXPECT_EQ(Order(*table, table->routes().front()), "a");
  EXPECT_EQ(table->routes().front().tree.nodes.front().kind, NodeKind::kLeaf);
}

TEST(TableTest, FailoverAsksForEachLeafOnceAPick) {
  const auto table = Build(Spec(Failover({Failover({"a", "b"}), LeafOf("c")})));
  std::string asked;
  const auto refuse = [&](LeafId id) {
    asked += table->leaf(id).name.endpoint;
    return false;
  };
  SlotTable<Turn> turns;
  Choices choices;
  EXPECT_FALSE(Picker(table->routes().front().tree, refuse, turns, choices).Pick());
  EXPECT_EQ(asked, "abc");
}

TEST(TableTest, LeavesOfOneEndpointAndModelShareOneHealthWhateverTheirPath) {
  TableSpec::Node again = LeafOf("a");
  again.settings.path = "/elsewhere";
  TableSpec::Node other_model = LeafOf("a");
  other_model.target.model = "other";
  const auto table = Build(Spec(Failover({LeafOf("a"), again, other_model, LeafOf("b")})));
  const auto& leaves = table->leaves();
  EXPECT_EQ(leaves[0].health, leaves[1].health);
  EXPECT_EQ(leaves[1].settings.path, "/elsewhere");
  EXPECT_NE(leaves[0].health, leaves[2].health);
  EXPECT_NE(leaves[0].health, leaves[3].health);
}

TEST(TableTest, ASlotIsKeptForGood) {
  HealthTable targets;
  const HealthSlot slot = targets.SlotOf({"p", "a", "m"});
  EXPECT_NE(targets.SlotOf({"p", "am", ""}), slot);
  EXPECT_NE(targets.SlotOf({"p", "", "am"}), slot);
  EXPECT_EQ(targets.SlotOf({"p", "a", "m"}), slot);
  EXPECT_EQ(targets.SlotOf({"another", "a", "m"}), slot);
  EXPECT_EQ(targets.NameOf(slot).provider, "another");
}

TEST(TableTest, NamesReadAsInConfiguration) {
  EXPECT_EQ(NameOf(Environment::kProduction), "production");
  EXPECT_EQ(NameOf(Environment::kSandbox), "sandbox");
}

TEST(TimeTest, AddingStopsAtNever) {
  EXPECT_EQ(SaturatingAdd(kStart, seconds(5)), kStart + seconds(5));
  EXPECT_EQ(SaturatingAdd(kStart, Duration::max()), kNever);
  EXPECT_EQ(SaturatingAdd(kNever, seconds(1)), kNever);
  EXPECT_EQ(SaturatingAdd(kNever - seconds(1), seconds(1)), kNever);
  EXPECT_EQ(SaturatingAdd(kStart, -seconds(5)), kStart - seconds(5));
}

}  // namespace
}  // namespace spillway::router
