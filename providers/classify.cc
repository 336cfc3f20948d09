#include "providers/classify.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "providers/classify_rules.h"

namespace spillway::providers {
namespace {

using router::Failure;

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

std::uint8_t GroupOf(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return kForbidden;
    case 404:
    case 405:
    case 410:
      return kMissing;
    case 413:
      return kTooLarge;
    case 429:
      return kThrottled;
    default:
      if (status >= 500) return kServer;
      return status >= 400 ? kBad : kInside;
  }
}

class Matcher {
 public:
  explicit Matcher(const Evidence& evidence)
      : words_{evidence.body.code,   evidence.body.type,       evidence.body.status,
               evidence.body.reason, evidence.body.inner_code, evidence.amazon_type},
        text_(absl::AsciiStrToLower(evidence.body.message)),
        quota_(absl::AsciiStrToLower(evidence.body.quota_id)) {}

  bool Matches(const Rule& rule, int status) const {
    if ((rule.statuses & GroupOf(status)) == 0) return false;
    if (rule.look == Look::kQuota) return quota_.find(rule.pattern) != std::string::npos;
    if (rule.look == Look::kText) return text_.find(rule.pattern) != std::string::npos;
    return std::any_of(words_.begin(), words_.end(), [&rule](std::string_view word) {
      return absl::EqualsIgnoreCase(Abseil(word), Abseil(rule.pattern));
    });
  }

 private:
  std::array<std::string_view, 6> words_;
  std::string text_;
  std::string quota_;
};

Failure ByStatus(int status, std::optional<bool> should_retry) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return Failure::kCredentials;
    case 402:
      return Failure::kQuotaExhausted;
    case 404:
    case 405:
    case 410:
      return Failure::kModelNotFound;
    case 408:
      return Failure::kTimeout;
    case 409:
    case 424:
    case 499:
      return Failure::kServerError;
    case 413:
      return Failure::kContextLength;
    case 429:
      return Failure::kRateLimited;
    case 503:
    case 529:
      return Failure::kOverloaded;
    default:
      break;
  }
  if (status >= 500 && status <= 599) return Failure::kServerError;
  if (status < 400 || status > 599) return Failure::kMalformed;
  return should_retry.value_or(false) ? Failure::kServerError : Failure::kInvalidRequest;
}

}  // namespace

Failure Classify(const Evidence& evidence) {
  const bool inside = evidence.status >= 200 && evidence.status <= 299;
  const int status = inside ? evidence.body.embedded_status : evidence.status;
  if (!inside && (status < 400 || status > 599)) return Failure::kMalformed;
  const Matcher matcher(evidence);
  for (const Rule& rule : ClassificationRules()) {
    if (matcher.Matches(rule, status)) return rule.failure;
  }
  return status == 0 ? Failure::kServerError : ByStatus(status, evidence.should_retry);
}

}  // namespace spillway::providers
