// "127.0.0.1:9901", "[::1]:9901" taken apart.
#ifndef SPILLWAY_SERVER_HOST_PORT_H_
#define SPILLWAY_SERVER_HOST_PORT_H_

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace spillway::server {

// Of an address that the configuration's validator did not pass: whatever there is of it; port 0 without one.
inline std::pair<std::string, std::uint16_t> SplitHostPort(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const char* const port = colon == std::string::npos ? "" : address.c_str() + colon + 1;
  return {std::move(host), static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10))};
}

// Whether only this machine can reach it: 127.0.0.0/8, ::1 or localhost. `address` as above.
inline bool IsLoopback(const std::string& address) {
  const std::string host = SplitHostPort(address).first;
  return host == "localhost" || host == "::1" || host.compare(0, 4, "127.") == 0;
}

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HOST_PORT_H_
