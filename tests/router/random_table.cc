#include "tests/router/random_table.h"

#include <iterator>
#include <string>
#include <utility>

namespace spillway::router {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The policy for any model, and where those of the sandbox begin.
constexpr std::size_t kForAnyModel = 4;
constexpr std::size_t kSandbox = 5;

LeafSettings RandomLeafSettings(Bits& bits) {
  static constexpr std::uint32_t kWindows[] = {0, 1000, 2000, 4000, 8000};
  LeafSettings settings;
  if (bits.Chance(10)) settings.path = "/v1/engines/x/completions";
  if (bits.Chance(20)) settings.request_timeout = bits.Between(milliseconds(200), seconds(12));
  if (bits.Chance(70)) settings.context_window = bits.OneOf(kWindows);
  if (bits.Chance(25)) settings.max_concurrent = bits.From(1, 4);
  return settings;
}

std::uint32_t RandomWeight(Bits& bits) {
  if (bits.Chance(75)) return bits.From(1, 5);
  return bits.Chance(60) ? bits.From(1, 30) : 1000;
}

TableSpec::Node RandomLeaf(Bits& bits) {
  TableSpec::Node node;
  node.target = TargetPool()[bits.Below(TargetPool().size() - 2)];
  node.settings = RandomLeafSettings(bits);
  return node;
}

// At most `depth` strategies deep.
TableSpec::Node RandomNode(Bits& bits, int depth, std::uint64_t leaf_percent) {
  static constexpr NodeKind kKinds[] = {NodeKind::kFailover, NodeKind::kRoundRobin, NodeKind::kWeighted};
  TableSpec::Node node;
  if (depth == 0 || bits.Chance(leaf_percent)) {
    node = RandomLeaf(bits);
  } else {
    node.kind = bits.OneOf(kKinds);
    for (std::uint32_t i = bits.From(1, 4); i > 0; --i) {
      node.children.push_back(RandomNode(bits, depth - 1, 62));
    }
  }
  node.weight = RandomWeight(bits);
  return node;
}

// Sets of leaves are kept in words of 64 bits; now and then one is not enough.
TableSpec::Node WideNode(Bits& bits) {
  TableSpec::Node node;
  node.kind = bits.Chance(50) ? NodeKind::kRoundRobin : NodeKind::kWeighted;
  for (std::uint32_t i = bits.From(65, 140); i > 0; --i) {
    node.children.push_back(RandomLeaf(bits));
    node.children.back().weight = bits.From(1, 3);
  }
  return node;
}

FailOn RandomFailOn(Bits& bits) {
  static const std::vector<std::string> kLists[] = {{"error", "timeout", "429", "5xx"},
                                                    {"5xx", "401"},
                                                    {"429", "content_filter", "invalid_request", "connect"},
                                                    {"4xx"},
                                                    {"4xx", "5xx", "error", "timeout"}};
  std::string bad_word;
  return *FailOn::Parse(bits.OneOf(kLists), &bad_word);
}

Settings RandomSettings(Bits& bits) {
  Settings settings;
  settings.request_timeout = bits.Between(milliseconds(500), seconds(10));
  settings.first_token_timeout = bits.Between(milliseconds(100), seconds(5));
  settings.stream_idle_timeout = bits.Between(milliseconds(100), seconds(3));
  settings.stream_unary = bits.Chance(25);
  if (bits.Chance(30)) settings.total_timeout = bits.Between(milliseconds(300), seconds(8));
  if (bits.Chance(35)) settings.retries = bits.From(0, 3);
  settings.same_target_retries = bits.From(0, 2);
  if (bits.Chance(30)) settings.fail_on = RandomFailOn(bits);
  HealthRules& health = settings.health;
  health.max_fails = bits.From(1, 3);
  health.count_mode = bits.Chance(50) ? CountMode::kConsecutive : CountMode::kWindow;
  health.fail_timeout = bits.Between(seconds(1), seconds(bits.Chance(50) ? 3 : 20));
  if (bits.Chance(75)) health.suspend_duration = bits.Between(milliseconds(200), seconds(20));
  if (bits.Chance(30)) health.max_suspend_duration = bits.Between(seconds(1), seconds(60));
  if (bits.Chance(40)) settings.all_suspended = AllSuspended::kLeastBad;
  if (bits.Chance(35)) settings.retry_budget = {bits.From(0, 60), bits.From(0, 5)};
  return settings;
}

TableSpec::Policy RandomPolicy(std::size_t number, Bits& bits) {
  TableSpec::Policy policy;
  const bool sandbox = number >= kSandbox;
  policy.environment = sandbox ? Environment::kSandbox : Environment::kProduction;
  // Sandbox's are the sections of the first and of the one for any model.
  const std::size_t named = !sandbox ? number : number == kSandbox ? 0 : kForAnyModel;
  policy.name = "policy" + std::to_string(named);
  policy.model = named == kForAnyModel ? std::string(kAnyModel) : "gpt" + std::to_string(named);
  policy.settings = RandomSettings(bits);
  policy.root = bits.Chance(3) ? WideNode(bits) : RandomNode(bits, 5, 0);
  return policy;
}

// What leaves turns as they are.
void ChangeLeafSettings(TableSpec::Node& node, Bits& bits) {
  std::string path = std::move(node.settings.path);
  if (bits.Chance(50)) node.settings = RandomLeafSettings(bits);
  node.settings.path = std::move(path);
  for (TableSpec::Node& child : node.children) ChangeLeafSettings(child, bits);
}

}  // namespace

