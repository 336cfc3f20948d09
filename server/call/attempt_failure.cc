#include "server/call/attempt_failure.h"

#include <string>

namespace spillway::server {

router::FailedAttempt FailureOf(const transport::Error& error, router::Failure on_timeout) {
  router::FailedAttempt failed;
  const bool timeout = error.kind == transport::ErrorKind::kTimeout;
  failed.failure = timeout ? on_timeout : transport::FailureOf(error.kind);
  failed.connection_reset = error.kind == transport::ErrorKind::kResetBeforeResponse;
  failed.message = error.message;
  failed.provider_code = std::string(transport::NameOf(error.kind));
  return failed;
}

}  // namespace spillway::server
