// Which listeners have a certificate, by their paths in the configuration. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_LISTENER_TLS_H_
#define SPILLWAY_SERVER_CONFIG_LISTENER_TLS_H_

#include <string>
#include <utility>
#include <vector>

#include "spillway/v1/config.pb.h"

namespace spillway::server {

inline constexpr char kOpenAiListener[] = "server.openai";

// Refers to `config`.
inline std::vector<std::pair<std::string, const v1::ListenerTls*>> ListenersWithTls(
    const v1::Config& config) {
  std::vector<std::pair<std::string, const v1::ListenerTls*>> listeners;
  if (config.server().openai().has_tls()) {
    listeners.emplace_back(kOpenAiListener, &config.server().openai().tls());
  }
  return listeners;
}

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_LISTENER_TLS_H_
