// The walk over a tree: what a pick asks, takes and remembers.
#include "router/picker.h"

#include <set>

#include "gtest/gtest.h"
#include "router/table_builder.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// A tree and one call's way through it; leaves are told by their endpoints.
class Walk {
 public:
  explicit Walk(TableSpec::Node root) : table_(TableBuilder::Build(Spec(std::move(root)), memory_)) {}

  // The next leaf, or "-". It is not admissible to this call any more.
  std::string Next() {
    const auto leaf = Pick();
    if (!leaf) return "-";
    refused_.insert(NameOf(*leaf));
    return NameOf(*leaf);
  }
  // As Next, but the leaf stays admissible.
  std::string Peek() {
    const auto leaf = Pick();
    return leaf ? NameOf(*leaf) : "-";
  }
  std::string All() {
    std::string order;
    for (std::string name = Next(); name != "-"; name = Next()) order += name;
    return order;
  }
  void NewCall() {
    refused_.clear();
    choices_.clear();
  }
  void Refuse(const char* name) { refused_.insert(name); }
  void Admit(const char* name) { refused_.erase(name); }
  bool HasAdmissible(NodeId id) {
    return On([&](Picker& picker) { return picker.HasAdmissible(id); });
  }
  const Choices& choices() const { return choices_; }
  const RouteTree& tree() const { return table_->routes().front().tree; }
  // In the order they were first asked for.
  std::string asked;

 private:
  std::string NameOf(LeafId leaf) const { return table_->leaf(leaf).name.endpoint; }
  std::optional<LeafId> Pick() {
    std::optional<LeafId> leaf;
    On([&](Picker& picker) { return (leaf = picker.Pick()).has_value(); });
    return leaf;
  }
  bool On(absl::FunctionRef<bool(Picker&)> use) {
    const auto admissible = [&](LeafId leaf) {
      if (asked.find(NameOf(leaf)) == std::string::npos) asked += NameOf(leaf);
      return refused_.count(NameOf(leaf)) == 0;
    };
    Picker picker(tree(), admissible, memory_.turns, choices_);
    return use(picker);
  }

  Memory memory_;
  std::shared_ptr<const Table> table_;
  std::set<std::string> refused_;
  Choices choices_;
};

TEST(PickerTest, OffersEveryLeafOfEveryStrategyOnce) {
  Walk walk(RoundRobin(
      {Weighted({Share(2, LeafOf("a")), LeafOf("b")}), Failover({"c", "d"}), RoundRobin({"e", "f"})}));
  EXPECT_EQ(walk.All(), "abcdef");
  walk.NewCall();
  EXPECT_EQ(walk.All(), "cdfeba") << "each strategy has its next turn";
}

TEST(PickerTest, OneTurnACallHoweverOftenItPicks) {
  for (const TableSpec::Node& root : {RoundRobin({"a", "b", "c"}), Weighted({1, 1, 1})}) {
    Walk walk(root);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(walk.Peek(), "a");
    walk.NewCall();
    EXPECT_EQ(walk.Peek(), "b");
  }
}

TEST(PickerTest, WithNothingAdmissibleNoTurnIsTakenAndNothingChosen) {
  for (const TableSpec::Node& root : {RoundRobin({"a", "b"}), Weighted({1, 1})}) {
    Walk walk(root);
    for (const char* name : {"a", "b"}) walk.Refuse(name);
    EXPECT_EQ(walk.Next(), "-");
    EXPECT_TRUE(walk.choices().empty());
    walk.NewCall();
    EXPECT_EQ(walk.Next(), "a");
  }
}

TEST(PickerTest, AskingTakesNoTurn) {
  Walk walk(RoundRobin({RoundRobin({"a", "b"}), LeafOf("c")}));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(walk.HasAdmissible(0));
  EXPECT_TRUE(walk.choices().empty());
  EXPECT_EQ(walk.Next(), "a");
}

TEST(PickerTest, ASubtreeHasSomethingAdmissibleIfAnyLeafOfItIs) {
  Walk walk(Failover({RoundRobin({LeafOf("a"), Weighted({Share(1, LeafOf("b"))})}), LeafOf("c")}));
  const NodeId subtree = walk.tree().nodes[0].first_child;
  walk.Refuse("a");
  EXPECT_TRUE(walk.HasAdmissible(subtree));
  walk.Refuse("b");
  EXPECT_FALSE(walk.HasAdmissible(subtree));
  EXPECT_TRUE(walk.HasAdmissible(0));
  walk.Refuse("c");
  EXPECT_FALSE(walk.HasAdmissible(0));
}

TEST(PickerTest, RemembersTheChildOfEachStrategyThatTakesTurnsAndOfNoOther) {
  Walk walk(Failover({RoundRobin({Failover({"a"}), LeafOf("b")}), Weighted({Share(1, LeafOf("c"))})}));
  EXPECT_EQ(walk.Next(), "a");
  ASSERT_EQ(walk.choices().size(), 1U);
  EXPECT_EQ(walk.choices()[0].child, 0U);
  EXPECT_EQ(walk.Next(), "b");
  EXPECT_EQ(walk.choices().size(), 1U);
  EXPECT_EQ(walk.Next(), "c");
  EXPECT_EQ(walk.choices().size(), 2U);
}

TEST(PickerTest, AFailoverAsksNoFurtherThanItNeeds) {
  Walk walk(Failover({"a", "b", "c"}));
  EXPECT_EQ(walk.Next(), "a");
  EXPECT_EQ(walk.asked, "a");
}

TEST(PickerTest, ARoundRobinAsksNoFurtherThanItNeeds) {
  Walk walk(RoundRobin({"a", "b", "c"}));
  walk.Refuse("a");
  EXPECT_EQ(walk.Next(), "b");
  EXPECT_EQ(walk.asked, "ab");
}

TEST(PickerTest, AWeightedStrategyAsksForAllSinceAllHaveAShare) {
  Walk walk(Weighted({1, 5, 1}));
  EXPECT_EQ(walk.Next(), "b");
  EXPECT_EQ(walk.asked, "abc");
}

TEST(PickerTest, ATreeIsFlatAndChildrenLieTogether) {
  Walk walk(Weighted({Share(3, RoundRobin({"a", "b"})), Share(2, LeafOf("c"))}));
  const RouteTree& tree = walk.tree();
  ASSERT_EQ(tree.nodes.size(), 5U);
  EXPECT_EQ(tree.nodes[0].kind, NodeKind::kWeighted);
  EXPECT_EQ(tree.nodes[0].first_child, 1U);
  EXPECT_EQ(tree.nodes[0].child_count, 2U);
  EXPECT_EQ(tree.nodes[1].kind, NodeKind::kRoundRobin);
  EXPECT_EQ(tree.nodes[1].weight, 3U);
  EXPECT_EQ(tree.nodes[1].first_child, 3U);
  EXPECT_EQ(tree.nodes[2].leaf, 2U);
  EXPECT_EQ(tree.nodes[2].weight, 2U);
  EXPECT_NE(tree.nodes[0].turn, tree.nodes[1].turn);
}

}  // namespace
}  // namespace spillway::router
