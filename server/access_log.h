// One line a call: who asked for what, where it went, what it took.
#ifndef SPILLWAY_SERVER_ACCESS_LOG_H_
#define SPILLWAY_SERVER_ACCESS_LOG_H_

#include <string_view>

#include "server/call_runner.h"

namespace spillway::server {

struct CallLogEntry {
  std::string_view method;
  std::string_view request_id;
  // As asked for, not yet checked.
  std::string_view model;
  const CallInput* input = nullptr;
  // Null: refused before a route was looked for, or none was found.
  const CallResult* result = nullptr;
  absl::StatusCode code = absl::StatusCode::kOk;
  // Of a failed call.
  std::string_view message;
  router::Instant end;
  // Of an unauthenticated call, where it came from: nothing else tells whose mistake it is.
  std::string_view peer;
};

void LogCall(const CallLogEntry& entry);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ACCESS_LOG_H_
