// From what a provider said to the class of the failure. Pure; the rules are one table.
//
// The rules run in their order, the first that fits decides: words the provider meant for
// machines and phrases of its sentence, each only under the statuses where they mean what they
// say. What no rule knows is decided by its status:
//
//   401, 403, 407             credentials
//   402                       quota_exhausted
//   404, 405, 410             model_not_found: the target is not there
//   408                       timeout
//   409, 424, 499             server_error: a fault on their side in a 4xx's clothes
//   413                       context_length: too large for this target, whatever the unit; like
//                             a request above the account's tokens per minute ("Request too
//                             large", a 429 or 413). Sending it again is no use, another target
//                             may take it, and it says nothing of this one's health.
//   429                       rate_limited
//   503, 529                  overloaded
//   other 5xx                 server_error
//   other 4xx                 invalid_request, or server_error where `x-should-retry: true`
//   200 with an error inside  by the status the body names, else server_error
//   anything else, 3xx too    malformed: no provider answers so; the endpoint's URL is wrong
#ifndef SPILLWAY_PROVIDERS_CLASSIFY_H_
#define SPILLWAY_PROVIDERS_CLASSIFY_H_

#include <optional>
#include <string_view>

#include "providers/error_body.h"
#include "router/failure.h"

namespace spillway::providers {

// Everything the rules look at.
struct Evidence {
  int status = 0;
  const ErrorBody& body;
  // AWS's `x-amzn-errortype`, cut at the colon.
  std::string_view amazon_type;
  std::optional<bool> should_retry;
};

router::Failure Classify(const Evidence& evidence);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_CLASSIFY_H_
