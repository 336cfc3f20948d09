#include "server/config/value_checks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace spillway::server {
namespace {

template <typename Predicate>
bool All(std::string_view text, Predicate holds) {
  return std::all_of(text.begin(), text.end(), holds);
}

// Whether the query of `path` has a parameter by which APIs take keys.
bool HoldsKey(std::string_view path) {
  constexpr std::string_view kNames[] = {
      "key",   "api_key", "api-key",  "apikey",           "access_token", "access_key", "auth",
      "token", "secret",  "password", "subscription-key", "sig",          "signature"};
  const std::size_t query = std::min(path.find('?'), path.size());
  for (const absl::string_view parameter :
       absl::StrSplit(absl::string_view(path.data() + query, path.size() - query), absl::ByAnyChar("?&;"))) {
    const std::string name = absl::AsciiStrToLower(parameter.substr(0, parameter.find('=')));
    if (std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames)) return true;
  }
  return false;
}

bool IsNameChar(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; }

std::string TooLong(std::size_t most) { return absl::StrCat("must not be longer than ", most, " bytes"); }

bool IsIpv4(const std::string& host) {
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// Whether `host` could be nothing but an IPv4 address, right or wrong.
bool LooksNumeric(std::string_view host) {
  return All(host, [](char c) { return absl::ascii_isdigit(c) || c == '.'; });
}

bool IsPort(std::string_view text) {
  int port = 0;
  return !text.empty() && text.size() <= 5 && All(text, [](char c) { return absl::ascii_isdigit(c); }) &&
         absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &port) && port <= 65535;
}

}  // namespace

std::string CheckName(std::string_view name) {
  if (name.size() > kMaxNameLength) return TooLong(kMaxNameLength);
  if (!name.empty() && absl::ascii_isalnum(name[0]) && All(name, IsNameChar)) return "";
  return "a name is made of letters, digits, '.', '_' and '-', and begins with a letter or digit";
}

std::string CheckModel(std::string_view model) {
  if (model.size() > kMaxModelLength) return TooLong(kMaxModelLength);
  if (!All(model, [](char c) { return absl::ascii_isprint(c); }))
    return "a model's name must be printable ASCII";
  if (model.front() == ' ' || model.back() == ' ') return "must not begin or end with a space";
  return "";
}

std::string CheckUpstreamPath(std::string_view path) {
  if (path.size() > kMaxPathLength) return TooLong(kMaxPathLength);
  if (path[0] != '/') return "a path begins with '/'; it is relative to the URL's host";
  if (!All(path, [](char c) { return absl::ascii_isgraph(c); })) {
    return "a path holds no spaces, control characters or non-ASCII letters; percent-encode them";
  }
  if (path.find('#') != std::string_view::npos) return "a path has no fragment ('#')";
  if (HoldsKey(path)) {
    return "a key does not belong into a path's query, where logs show it; give the endpoint an api_key";
  }
  return "";
}

std::string CheckHostName(std::string_view host) {
  const std::string text(host);
  if (IsIpv6(text)) return "";
  if (LooksNumeric(host)) return IsIpv4(text) ? "" : "not a valid IPv4 address";
  if (host.size() <= 253 && host.front() != '.' && host.front() != '-' && All(host, IsNameChar)) return "";
  return "not a host name";
}

std::string CheckListenAddress(std::string_view address) {
  constexpr char kForm[] = "must be host:port, as in 0.0.0.0:50051 or [::]:50051";
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return kForm;
  std::string_view host = address.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
    if (!IsIpv6(std::string(host))) return "not a valid IPv6 address in the brackets";
  } else if (host.find(':') != std::string_view::npos) {
    return "an IPv6 address goes in brackets, as in [::1]:50051";
  } else if (std::string what = CheckHostName(host); !what.empty()) {
    return absl::StrCat(what, "; ", kForm);
  }
  if (!IsPort(address.substr(colon + 1))) return "the port must be a number between 0 and 65535";
  return "";
}

}  // namespace spillway::server
