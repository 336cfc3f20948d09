// Checks of single texts of the configuration: each says what is wrong, or nothing.
//
// The messages never repeat the text: a URL or a path may hold a credential. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_VALUE_CHECKS_H_
#define SPILLWAY_SERVER_CONFIG_VALUE_CHECKS_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::server {

inline constexpr std::size_t kMaxNameLength = 128;
inline constexpr std::size_t kMaxModelLength = 256;
inline constexpr std::size_t kMaxPathLength = 2048;

// The name of a provider, endpoint or policy: letters, digits, '.', '_' and '-', the first a
// letter or digit. Names go into metadata, metric labels and command lines.
std::string CheckName(std::string_view name);

// A model: printable ASCII without spaces at its ends, because it is sent as metadata.
std::string CheckModel(std::string_view model);

// A path that replaces the API's own: from the host's root, visible ASCII, maybe with a query.
std::string CheckUpstreamPath(std::string_view path);

// A DNS name or address literal, as a certificate names it.
std::string CheckHostName(std::string_view host);

// host:port to listen on: a name, an IPv4 address or an IPv6 address in brackets; port 0 to 65535.
std::string CheckListenAddress(std::string_view address);

// An endpoint's URL: http(s), a host, a valid port if any, no userinfo, query or fragment, and no
// link-local address (169.254.0.0/16 and fe80::/10, where clouds serve instance credentials).
std::string CheckEndpointUrl(std::string_view url);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_VALUE_CHECKS_H_
