// How an attempt failed on the way to its provider: classified here, whatever the form of its answer.
#ifndef SPILLWAY_SERVER_CALL_ATTEMPT_FAILURE_H_
#define SPILLWAY_SERVER_CALL_ATTEMPT_FAILURE_H_

#include "router/failure.h"
#include "transport/error.h"

namespace spillway::server {

// `on_timeout`: what it is if the attempt's time is over.
router::FailedAttempt FailureOf(const transport::Error& error, router::Failure on_timeout);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_ATTEMPT_FAILURE_H_
