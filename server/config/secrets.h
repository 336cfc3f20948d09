// Reads what a configuration refers to on this machine: endpoints' keys and authorities' files.
//
// Blocking file reads; for start-up, --check and reload. No message ever repeats a secret, nor
// the place it was to come from where that place might be the secret itself, written into the wrong key.
// Thread-safe as long as nobody changes the environment meanwhile.
#ifndef SPILLWAY_SERVER_CONFIG_SECRETS_H_
#define SPILLWAY_SERVER_CONFIG_SECRETS_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/config/aws_keys.h"
#include "server/config/config_error.h"
#include "server/config/config_loader.h"
#include "server/config/secret_string.h"

namespace spillway::server {

inline constexpr std::size_t kMaxSecretFileBytes = 64 * 1024;
inline constexpr std::size_t kMaxCaFileBytes = 16 * 1024 * 1024;

// An environment variable's value, or null: ::getenv's contract.
using GetEnv = std::function<const char*(const char*)>;

struct EndpointSecrets {
  // Either may be empty.
  SecretString api_key;
  AwsKeys aws;
};

// By endpoint name. An endpoint without a credential has none.
using ResolvedSecrets = absl::flat_hash_map<std::string, EndpointSecrets>;

struct SecretsResult {
  ResolvedSecrets secrets;
  // Empty: every key is there, and every ca_file can be read. In the order of their positions.
  ConfigErrors errors;

  bool ok() const { return errors.empty(); }
};

// Paths in the configuration are relative to the working directory.
SecretsResult ResolveSecrets(const LoadedConfig& loaded, const GetEnv& get_env);

// The same with the process's environment.
SecretsResult ResolveSecrets(const LoadedConfig& loaded);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_SECRETS_H_