const std::vector<TargetName>& TargetPool() {
  static const std::vector<TargetName> pool = {
      {"p", "e0", "m0"}, {"p", "e0", "m1"}, {"p", "e0", "m2"}, {"p", "e0", "m3"}, {"p", "e1", "m0"},
      {"p", "e1", "m1"}, {"p", "e1", "m2"}, {"p", "e2", "m0"}, {"q", "e3", "m1"}, {"q", "e4", "m2"},
      {"q", "e4", "m3"}, {"q", "e5", "m0"}, {"q", "e5", ""},   {"q", "e6", ""}};
  return pool;
}

TableSpec TableOfEveryTarget() {
  TableSpec spec;
  TableSpec::Policy& policy = spec.policies.emplace_back();
  policy.name = "every target";
  policy.model = "every";
  policy.root.kind = NodeKind::kFailover;
  for (const TargetName& name : TargetPool()) policy.root.children.emplace_back().target = name;
  return spec;
}

TableSpec RandomTables::Next(Bits& bits) {
  TableSpec spec;
  for (std::size_t number = 0; number < places_.size(); ++number) {
    Place& place = places_[number];
    Fill(place, number, bits);
    if (place.now) spec.policies.push_back(*place.now);
  }
  if (bits.Chance(60)) spec.primaries.push_back({Environment::kProduction, *(TargetPool().end() - 2)});
  if (bits.Chance(30)) spec.primaries.push_back({Environment::kSandbox, TargetPool().back()});
  return spec;
}

void RandomTables::Fill(Place& place, std::size_t number, Bits& bits) {
  const std::uint64_t kind = bits.Below(100);
  if (place.now && kind < 45) return;
  if (place.now && kind < 65) {
    place.now->settings = RandomSettings(bits);
    return ChangeLeafSettings(place.now->root, bits);
  }
  if (place.now) place.before.push_back(*std::exchange(place.now, std::nullopt));
  const bool is_for_any = number == kForAnyModel || number > kSandbox;
  if (bits.Chance(is_for_any ? 70 : 20)) return;
  if (!place.before.empty() && bits.Chance(50)) {
    place.now = bits.OneOf(place.before);
  } else {
    place.now = RandomPolicy(number, bits);
  }
  // The same route in both environments still takes turns of its own in each.
  if (number == kSandbox && places_[0].now && bits.Chance(50)) place.now->root = places_[0].now->root;
}

}  // namespace spillway::router
