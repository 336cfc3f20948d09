#include "tests/router/weather.h"

#include <algorithm>

#include "tests/router/random_table.h"
#include "tests/router/scene.h"

namespace spillway::router {

void Weather::Change(Bits& bits) {
  Local& local = now_[bits.Below(now_.size())];
  local = Local();
  if (bits.Chance(40)) return;
  local.kind = static_cast<Kind>(bits.Below(static_cast<std::uint64_t>(Kind::kCount)));
  // Any failure a provider can cause, its status made up to fit.
  local.other = static_cast<Failure>(1 + bits.Below(static_cast<std::uint64_t>(Failure::kInvalidRequest)));
  if (bits.Chance(50)) {
    local.retry_after = bits.Chance(10) ? Duration(minutes(20)) : bits.Between(seconds(0), seconds(40));
  }
}

std::optional<Answer> Weather::Meet(const TargetName& target, Bits& bits) const {
  const auto& pool = TargetPool();
  const auto same = [&](const TargetName& name) {
    return name.endpoint == target.endpoint && name.model == target.model;
  };
  const Local& local =
      now_[static_cast<std::size_t>(std::find_if(pool.begin(), pool.end(), same) - pool.begin())];
  Answer answer;
  answer.after = bits.Chance(80) ? bits.Between(milliseconds(5), milliseconds(400))
                                 : bits.Between(milliseconds(400), seconds(4));
  switch (local.kind) {
    case Kind::kSilent:
      return std::nullopt;
    case Kind::kRefused:
      answer.after = milliseconds(5);
      answer.failed = Refused();
      break;
    case Kind::kReset:
      if (bits.Chance(70)) answer.failed = Reset();
      break;
    case Kind::k500:
      answer.failed = Http500();
      break;
    case Kind::kFlaky:
      if (bits.Chance(50)) answer.failed = Http500();
      break;
    case Kind::k503:
      answer.failed = Http503(local.retry_after);
      break;
    case Kind::k429:
      answer.failed = Http429(local.retry_after);
      break;
    case Kind::kOther:
      answer.failed = Fail(local.other, local.other == Failure::kCredentials ? 401 : 400, local.retry_after);
      break;
    case Kind::kUp:
    case Kind::kCount:
      break;
  }
  return answer;
}

}  // namespace spillway::router
