#include "tests/router/weather.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "tests/router/random_table.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

constexpr int kBadRequest = 400;

int StatusOf(Failure failure) { return failure == Failure::kCredentials ? 401 : kBadRequest; }

}  // namespace

Request RandomRequest(Bits& bits) {
  Request request;
  const std::uint64_t kind = bits.Below(100);
  if (kind < 20) request.length = bits.From(1, 9) * 1000;
  if (kind >= 20 && kind < 36) request.demand = static_cast<Request::Demand>(1 + kind % 3);
  if (kind >= 95) request.fault = bits.Chance(60) ? Failure::kInvalidRequest : Failure::kContentFilter;
  return request;
}

bool Request::IsBeyond(const Leaf& leaf) const {
  const std::string name = leaf.name.endpoint + leaf.name.model;
  const bool some = std::accumulate(name.begin(), name.end(), 0) % 2 == 0;
  return demand == Demand::kMoreThanAnyCan || (demand == Demand::kMoreThanSomeCan && some) ||
         (demand == Demand::kMoreThanOthersCan && !some);
}

Weather::Local Weather::RandomLocal(Bits& bits) {
  Local local;
  local.kind = static_cast<Kind>(bits.Below(static_cast<std::uint64_t>(Kind::kCount)));
  // Any failure a provider can cause, its status made up to fit.
  local.other = static_cast<Failure>(1 + bits.Below(static_cast<std::uint64_t>(Failure::kInvalidRequest)));
  if (bits.Chance(50)) {
    local.retry_after = bits.Chance(10) ? Duration(minutes(20)) : bits.Between(seconds(0), seconds(40));
  }
  return local;
}

void Weather::Change(Bits& bits) {
  const std::size_t turning = bits.Below(now_.size());
  const bool whole_endpoint = bits.Chance(30);
  const Local local = bits.Chance(40) ? Local() : RandomLocal(bits);
  const std::string& endpoint = TargetPool()[turning].endpoint;
  for (std::size_t i = 0; i < now_.size(); ++i) {
    if (i == turning || (whole_endpoint && TargetPool()[i].endpoint == endpoint)) now_[i] = local;
  }
}

std::optional<Answer> Weather::Meet(const Leaf& leaf, const Request& request, Bits& bits) const {
  const auto& pool = TargetPool();
  const auto same = [&](const TargetName& name) {
    return name.endpoint == leaf.name.endpoint && name.model == leaf.name.model;
  };
  const Local& local =
      now_[static_cast<std::size_t>(std::find_if(pool.begin(), pool.end(), same) - pool.begin())];
  if (local.kind == Kind::kSilent) return std::nullopt;
  Answer answer;
  answer.after = bits.Chance(80) ? bits.Between(milliseconds(5), milliseconds(400))
                                 : bits.Between(milliseconds(400), seconds(4));
  if (local.kind == Kind::kRefused) answer.after = milliseconds(5);
  answer.failed = FailureOf(local, bits);
  if (answer.failed) return answer;
  if (request.fault) answer.failed = Fail(*request.fault, kBadRequest);
  const std::uint32_t window = leaf.settings.context_window;
  if (window != 0 ? request.length > window : request.length > 0 && bits.Chance(30)) {
    answer.failed = Fail(Failure::kContextLength, kBadRequest);
  }
  return answer;
}

std::optional<FailedAttempt> Weather::FailureOf(const Local& local, Bits& bits) const {
  switch (local.kind) {
    case Kind::kRefused:
      return Refused();
    case Kind::kReset:
      return bits.Chance(70) ? std::optional(Reset()) : std::nullopt;
    case Kind::k500:
      return Http500();
    case Kind::kFlaky:
      return bits.Chance(50) ? std::optional(Http500()) : std::nullopt;
    case Kind::k503:
      return Http503(local.retry_after);
    case Kind::k429:
      return Http429(local.retry_after);
    case Kind::kOther:
      return Fail(local.other, StatusOf(local.other), local.retry_after);
    case Kind::kUp:
    case Kind::kSilent:
    case Kind::kCount:
      break;
  }
  return std::nullopt;
}

}  // namespace spillway::router
