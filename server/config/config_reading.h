// A configuration read whole: the file, the keys and certificates it refers to, and how all of these files
// stood.
//
// Blocking file reads, and a pause of some milliseconds where a file has just changed; for start-up, --check
// and reload. Thread-safe as long as nobody changes the environment meanwhile.
#ifndef SPILLWAY_SERVER_CONFIG_CONFIG_READING_H_
#define SPILLWAY_SERVER_CONFIG_CONFIG_READING_H_

#include <optional>
#include <string>

#include "server/config/config_loader.h"
#include "server/config/file_fingerprint.h"
#include "server/config/listener_certificates.h"
#include "server/config/secrets.h"

namespace spillway::server {

struct ConfigReading {
  std::string path;
  // Unset: the file itself is wrong. Set and errors: something it refers to is.
  std::optional<LoadedConfig> loaded;
  ResolvedSecrets secrets;
  ListenerCertificates certificates;
  ConfigErrors errors;
  // The configuration file first, then what it refers to, as far as it could be understood; as they were just
  // before they were read. Whatever changes a file after that changes its fingerprint.
  WatchedFiles files;

  bool ok() const { return errors.empty(); }
};

ConfigReading ReadConfig(const std::string& path, const GetEnv& get_env);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CONFIG_READING_H_
