// Reads a configuration file: YAML, schema, rules; then either the whole of it or every mistake in it.
//
// Thread-safe. Opens the configuration file and nothing else; secrets.h reads what it refers to.
#ifndef SPILLWAY_SERVER_CONFIG_CONFIG_LOADER_H_
#define SPILLWAY_SERVER_CONFIG_CONFIG_LOADER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/config/config_error.h"
#include "server/config/source_map.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

struct LoadedConfig {
  // The file's name, for messages.
  std::string name;
  // As written; defaults.h says what holds where it is silent.
  v1::Config config;
  SourceMap source;
  // Same configuration, same number: comments, layout and the order of keys make no difference.
  // 48 bits, so that a metric's double holds it exactly.
  std::uint64_t hash = 0;
};

// A configuration, or the reasons why there is none, in the order of their positions.
struct ConfigResult {
  std::optional<LoadedConfig> loaded;
  // Empty exactly when there is a configuration.
  ConfigErrors errors;

  bool ok() const { return loaded.has_value(); }
};

// `name` is what messages will call the file.
ConfigResult ParseConfig(std::string_view text, std::string name);

ConfigResult LoadConfigFile(const std::string& path);

// What LoadedConfig::hash is of its configuration.
std::uint64_t ConfigHash(const v1::Config& config);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CONFIG_LOADER_H_
