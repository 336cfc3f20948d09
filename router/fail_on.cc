#include "router/fail_on.h"

#include <cstddef>

namespace spillway::router {
namespace {

constexpr std::string_view kHttpPrefix = "http_";

// "429" -> 429; 0 unless exactly three digits of an error status.
int StatusFromDigits(std::string_view word) {
  if (word.size() != 3) return 0;
  int status = 0;
  for (const char c : word) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status >= 300 && status < 600 ? status : 0;
}

std::size_t IndexOf(Failure failure) { return static_cast<std::size_t>(failure); }

}  // namespace

std::optional<FailOn> FailOn::Parse(const std::vector<std::string>& words, std::string* bad_word) {
  FailOn fail_on;
  fail_on.by_traits_ = words.empty();
  for (const std::string& word : words) {
    if (!fail_on.AddWord(word)) {
      *bad_word = word;
      return std::nullopt;
    }
  }
  return fail_on;
}

bool FailOn::AddWord(std::string_view word) {
  if (word.substr(0, kHttpPrefix.size()) == kHttpPrefix) {
    const int status = StatusFromDigits(word.substr(kHttpPrefix.size()));
    if (status != 0) statuses_.set(static_cast<std::size_t>(status));
    return status != 0;
  }
  if (const int status = StatusFromDigits(word)) {
    statuses_.set(static_cast<std::size_t>(status));
    return true;
  }
  if (word == "4xx" || word == "5xx") {
    const std::size_t first = static_cast<std::size_t>(word[0] - '0') * 100;
    for (std::size_t status = first; status < first + 100; ++status) statuses_.set(status);
    return true;
  }
  if (word == "error" || word == "timeout") {
    const FailOnGroup group = word == "error" ? FailOnGroup::kError : FailOnGroup::kTimeout;
    for (const FailureTraits& traits : AllFailureTraits()) {
      if (traits.group == group) failures_.set(IndexOf(traits.failure));
    }
    return true;
  }
  // nginx's and Kong's word for an unreadable answer.
  if (word == "invalid_header") {
    failures_.set(IndexOf(Failure::kMalformed));
    return true;
  }
  // nginx and Kong refuse to resend a POST unless told so. A chat completion is safe to resend (nothing
  // is stored before it is answered), so it always is, and the word is accepted for their configurations'
  // sake.
  if (word == "non_idempotent") return true;
  const std::optional<Failure> failure = FailureFromName(word);
  if (!failure || *failure == Failure::kCancelled || *failure == Failure::kDeadline) return false;
  failures_.set(IndexOf(*failure));
  return true;
}

bool FailOn::Matches(const FailedAttempt& attempt) const {
  if (attempt.failure == Failure::kCancelled || attempt.failure == Failure::kDeadline) return false;
  if (by_traits_) return TraitsOf(attempt.failure).spills;
  if (failures_.test(IndexOf(attempt.failure))) return true;
  return attempt.http_status > 0 && attempt.http_status < 600 &&
         statuses_.test(static_cast<std::size_t>(attempt.http_status));
}

}  // namespace spillway::router
