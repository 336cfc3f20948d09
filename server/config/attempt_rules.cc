#include "server/config/attempt_rules.h"

#include <google/protobuf/duration.pb.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "router/fail_on.h"
#include "server/config/defaults.h"
#include "server/config/duration_bounds.h"
#include "server/config/strategy.h"

namespace spillway::server {
namespace {

using google::protobuf::Duration;

constexpr char kSilence[] = "a silent target would use up the whole call and nothing would fail over; write ";

// Whether a call goes on to the next target when one was silent so.
bool SpillsOn(router::Failure silent, const v1::Policy& policy) {
  if (policy.has_retries() && policy.retries() == 0) return false;
  std::string bad_word;
  const auto fail_on = router::FailOn::Parse({policy.fail_on().begin(), policy.fail_on().end()}, &bad_word);
  router::FailedAttempt silence;
  silence.failure = silent;
  return !fail_on || fail_on->Matches(silence);
}

// One policy's total_timeout against the request_timeout of each of its targets, and against its
// first_token_timeout if one is written: its default is no business of those who ask for no streams.
class TotalTimeoutRule {
 public:
  TotalTimeoutRule(const v1::Policy& policy, const std::string& path, Findings* findings)
      : policy_(policy), path_(path), findings_(*findings), total_(policy.total_timeout()) {}

  void Check() {
    if (SpillsOn(router::Failure::kTimeout, policy_)) {
      if (policy_.has_production()) CheckSection(policy_.production(), "production");
      if (policy_.has_sandbox()) CheckSection(policy_.sandbox(), "sandbox");
      if (policys_own_is_used_) CheckThePolicysOwn();
    }
    const bool several = TargetCount(policy_.production()) > 1 || TargetCount(policy_.sandbox()) > 1;
    if (several && policy_.has_first_token_timeout() &&
        SpillsOn(router::Failure::kFirstTokenTimeout, policy_)) {
      CheckShorter(policy_.first_token_timeout(), path_, "first_token_timeout");
    }
  }

 private:
  void CheckSection(const v1::Route& route, const char* section) {
    if (TargetCount(route) < 2) return;
    ForEachTarget(route, FieldPath(path_, section), [&](const v1::RouteNode& target, const std::string& at) {
      if (target.has_request_timeout()) return CheckShorter(target.request_timeout(), at, "request_timeout");
      const SourceMap& source = findings_.source();
      // It may be that it has one which could not be read.
      if (source.IsBroken(at) || source.Contains(FieldPath(at, "request_timeout"))) return;
      policys_own_is_used_ = true;
    });
  }

  void CheckShorter(const Duration& each, const std::string& at, const char* field) {
    if (Longer(total_, each)) return;
    const std::string total = DurationText(total_);
    findings_.Add(
        FieldPath(at, field),
        absl::StrCat(DurationText(each), " is not shorter than the policy's total_timeout of ", total, ": ",
                     kSilence, "one shorter than ", total, " here, or a longer total_timeout"));
  }

  void CheckThePolicysOwn() {
    const SourceMap& source = findings_.source();
    if (source.IsBroken(path_) || source.IsBroken(FieldPath(path_, "request_timeout"))) return;
    const Duration each = EffectiveSettings(policy_, v1::Route()).request_timeout();
    if (Longer(total_, each)) return;
    const char* by_default = policy_.has_request_timeout() ? "" : " (the default)";
    findings_.Add(
        FieldPath(path_, "total_timeout"),
        absl::StrCat(DurationText(total_), " is not longer than the request_timeout of ", DurationText(each),
                     by_default, ": ", kSilence, "a request_timeout shorter than ", DurationText(total_),
                     ", or a total_timeout longer than ", DurationText(each)));
  }

  const v1::Policy& policy_;
  const std::string& path_;
  Findings& findings_;
  const Duration& total_;
  bool policys_own_is_used_ = false;
};

}  // namespace

void CheckTotalTimeout(const v1::Policy& policy, const std::string& path, Findings* findings) {
  if (policy.has_total_timeout()) TotalTimeoutRule(policy, path, findings).Check();
}

void CheckRetryBudget(const v1::Policy& policy, const std::string& path, Findings* findings) {
  if (!policy.has_retry_budget()) return;
  const std::string at = FieldPath(path, "retry_budget");
  const v1::RetryBudget& budget = policy.retry_budget();
  if (budget.percent() > kMaxBudgetPercent) {
    findings->Add(FieldPath(at, "percent"), absl::StrCat("must be between 0 and ", kMaxBudgetPercent));
  }
  if (budget.floor() > kMaxBudgetFloor) {
    findings->Add(FieldPath(at, "floor"), absl::StrCat("must be between 0 and ", kMaxBudgetFloor));
  }
  if (policy.has_retries() && policy.retries() == 0) {
    findings->Add(at, "has no effect: retries is 0, so there are no further attempts");
  }
}

}  // namespace spillway::server
