// How an attempt to reload the configuration went. Values.
#ifndef SPILLWAY_SERVER_RELOAD_RESULT_H_
#define SPILLWAY_SERVER_RELOAD_RESULT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/config/config_error.h"

namespace spillway::server {

enum class ReloadOutcome : std::uint8_t {
  // Something is different now, if only a key.
  kApplied,
  // The file says what is in force already, or differs in what needs a restart only.
  kUnchanged,
  // Something is wrong with it; nothing changed.
  kRejected,
};
inline constexpr int kReloadOutcomes = 3;

struct ReloadResult {
  ReloadOutcome outcome = ReloadOutcome::kRejected;
  // Of the configuration now in force.
  std::uint64_t hash = 0;
  // Paths of settings that the file has otherwise than the running server, and only a restart can change.
  std::vector<std::string> restart_needed;
  // Why it was rejected, in the order of their positions.
  ConfigErrors errors;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_RELOAD_RESULT_H_
