#include "server/http/request_head.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "server/http/http_text.h"

namespace spillway::server {
namespace {

// What most clients send; grown beyond if need be.
constexpr std::size_t kUsualFields = 16;

std::optional<Refusal> Bad(std::string_view message) { return Refusal{400, message}; }

bool IsTargetChar(char c) { return c > 0x20 && c < 0x7F; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What follows "http://host" in an absolute target; nothing: it is none.
std::optional<std::string_view> PathOfAbsolute(std::string_view target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = target.substr(0, colon);
  if (!EqualsFolded(scheme, "http") && !EqualsFolded(scheme, "https")) return std::nullopt;
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  if (end == 0) return std::nullopt;
  return rest.substr(end);
}

}  // namespace

std::optional<Refusal> RequestHead::AddLine(std::string_view line) {
  return request.method.empty() ? ReadRequestLine(line) : ReadField(line);
}

std::optional<Refusal> RequestHead::ReadRequestLine(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return Bad("the request line is not METHOD TARGET VERSION");
  const std::string_view method = line.substr(0, first);
  if (method.empty() || !std::all_of(method.begin(), method.end(), IsTokenChar)) {
    return Bad("the method is not a token");
  }
  // The version first: what follows it may be another protocol's.
  if (auto refusal = ReadVersion(line.substr(second + 1))) return refusal;
  if (auto refusal = ReadTarget(line.substr(first + 1, second - first - 1))) return refusal;
  // Beside CONNECT, which no handler serves, a target is a path.
  if (request.path.empty() && method != "CONNECT") return Bad("the target is neither a path nor a URL");
  if (request.path == "*" && method != "OPTIONS") return Bad("the target is neither a path nor a URL");
  request.method = method;
  is_head_ = method == "HEAD";
  request.headers.reserve(kUsualFields);
  return std::nullopt;
}

std::optional<Refusal> RequestHead::ReadVersion(std::string_view version) {
  constexpr std::string_view kName = "HTTP/";
  if (version.size() != kName.size() + 3 || version.substr(0, kName.size()) != kName ||
      !IsDigit(version[5]) || version[6] != '.' || !IsDigit(version[7])) {
    return Bad("the request line does not end with a version of HTTP");
  }
  if (version[5] != '1') return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  minor_version_ = version[7] - '0';
  return std::nullopt;
}

std::optional<Refusal> RequestHead::ReadTarget(std::string_view target) {
  if (!std::all_of(target.begin(), target.end(), IsTargetChar)) {
    return Bad("the target holds characters that must be percent-encoded");
  }
  std::string_view path;
  if (!target.empty() && (target.front() == '/' || target == "*")) {
    path = target;
  } else if (const auto absolute = PathOfAbsolute(target)) {
    path = absolute->empty() || absolute->front() == '?' ? "/" : *absolute;
  }
  request.path = path.substr(0, path.find('?'));
  return std::nullopt;
}

std::optional<Refusal> RequestHead::ReadField(std::string_view line) {
  if (IsBlank(line.front())) return Bad("a header field is folded over two lines");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Bad("a header line has no colon");
  const std::string_view name = line.substr(0, colon);
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsTokenChar)) {
    return Bad("a header field's name is not a token");
  }
  const std::string_view value = WithoutBlanks(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), IsValueChar)) {
    return Bad("a header field's value holds control characters");
  }
  auto& [added_name, added_value] = request.headers.emplace_back();
  added_name.resize(name.size());
  std::transform(name.begin(), name.end(), added_name.begin(), LowerCase);
  added_value = value;
  return Heed(added_name, value);
}

std::optional<Refusal> RequestHead::Heed(std::string_view name, std::string_view value) {
  if (name == "host") return HeedHost(value);
  if (name == "content-length") return HeedContentLength(value);
  if (name == "transfer-encoding") return HeedTransferEncoding(value);
  if (name == "connection") HeedConnection(value);
  if (name == "expect") (EqualsFolded(value, "100-continue") ? expects_continue_ : expects_other_) = true;
  return std::nullopt;
}

std::optional<Refusal> RequestHead::HeedHost(std::string_view value) {
  if (std::exchange(has_host_, true)) return Bad("more than one Host");
  if (!std::all_of(value.begin(), value.end(), IsHostChar)) return Bad("Host is not a host");
  return std::nullopt;
}

std::optional<Refusal> RequestHead::HeedContentLength(std::string_view value) {
  if (content_length_) return Bad("more than one Content-Length");
  if (value.empty() || !std::all_of(value.begin(), value.end(), IsDigit)) {
    return Bad("Content-Length is not a number");
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t length = 0;
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    // Beyond any limit it need not be exact.
    length = length > (kMost - digit) / 10 ? kMost : length * 10 + digit;
  }
  content_length_ = length;
  return std::nullopt;
}

std::optional<Refusal> RequestHead::HeedTransferEncoding(std::string_view list) {
  transfer_encoded_ = true;
  if (list.empty() || list.back() == ',') return Bad("Transfer-Encoding has an empty element");
  while (!list.empty()) {
    const std::string_view coding = TakeElement(list);
    // Nothing may come after it, itself included.
    if (chunked_) return Bad("chunked is not the last transfer coding");
    (EqualsFolded(coding, "chunked") ? chunked_ : unknown_coding_) = true;
  }
  return std::nullopt;
}

void RequestHead::HeedConnection(std::string_view list) {
  while (!list.empty()) {
    const std::string_view option = TakeElement(list);
    close_ = close_ || EqualsFolded(option, "close");
    keep_alive_ = keep_alive_ || EqualsFolded(option, "keep-alive");
  }
}

std::optional<Refusal> RequestHead::Finish() {
  if (!has_host_ && !http_1_0()) return Bad("no Host");
  if (transfer_encoded_ && content_length_) return Bad("both Content-Length and Transfer-Encoding");
  if (transfer_encoded_ && http_1_0()) return Bad("HTTP/1.0 has no Transfer-Encoding");
  if (unknown_coding_) return Refusal{501, "the only transfer coding known here is chunked"};
  if (expects_other_ && !http_1_0()) return Refusal{417, "the only expectation met here is 100-continue"};
  return std::nullopt;
}

}  // namespace spillway::server
