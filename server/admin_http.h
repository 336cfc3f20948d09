// The operator's HTTP listener: GET /metrics, /livez, /readyz.
//
// Runs on a thread of its own, so that a scrape of many series holds up no call. Every answer
// first makes a round trip through the I/O thread: a server whose calls are stuck does not claim to
// be alive. Nor does one with something wrong that `unwell` knows of. Start and destroy from one thread.
#ifndef SPILLWAY_SERVER_ADMIN_HTTP_H_
#define SPILLWAY_SERVER_ADMIN_HTTP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace boost::asio {
class io_context;
}

namespace spillway::server {

class AdminHttp {
 public:
  struct Sources {
    // On the I/O thread, before metrics are written: brings gauges up to date.
    std::function<void()> refresh;
    // On the admin thread.
    std::function<std::string()> metrics;
    std::function<bool()> ready;
    // What is so wrong that only a restart helps; empty: nothing.
    std::function<std::string()> unwell;
  };

  // UNAVAILABLE: the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<AdminHttp>> Start(const std::string& address,
                                                          boost::asio::io_context& io, Sources sources);
  virtual ~AdminHttp() = default;

  virtual std::uint16_t port() const = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ADMIN_HTTP_H_
