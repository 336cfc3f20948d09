// States by slot, and what-ifs of them.
#include "router/slot_table.h"

#include "gtest/gtest.h"
#include "router/memory.h"

namespace spillway::router {
namespace {

TEST(SlotTableTest, ANameHasTheSameSlotForGood) {
  SlotTable<int> table;
  const Slot a = table.SlotOf("a");
  const Slot b = table.SlotOf("b");
  EXPECT_NE(a, b);
  table[a] = 1;
  table[b] = 2;
  for (int i = 0; i < 1000; ++i) table.SlotOf("other" + std::to_string(i));
  EXPECT_EQ(table.SlotOf("a"), a);
  EXPECT_EQ(table.SlotOf("b"), b);
  EXPECT_EQ(table[a], 1);
  EXPECT_EQ(table[b], 2);
}

TEST(SlotTableTest, ANewSlotBeginsAfresh) {
  SlotTable<int> table;
  table[table.SlotOf("a")] = 1;
  EXPECT_EQ(table[table.SlotOf("b")], 0);
  EXPECT_EQ(table[table.SlotOf("")], 0);
}

// Premise: a is 1, b is 2.
class WhatIfTest : public testing::Test {
 protected:
  WhatIfTest() : a(base.SlotOf("a")), b(base.SlotOf("b")) {
    base[a] = 1;
    base[b] = 2;
  }
  SlotTable<int> base;
  const Slot a;
  const Slot b;
};

TEST_F(WhatIfTest, ReadsThrough) {
  const SlotTable<int> what_if = base.WhatIf();
  EXPECT_EQ(what_if[a], 1);
  EXPECT_EQ(what_if[b], 2);
  EXPECT_EQ(&what_if[a], &std::as_const(base)[a]) << "without a copy";
}

TEST_F(WhatIfTest, KeepsChangesToItself) {
  SlotTable<int> what_if = base.WhatIf();
  what_if[a] = 10;
  what_if[a] += 1;
  EXPECT_EQ(std::as_const(what_if)[a], 11);
  EXPECT_EQ(what_if[b], 2);
  EXPECT_EQ(base[a], 1);
  EXPECT_EQ(base.WhatIf()[a], 1) << "nor do what-ifs know of each other";
}

TEST_F(WhatIfTest, ReferencesStayGoodWhileItGrows) {
  std::vector<Slot> slots;
  for (int i = 0; i < 1000; ++i) slots.push_back(base.SlotOf(std::to_string(i)));
  SlotTable<int> what_if = base.WhatIf();
  int& first = what_if[a];
  for (const Slot slot : slots) what_if[slot] = 7;
  first = 99;
  EXPECT_EQ(what_if[a], 99);
}

TEST(MemoryTest, AWhatIfOfAllThatIsRememberedChangesNothing) {
  Memory memory;
  const HealthSlot health = memory.targets.SlotOf({"provider", "a", "m"});
  const Slot turn = memory.turns.SlotOf("turn");
  const Slot budget = memory.budgets.SlotOf("budget");
  const RetryBudgetRules rules{0, 1};
  {
    Memory what_if = memory.WhatIf();
    what_if.targets[health].Suspend(kNever);
    what_if.turns[turn].next = 1;
    what_if.budgets[budget].Pay();
    EXPECT_EQ(what_if.targets[health].View(Instant()).state, TargetState::kSuspended);
    EXPECT_FALSE(what_if.budgets[budget].CanPay(rules));
    EXPECT_EQ(what_if.targets.NameOf(health).endpoint, "a");
  }
  EXPECT_EQ(memory.targets[health].View(Instant()).state, TargetState::kAvailable);
  EXPECT_EQ(memory.turns[turn].next, 0U);
  EXPECT_TRUE(memory.budgets[budget].CanPay(rules));
}

TEST(HealthTableTest, KnowsWhichTargetsShareAnEndpoint) {
  HealthTable targets;
  const HealthSlot ax = targets.SlotOf({"provider", "a", "x"});
  const HealthSlot bx = targets.SlotOf({"provider", "b", "x"});
  const HealthSlot ay = targets.SlotOf({"provider", "a", "y"});
  // An endpoint may move to another provider: it is the same target still.
  ASSERT_EQ(targets.SlotOf({"another", "a", "x"}), ax);
  const std::vector<HealthSlot> of_a = {ax, ay};
  EXPECT_EQ(targets.OfSameEndpoint(ax), of_a);
  EXPECT_EQ(targets.OfSameEndpoint(ay), of_a);
  EXPECT_EQ(targets.OfSameEndpoint(bx), std::vector<HealthSlot>{bx});
  EXPECT_EQ(targets.WhatIf().OfSameEndpoint(ay), of_a);
}

}  // namespace
}  // namespace spillway::router
