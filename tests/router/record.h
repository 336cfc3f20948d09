// What a simulated day leaves behind for judgment: the rules it broke, how often each had occasion to be
// broken, and the extremes it went to.
//
// Names are string literals: they are kept by reference. Not thread-safe.
#ifndef SPILLWAY_TESTS_ROUTER_RECORD_H_
#define SPILLWAY_TESTS_ROUTER_RECORD_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::router {

class Record {
 public:
  void Expect(bool holds, std::string_view rule) {
    if (!holds && violations_.size() < kMostKept) violations_.emplace_back(rule);
  }
  // Something that a rule is about has happened.
  void Note(std::string_view what, std::int64_t times = 1) { occasions_[what] += times; }
  void Extreme(std::string_view what, double value) {
    const auto [entry, added] = extremes_.try_emplace(what, value);
    if (!added) entry->second = std::max(entry->second, value);
  }

  void Add(const Record& other) {
    violations_.insert(violations_.end(), other.violations_.begin(), other.violations_.end());
    for (const auto& [what, times] : other.occasions_) occasions_[what] += times;
    for (const auto& [what, value] : other.extremes_) Extreme(what, value);
  }

  // At most the first few.
  const std::vector<std::string>& violations() const { return violations_; }
  std::int64_t Occasions(std::string_view what) const {
    const auto found = occasions_.find(what);
    return found == occasions_.end() ? 0 : found->second;
  }
  double Extreme(std::string_view what) const { return extremes_.at(what); }
  const std::map<std::string_view, std::int64_t>& occasions() const { return occasions_; }
  const std::map<std::string_view, double>& extremes() const { return extremes_; }

 private:
  static constexpr std::size_t kMostKept = 5;

  std::vector<std::string> violations_;
  std::map<std::string_view, std::int64_t> occasions_;
  std::map<std::string_view, double> extremes_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_RECORD_H_
