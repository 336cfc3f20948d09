// Verifies that a request was signed by AWS's Signature Version 4, as the service itself does.
//
// Pure; thread-safe. Time comes in.
#ifndef SPILLWAY_TESTS_SIM_AWS_SIGNATURE_H_
#define SPILLWAY_TESTS_SIM_AWS_SIGNATURE_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/message.h"

namespace spillway::sim {

struct AwsCredentials {
  std::string access_key;
  std::string secret;
  // Empty: a long-term key.
  std::string session_token;
};

// "ACCESSKEY:SECRET[:SESSIONTOKEN]"; nothing if `key` has no colon.
std::optional<AwsCredentials> AwsCredentialsOf(std::string_view key);

struct AwsRefusal {
  // "InvalidSignatureException".
  std::string type;
  std::string message;
};

// Nothing: the signature is right, and of a moment within five minutes of `now`.
std::optional<AwsRefusal> FindAwsRefusal(const Request& request, const AwsCredentials& credentials,
                                         std::string_view service, std::chrono::system_clock::time_point now);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_AWS_SIGNATURE_H_
