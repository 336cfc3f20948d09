#include "transport/http_client.h"

#include <memory>
#include <string>
#include <utility>

#include "transport/asio_types.h"
#include "transport/pooled_http_client.h"

namespace spillway::transport {

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(asio::io_context& io,
                                                               const ClientOptions& options) {
  absl::StatusOr<RequestHead> head = RequestHead::Create(options.origin, options.secret_headers);
  if (!head.ok()) return head.status();
  std::unique_ptr<TlsContext> tls;
  if (options.origin.tls) {
    const std::string& name = options.server_name.empty() ? options.origin.host : options.server_name;
    absl::StatusOr<std::unique_ptr<TlsContext>> made = TlsContext::Create(options.ca_file, name);
    if (!made.ok()) return made.status();
    tls = std::move(*made);
  }
  ConnectionSetup setup{
      .origin = options.origin,
      .label = options.origin.host + ":" + std::to_string(options.origin.port),
      .head = std::move(*head),
      .tls = std::move(tls),
      .limits = {.max_header_bytes = options.max_header_bytes, .max_body_bytes = options.max_body_bytes},
      .scratch = {}};
  const IdleLimits limits{options.max_idle, options.idle_timeout, options.max_age};
  return std::make_unique<PooledHttpClient>(io, std::move(setup), limits);
}

}  // namespace spillway::transport
