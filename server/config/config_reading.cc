#include "server/config/config_reading.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "server/config/listener_tls.h"

namespace spillway::server {
namespace {

std::array<const v1::Secret*, 4> SecretsOf(const v1::Endpoint& endpoint) {
  return {&endpoint.api_key(), &endpoint.aws().access_key_id(), &endpoint.aws().secret_access_key(),
          &endpoint.aws().session_token()};
}

void AddIfNamed(const std::string& file, std::vector<std::string>& files) {
  if (!file.empty()) files.push_back(file);
}

// Each once: endpoints like to share an authority's file.
std::vector<std::string> FilesOf(const v1::Config& config) {
  std::vector<std::string> files;
  for (const v1::Endpoint& endpoint : config.endpoints()) {
    AddIfNamed(endpoint.tls().ca_file(), files);
    for (const v1::Secret* secret : SecretsOf(endpoint)) AddIfNamed(secret->file(), files);
  }
  for (const auto& [listener, tls] : ListenersWithTls(config)) {
    for (const std::string& file : {tls->cert_file(), tls->key_file(), tls->client_ca_file()}) {
      AddIfNamed(file, files);
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

// Fingerprints of files about to be read, which tell them from whatever comes after the reading.
WatchedFiles Before(const std::vector<std::string>& paths) {
  WatchedFiles files;
  for (const std::string& path : paths) files.push_back({path, FingerprintOf(path)});
  std::chrono::nanoseconds wait{};
  const auto now = std::chrono::system_clock::now();
  for (const WatchedFile& file : files) wait = std::max(wait, SettlingTime(file.fingerprint, now));
  if (wait > std::chrono::nanoseconds::zero()) std::this_thread::sleep_for(wait);
  return files;
}

}  // namespace

ConfigReading ReadConfig(const std::string& path, const GetEnv& get_env) {
  ConfigReading reading;
  reading.path = path;
  reading.files = Before({path});
  ConfigResult result = LoadConfigFile(path);
  reading.errors = std::move(result.errors);
  if (!result.ok()) return reading;
  reading.loaded = std::move(result.loaded);
  const WatchedFiles others = Before(FilesOf(reading.loaded->config));
  reading.files.insert(reading.files.end(), others.begin(), others.end());
  SecretsResult resolved = ResolveSecrets(*reading.loaded, get_env);
  reading.secrets = std::move(resolved.secrets);
  reading.errors = std::move(resolved.errors);
  ListenerCertificatesResult listeners = ReadListenerCertificates(*reading.loaded);
  reading.certificates = std::move(listeners.certificates);
  reading.errors.insert(reading.errors.end(), listeners.errors.begin(), listeners.errors.end());
  SortErrors(&reading.errors);
  return reading;
}

}  // namespace spillway::server
