// Which failures of an attempt send the call to the next target.
//
// By default every failure decides for itself (its traits). A policy that gives a list gets
// exactly that list: a status matches the HTTP status received and nothing else, a group
// (`error`, `timeout`) or a failure's name matches the class.
//
// Immutable after building; thread-safe.
#ifndef SPILLWAY_ROUTER_FAIL_ON_H_
#define SPILLWAY_ROUTER_FAIL_ON_H_

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/failure.h"

namespace spillway::router {

class FailOn {
 public:
  // The default: what each failure's traits say.
  FailOn() = default;

  // Reads `[error, timeout, 429, http_503, 5xx, rate_limited, …]`. Nothing, with `bad_word` set
  // to the first word that means nothing, if there is one.
  static std::optional<FailOn> Parse(const std::vector<std::string>& words, std::string* bad_word);

  // Whether `attempt` spills.
  bool Matches(const FailedAttempt& attempt) const;

 private:
  bool AddWord(std::string_view word);

  bool by_traits_ = true;
  std::bitset<600> statuses_;
  std::bitset<kFailureCount + 1> failures_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_FAIL_ON_H_
