// How long a provider asks us to stay away, from whatever it says of it. Pure.
//
// Only for failures: providers send `retry-after` on good answers too. Sources, best first:
//   1. `retry-after-ms`, then `retry-after` as seconds or as a date;
//   2. Google's RetryInfo in the body;
//   3. the error's own sentence ("Please try again in 9m38.016s");
//   4. on a 429 the reset headers of those limits that have nothing left, the latest of them.
// A hint of zero, or of a time that has passed, is no hint: it must not become a busy loop.
#ifndef SPILLWAY_PROVIDERS_RETRY_HINT_H_
#define SPILLWAY_PROVIDERS_RETRY_HINT_H_

#include <optional>

#include "providers/error_body.h"
#include "providers/http_date.h"
#include "router/time.h"
#include "transport/http_message.h"

namespace spillway::providers {

// Uncapped but for kLongestHint: the health rules cap it.
std::optional<router::Duration> FindRetryHint(const HttpResponse& response, const ErrorBody& body,
                                              WallTime now);

// What `x-should-retry` says, where it says anything.
std::optional<bool> ShouldRetry(const HttpHeaders& headers);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_RETRY_HINT_H_
