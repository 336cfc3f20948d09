#include "transport/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "absl/status/status.h"

namespace spillway::transport {
namespace {

// Header names are ASCII whatever the locale.
char Fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return Fold(x) == Fold(y); });
}

// RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char folded = Fold(c);
    return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

bool IsSafeValue(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// Visible ASCII only: anything else must come percent-encoded.
bool IsVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string HostHeader(const Origin& origin) {
  const bool bare_ipv6 = origin.host.find(':') != std::string::npos;
  std::string out = bare_ipv6 ? "[" + origin.host + "]" : origin.host;
  if (origin.port != (origin.tls ? 443 : 80)) out += ":" + std::to_string(origin.port);
  return out;
}

absl::StatusOr<RequestHead> RequestHead::Create(const Origin& origin, const HttpHeaders& secret_headers) {
  if (origin.host.empty() || !IsVisible(origin.host)) {
    return absl::InvalidArgumentError("origin.host must be a name or an address");
  }
  if (origin.port == 0) return absl::InvalidArgumentError("origin.port must not be 0");
  RequestHead head;
  head.reserved_ = {"Host",       "Content-Length", "Transfer-Encoding", "Accept-Encoding", "User-Agent",
                    "Connection", "Keep-Alive",     "Upgrade",           "Expect",          "TE",
                    "Trailer"};
  head.constant_ = " HTTP/1.1\r\n";
  AppendField(head.constant_, "Host", HostHeader(origin));
  AppendField(head.constant_, "User-Agent", "spillway/" SPILLWAY_VERSION);
  AppendField(head.constant_, "Accept-Encoding", "identity");
  for (const auto& [name, value] : secret_headers) {
    if (!IsToken(name))
      return absl::InvalidArgumentError("a secret header's name is not a valid header name");
    if (head.IsReserved(name)) {
      return absl::InvalidArgumentError("secret header \"" + name + "\" is the transport's own, or repeated");
    }
    if (!IsSafeValue(value)) {
      return absl::InvalidArgumentError("secret header \"" + name + "\" holds CR, LF or NUL");
    }
    AppendField(head.constant_, name, value);
    head.reserved_.push_back(name);
  }
  return head;
}

bool RequestHead::IsReserved(std::string_view name) const {
  return std::any_of(reserved_.begin(), reserved_.end(),
                     [&](const std::string& own) { return EqualsIgnoringCase(own, name); });
}

std::optional<std::string> RequestHead::Refuses(const HttpRequest& request) const {
  if (request.path.empty() || request.path[0] != '/' || !IsVisible(request.path)) {
    return "request path must begin with \"/\" and hold visible ASCII only";
  }
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name)) return "a request header's name is not a valid header name";
    if (!IsSafeValue(value)) return "request header \"" + name + "\" holds CR, LF or NUL";
    if (IsReserved(name)) return "request header \"" + name + "\" is the transport's own to write";
  }
  return std::nullopt;
}

void RequestHead::Render(const HttpRequest& request, std::string& out) const {
  out.append("POST ").append(request.path).append(constant_);
  for (const auto& [name, value] : request.headers) AppendField(out, name, value);
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), request.body.size()).ptr;
  AppendField(out, "Content-Length", std::string_view(digits.data(), end));
  out.append("\r\n");
}

}  // namespace spillway::transport
