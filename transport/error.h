// What can go wrong on the way to a provider, told apart, and the failure class of each.
#ifndef SPILLWAY_TRANSPORT_ERROR_H_
#define SPILLWAY_TRANSPORT_ERROR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "router/failure.h"

namespace spillway::transport {

enum class ErrorKind : std::uint8_t {
  // The name did not resolve.
  kDns,
  // Nobody listens, or no route.
  kRefused,
  // The handshake failed: wrong host, expired, unknown authority, no common version.
  kTls,
  // The connection broke after the request began to be sent and before a byte of the answer.
  kResetBeforeResponse,
  // The connection broke inside the answer.
  kResetDuringResponse,
  // The attempt's deadline passed.
  kTimeout,
  // Headers or body exceed the limit.
  kOversized,
  // What came is not HTTP.
  kMalformed,
  // Cancel() was called.
  kCancelled,
};

// An error and its words: "certificate has expired (api.example.com:443)". Never a secret.
struct Error {
  ErrorKind kind = ErrorKind::kRefused;
  std::string message;
};

// "dns", "refused", "tls", "reset_before_response", …
std::string_view NameOf(ErrorKind kind);

// The failure class; each kind has exactly one.
router::Failure FailureOf(ErrorKind kind);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_ERROR_H_
