#include "server/config/policy_rules.h"

#include <google/protobuf/duration.pb.h>

#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "router/fail_on.h"
#include "router/table.h"
#include "server/config/attempt_rules.h"
#include "server/config/duration_bounds.h"
#include "server/config/name_rules.h"
#include "server/config/route_rules.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

void CheckDurations(const v1::Policy& policy, const std::string& path, Findings* findings) {
  // What was not written is zero, and so within the bound.
  const std::pair<const char*, const google::protobuf::Duration&> durations[] = {
      {"request_timeout", policy.request_timeout()},
      {"first_token_timeout", policy.first_token_timeout()},
      {"stream_idle_timeout", policy.stream_idle_timeout()},
      {"total_timeout", policy.total_timeout()},
      {"fail_timeout", policy.fail_timeout()},
      {"suspend_duration", policy.suspend_duration()},
      {"max_suspend_duration", policy.max_suspend_duration()},
  };
  for (const auto& [field, duration] : durations) {
    if (Longer(duration, MaxDuration())) findings->Add(FieldPath(path, field), kDurationTooLong);
  }
}

void CheckCounts(const v1::Policy& policy, const std::string& path, Findings* findings) {
  const auto bound = [&](const char* field, std::uint32_t value, std::uint32_t least, std::uint32_t most) {
    if (value >= least && value <= most) return;
    findings->Add(FieldPath(path, field), absl::StrCat("must be between ", least, " and ", most));
  };
  if (policy.has_retries()) bound("retries", policy.retries(), 0, kMaxRetries);
  if (policy.has_same_target_retries()) {
    bound("same_target_retries", policy.same_target_retries(), 0, kMaxSameTargetRetries);
  }
  if (policy.has_max_fails()) bound("max_fails", policy.max_fails(), 1, kMaxMaxFails);
}

void CheckFailOn(const v1::Policy& policy, const std::string& path, Findings* findings) {
  const std::string list = FieldPath(path, "fail_on");
  if (policy.fail_on().empty() && findings->IsRead(path, "fail_on")) {
    findings->Add(list,
                  "an empty list: name what spills, leave the key out for the default, or write retries: 0");
  }
  for (int i = 0; i < policy.fail_on_size(); ++i) {
    const std::string& word = policy.fail_on(i);
    // Empty: it could not be read, and that has been said.
    if (word.empty()) continue;
    std::string bad_word;
    // A redirect is never followed and never an answer, so there is nothing to choose.
    const bool redirect = absl::StartsWith(absl::StripPrefix(word, "http_"), "3");
    if (!redirect && router::FailOn::Parse({word}, &bad_word)) continue;
    findings->Add(
        ItemPath(list, static_cast<std::size_t>(i)),
        absl::StrCat("unknown word ", Quoted(word),
                     "; write a status (429 or http_429, from 400 to 599), a class (4xx, 5xx), error, "
                     "timeout, invalid_header, non_idempotent or a failure's name (rate_limited)"));
  }
}

void CheckSuspension(const v1::Policy& policy, const std::string& path, Findings* findings) {
  if (policy.has_suspend_duration()) {
    if (policy.has_max_suspend_duration() &&
        Longer(policy.suspend_duration(), policy.max_suspend_duration())) {
      findings->Add(FieldPath(path, "max_suspend_duration"), "must not be shorter than suspend_duration");
    }
    return;
  }
  // The one that is missing may be the one that could not be read.
  if (findings->source().IsBroken(path) || findings->source().Contains(FieldPath(path, "suspend_duration")))
    return;
  for (const char* field : {"max_fails", "count_mode", "fail_timeout", "max_suspend_duration"}) {
    if (!findings->IsRead(path, field)) continue;
    findings->Add(FieldPath(path, field),
                  "has no effect: without suspend_duration, failures are not remembered");
  }
}

// `*` alone, or a model's name.
std::string CheckPolicyModel(const std::string& model) {
  if (model != router::kAnyModel && absl::StrContains(model, "*")) {
    return "there are no patterns; \"*\" alone stands for every model that no other policy names";
  }
  return CheckModel(model);
}

// One policy after another; remembers which (model, environment) are taken.
class PolicyRules {
 public:
  PolicyRules(const ConfigIndex& index, Findings* findings) : index_(index), findings_(*findings) {}

  void Check(const v1::Policy& policy, const std::string& path) {
    names_.Check(policy.name(), path);
    if (policy.model().empty()) {
      findings_.AddMissing(path, "model", "a policy needs the model that callers ask for");
    } else {
      findings_.AddIfAny(FieldPath(path, "model"), CheckPolicyModel(policy.model()));
    }
    CheckSection(policy, policy.has_production(), policy.production(), v1::ENVIRONMENT_PRODUCTION, path,
                 "production");
    CheckSection(policy, policy.has_sandbox(), policy.sandbox(), v1::ENVIRONMENT_SANDBOX, path, "sandbox");
    const SourceMap& source = findings_.source();
    if (!source.Contains(FieldPath(path, "production")) && !source.Contains(FieldPath(path, "sandbox")) &&
        !source.IsBroken(path)) {
      findings_.Add(path, "a policy needs a route: production, sandbox or both");
    }
    CheckDurations(policy, path, &findings_);
    CheckCounts(policy, path, &findings_);
    CheckTotalTimeout(policy, path, &findings_);
    CheckRetryBudget(policy, path, &findings_);
    CheckFailOn(policy, path, &findings_);
    CheckSuspension(policy, path, &findings_);
  }

 private:
  void CheckSection(const v1::Policy& policy, bool present, const v1::Route& route,
                    v1::Environment environment, const std::string& path, const std::string& section) {
    if (!present) return;
    RouteRules(index_, environment, &findings_).Check(route, FieldPath(path, section));
    if (policy.model().empty()) return;
    const std::string at = FieldPath(path, "model");
    const auto [first, is_new] = taken_.emplace(std::pair(policy.model(), environment), at);
    if (is_new) return;
    findings_.Add(at,
                  absl::StrCat("the policy on line ", findings_.source().Find(first->second).line,
                               " is for the model ", Quoted(policy.model()), " in ", section, " already"));
  }

  const ConfigIndex& index_;
  Findings& findings_;
  NameRules names_{"policy", &findings_};
  std::map<std::pair<std::string, v1::Environment>, std::string> taken_;
};

}  // namespace

void CheckPolicies(const v1::Config& config, const ConfigIndex& index, Findings* findings) {
  PolicyRules rules(index, findings);
  for (int i = 0; i < config.policies_size(); ++i) {
    rules.Check(config.policies(i), ItemPath("policies", static_cast<std::size_t>(i)));
  }
}

}  // namespace spillway::server
