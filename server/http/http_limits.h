// What clients of an HTTP listener may take, in bytes, time and number.
#ifndef SPILLWAY_SERVER_HTTP_HTTP_LIMITS_H_
#define SPILLWAY_SERVER_HTTP_HTTP_LIMITS_H_

#include <chrono>
#include <climits>
#include <cstddef>

namespace spillway::server {

struct HttpLimits {
  // Of the request line and the fields; and of all that a chunked body holds besides its chunks.
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 32 * 1024 * 1024;
  // At this many nobody else is let in until one leaves.
  std::size_t max_connections = 10'000;
  // Nor while the lowest free descriptor is this or above.
  int max_descriptor = INT_MAX;
  // From a connection's acceptance, or a request's first byte, until its head is there.
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(10);
  // From the head until the body is there.
  std::chrono::nanoseconds body_timeout = std::chrono::seconds(60);
  // Between an answer and the next request.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(75);
  // Without a byte that could be written although there were some to write.
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(60);
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_HTTP_LIMITS_H_
