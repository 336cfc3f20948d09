// What of a changed configuration a running server cannot take over: where it listens, and how.
//
// Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_RESTART_SETTINGS_H_
#define SPILLWAY_SERVER_CONFIG_RESTART_SETTINGS_H_

#include <string>
#include <vector>

#include "spillway/v1/config.pb.h"

namespace spillway::server {

struct LiveConfig {
  // The file, but with those settings as the server was started with.
  v1::Config config;
  // Paths of the settings that the file has otherwise, as `server.grpc.address`, in the schema's order.
  std::vector<std::string> restart_needed;
};

// What a server that was started with `started` can put in force of `file`. Both passed validation.
LiveConfig LivePartOf(const v1::Config& file, const v1::Config& started);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_RESTART_SETTINGS_H_
