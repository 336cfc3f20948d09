// ParseUrl. Its errors never quote the URL: someone may have put a password into it.
#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "transport/http_client.h"

namespace spillway::transport {
namespace {

namespace urls = boost::urls;

absl::Status Refuse(const char* why) { return absl::InvalidArgumentError(std::string("url ") + why); }

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

constexpr char kNotAbsolute[] = "is not an absolute URL such as \"https://api.example.com/v1\"";

absl::Status CheckParts(const urls::url_view& url) {
  if (url.scheme_id() != urls::scheme::https && url.scheme_id() != urls::scheme::http) {
    return Refuse("must begin with https:// or http://");
  }
  if (url.has_userinfo()) return Refuse("must not hold a user name or password");
  if (url.has_query()) return Refuse("must not hold a query (\"?\")");
  if (url.has_fragment()) return Refuse("must not hold a fragment (\"#\")");
  if (!url.has_authority() || url.encoded_host().empty()) return Refuse("must name a host");
  if (url.host_type() == urls::host_type::ipvfuture) return Refuse("names a host of an unknown form");
  if (url.host_type() == urls::host_type::name && url.encoded_host().find('%') != std::string::npos) {
    return Refuse("must not escape characters of the host");
  }
  // Boost 1.81 reads "https://host:12x/v1" as port 12 and path "x/v1".
  if (!url.encoded_path().empty() && url.encoded_path().front() != '/') return Refuse(kNotAbsolute);
  if (url.has_port() && !url.port().empty() && url.port_number() == 0) {
    return Refuse("holds a port outside 1 to 65535");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ParsedUrl> ParseUrl(const std::string& text) {
  const auto parsed = urls::parse_uri(text);
  if (!parsed) return Refuse(kNotAbsolute);
  const urls::url_view& url = *parsed;
  if (absl::Status status = CheckParts(url); !status.ok()) return status;

  ParsedUrl out;
  out.origin.tls = url.scheme_id() == urls::scheme::https;
  out.origin.host = Lower(std::string(url.encoded_host_address()));
  out.origin.port = url.port_number() != 0 ? url.port_number() : out.origin.tls ? 443 : 80;
  out.base_path = std::string(url.encoded_path());
  while (!out.base_path.empty() && out.base_path.back() == '/') out.base_path.pop_back();
  return out;
}

}  // namespace spillway::transport
