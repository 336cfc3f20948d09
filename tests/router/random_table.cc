#include "tests/router/random_table.h"

namespace spillway::router {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TableSpec::Node RandomNode(Bits& bits, int depth) {
  TableSpec::Node node;
  if (depth == 0 || bits.Chance(60)) {
    node.target = TargetPool()[bits.Below(TargetPool().size())];
    return node;
  }
  for (std::uint64_t i = 1 + bits.Below(3); i > 0; --i) node.children.push_back(RandomNode(bits, depth - 1));
  return node;
}

FailOn RandomFailOn(Bits& bits) {
  static const std::vector<std::string> kLists[] = {
      {"error", "timeout", "429", "5xx"}, {"5xx", "401"}, {"429", "content_filter", "connect"}, {"4xx"}};
  std::string bad_word;
  return *FailOn::Parse(kLists[bits.Below(std::size(kLists))], &bad_word);
}

Settings RandomSettings(Bits& bits) {
  Settings settings;
  settings.request_timeout = bits.Between(milliseconds(500), seconds(10));
  if (bits.Chance(30)) settings.total_timeout = bits.Between(milliseconds(300), seconds(8));
  if (bits.Chance(40)) settings.retries = static_cast<std::uint32_t>(bits.Below(4));
  settings.same_target_retries = static_cast<std::uint32_t>(bits.Below(3));
  if (bits.Chance(25)) settings.fail_on = RandomFailOn(bits);
  HealthRules& health = settings.health;
  health.max_fails = static_cast<std::uint32_t>(1 + bits.Below(3));
  health.count_mode = bits.Chance(50) ? CountMode::kConsecutive : CountMode::kWindow;
  health.fail_timeout = bits.Between(seconds(1), seconds(20));
  if (bits.Chance(70)) health.suspend_duration = bits.Between(milliseconds(200), seconds(20));
  if (bits.Chance(30)) health.max_suspend_duration = bits.Between(seconds(1), seconds(60));
  if (bits.Chance(40)) settings.all_suspended = AllSuspended::kLeastBad;
  return settings;
}

}  // namespace

const std::vector<TargetName>& TargetPool() {
  static const std::vector<TargetName> pool = {{"p", "e0", "m0"}, {"p", "e0", "m1"}, {"p", "e1", "m0"},
                                               {"p", "e2", "m0"}, {"q", "e3", "m1"}, {"q", "e4", "m2"},
                                               {"q", "e5", ""}};
  return pool;
}

TableSpec RandomTable(Bits& bits) {
  TableSpec spec;
  for (int i = 0; i < 4; ++i) {
    if (bits.Chance(20)) continue;
    TableSpec::Policy& policy = spec.policies.emplace_back();
    policy.name = "policy" + std::to_string(i);
    policy.model = "gpt" + std::to_string(i);
    policy.settings = RandomSettings(bits);
    // The root alone is a level: a leaf below four strategies is as deep as it gets.
    for (std::uint64_t n = 1 + bits.Below(3); n > 0; --n) {
      policy.root.children.push_back(RandomNode(bits, 3));
    }
  }
  if (bits.Chance(60)) spec.primaries.push_back({Environment::kProduction, TargetPool().back()});
  return spec;
}

}  // namespace spillway::router
