#include "server/caller_refusals.h"

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

absl::string_view Word(router::Environment environment) {
  const std::string_view word = router::NameOf(environment);
  return {word.data(), word.size()};
}

}  // namespace

CallStatus Unauthenticated(KeyFault fault) {
  const auto refused = [](std::string_view reason, std::string message) {
    return Refused(absl::StatusCode::kUnauthenticated, reason, std::move(message));
  };
  switch (fault) {
    case KeyFault::kMissing:
      return refused("MISSING_KEY", "no key: send `authorization: Bearer KEY`");
    case KeyFault::kRepeated:
      return refused("REPEATED_KEY", "more than one key was sent");
    case KeyFault::kOversized:
      return refused("OVERSIZED_KEY",
                     absl::StrCat("the key is longer than ", kMaxAuthorizationBytes, " bytes"));
    case KeyFault::kMalformed:
      return refused("MALFORMED_KEY", "`authorization` is not `Bearer KEY`");
    case KeyFault::kAmbiguousCertificate:
      return refused("AMBIGUOUS_CERTIFICATE", "the client certificate is that of more than one caller");
    case KeyFault::kUnknownCertificate:
      return refused("UNKNOWN_CERTIFICATE", "no key was sent, and no caller has this client certificate");
    case KeyFault::kUnknown:
      break;
  }
  return refused("UNKNOWN_KEY", "no caller has this key");
}

CallStatus ModelNotAllowed(const std::string& model, const Identity& caller) {
  return Refused(absl::StatusCode::kPermissionDenied, "MODEL_NOT_ALLOWED",
                 absl::StrCat("caller '", caller.name, "' may not ask for model '", model, "'"));
}

CallStatus EnvironmentNotAllowed(router::Environment environment, const Identity& caller) {
  return Refused(absl::StatusCode::kPermissionDenied, "ENVIRONMENT_NOT_ALLOWED",
                 absl::StrCat("caller '", caller.name, "' is in ", Word(caller.environment),
                              " and may not ask about ", Word(environment)));
}

}  // namespace spillway::server
