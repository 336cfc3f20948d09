// CheckEndpointUrl, apart from its siblings because only this needs a URL parser.
#include <arpa/inet.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

namespace urls = boost::urls;

constexpr char kLinkLocal[] = "link-local addresses are refused: clouds serve instance credentials there";

bool IsLinkLocal(const urls::ipv4_address& address) { return address.to_uint() >> 16 == (169u << 8 | 254u); }

bool IsLinkLocal(const urls::ipv6_address& address) {
  const urls::ipv6_address::bytes_type bytes = address.to_bytes();
  if (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80) return true;
  return address.is_v4_mapped() && bytes[12] == 169 && bytes[13] == 254;
}

std::string CheckHost(const urls::url_view& url) {
  switch (url.host_type()) {
    case urls::host_type::ipv4:
      return IsLinkLocal(url.host_ipv4_address()) ? kLinkLocal : "";
    case urls::host_type::ipv6:
      return IsLinkLocal(url.host_ipv6_address()) ? kLinkLocal : "";
    case urls::host_type::name:
      break;
    default:
      return "the host must be a name or an IP address";
  }
  const std::string host(url.host_name());
  if (host.empty()) return "the URL has no host";
  // The resolver would read 2852039166 or 0xa9.254.1 as an address.
  in_addr address;
  if (inet_aton(host.c_str(), &address) != 0) return "write the host's address in full, as in 10.0.0.1";
  const std::string what = CheckHostName(host);
  return what.empty() ? "" : "the host is " + what;
}

}  // namespace

std::string CheckEndpointUrl(std::string_view text) {
  const absl::string_view view(text.data(), text.size());
  if (!absl::StartsWithIgnoreCase(view, "https://") && !absl::StartsWithIgnoreCase(view, "http://")) {
    return "a URL begins with https:// or http://";
  }
  const auto parsed = urls::parse_uri({text.data(), text.size()});
  // A port of other characters than digits ends up here too.
  if (!parsed) return "not a valid URL: check its port, and percent-encode spaces and other such characters";
  const urls::url_view& url = *parsed;
  if (url.has_userinfo()) return "a URL holds no user or password; use api_key";
  if (url.has_query()) return "a base URL has no query ('?')";
  if (url.has_fragment()) return "a base URL has no fragment ('#')";
  if (url.has_port() && url.port_number() == 0) return "the port must be a number between 1 and 65535";
  return CheckHost(url);
}

}  // namespace spillway::server
