// Which listeners have a certificate, by the paths of its settings in the configuration. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_LISTENER_TLS_H_
#define SPILLWAY_SERVER_CONFIG_LISTENER_TLS_H_

#include <string>
#include <utility>
#include <vector>

#include "spillway/v1/config.pb.h"

namespace spillway::server {

inline constexpr char kGrpcTls[] = "server.grpc.tls";
inline constexpr char kOpenAiTls[] = "server.openai.tls";
inline constexpr char kAdminTls[] = "server.admin.grpc_tls";

// Refers to `config`.
inline std::vector<std::pair<std::string, const v1::ListenerTls*>> ListenersWithTls(
    const v1::Config& config) {
  std::vector<std::pair<std::string, const v1::ListenerTls*>> listeners;
  const v1::ServerConfig& server = config.server();
  if (server.grpc().has_tls()) listeners.emplace_back(kGrpcTls, &server.grpc().tls());
  if (server.openai().has_tls()) listeners.emplace_back(kOpenAiTls, &server.openai().tls());
  if (server.admin().has_grpc_tls()) listeners.emplace_back(kAdminTls, &server.admin().grpc_tls());
  return listeners;
}

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_LISTENER_TLS_H_
