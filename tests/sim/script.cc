#include "tests/sim/script.h"

#include <utility>

namespace spillway::sim {
namespace {

// [0, 100), the same on every platform.
double Percent(std::mt19937_64& engine) { return static_cast<double>(engine() >> 11) * 0x1.0p-53 * 100; }

}  // namespace

Step AsErrorAnswer(Step step) {
  step.fault = step.error_class;
  return step;
}

Script::Script(std::vector<Step> steps, Then then, std::uint64_t seed)
    : steps_(std::move(steps)), then_(then), engine_(seed) {}

Step Script::Next() {
  if (current_ < steps_.size() && used_ == steps_[current_].times) {
    used_ = 0;
    ++current_;
    if (current_ == steps_.size() && then_ == Then::kCycle) current_ = 0;
    if (current_ == steps_.size() && then_ == Then::kRepeatLast) --current_;
  }
  if (current_ >= steps_.size()) return Step{};
  ++used_;
  return Draw(steps_[current_]);
}

Step Script::Draw(const Step& step) {
  if (step.one_of.empty()) {
    if (step.percent >= 100 || Percent(engine_) < step.percent) return step;
    return Step{};
  }
  double draw = Percent(engine_);
  for (const Step& choice : step.one_of) {
    if (draw < choice.percent) return choice;
    draw -= choice.percent;
  }
  return Step{};
}

}  // namespace spillway::sim
