#include "tests/sim/wire_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace spillway::sim {
namespace {

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Payload Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Simulated";
  }
}

// One chunk, as Transfer-Encoding: chunked frames it.
std::string Framed(std::string_view piece, bool chunked) {
  if (!chunked) return std::string(piece);
  std::string chunk;
  AppendChunk(piece, chunk);
  return chunk;
}

}  // namespace

std::string FormatHead(const Reply& reply, bool keep_alive, std::chrono::system_clock::time_point now) {
  const HttpResponse& answer = reply.answer;
  std::string head =
      absl::StrCat("HTTP/1.1 ", answer.status, " ", std::string(ReasonOf(answer.status)), "\r\n");
  absl::StrAppend(&head, "date: ",
                  absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::FromChrono(now), absl::UTCTimeZone()),
                  "\r\n");
  absl::StrAppend(&head, "server: spillway-sim\r\n");
  for (const auto& [name, value] : answer.headers) absl::StrAppend(&head, name, ": ", value, "\r\n");
  if (reply.plan.chunked || reply.stream) {
    absl::StrAppend(&head, "transfer-encoding: chunked\r\n");
  } else {
    absl::StrAppend(&head, "content-length: ", answer.body.size(), "\r\n");
  }
  absl::StrAppend(&head, "connection: ", keep_alive ? "keep-alive" : "close", "\r\n\r\n");
  return head;
}

std::vector<std::string> FormatBody(const Reply& reply) {
  const WirePlan& plan = reply.plan;
  const bool cut = plan.delivery == Delivery::kCut || plan.delivery == Delivery::kStall;
  std::string_view body = reply.answer.body;
  if (cut) body = body.substr(0, plan.bytes);
  const std::size_t piece = plan.delivery == Delivery::kSlow ? plan.bytes : body.size();
  std::vector<std::string> pieces;
  while (!body.empty()) {
    pieces.push_back(Framed(body.substr(0, piece), plan.chunked));
    body.remove_prefix(std::min(piece, body.size()));
  }
  if (plan.chunked && !cut) pieces.emplace_back(kLastChunk);
  return pieces;
}

void AppendChunk(std::string_view piece, std::string& out) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.begin(), size.end(), piece.size(), 16).ptr;
  out.append(size.begin(), end).append("\r\n").append(piece).append("\r\n");
}

std::string Garbage() { return "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"; }

}  // namespace spillway::sim
