#include "server/http/answer_writer.h"

#include <array>
#include <charconv>

namespace spillway::server {
namespace {

// Nobody has to read it, but people do.
std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
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
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

void AppendNumber(std::size_t number, int base, std::string& out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
  out.append(digits.data(), end.ptr);
}

}  // namespace

void AppendHead(const AnswerHead& head, const AnswerManner& manner, std::string_view date_field,
                std::string& out) {
  out += "HTTP/1.1 ";
  AppendNumber(static_cast<std::size_t>(head.status), 10, out);
  out.append(" ").append(ReasonOf(head.status)).append("\r\n");
  out.append(head.fields).append(date_field);
  if (manner.framing == AnswerFraming::kLength) {
    out += "Content-Length: ";
    AppendNumber(manner.length, 10, out);
    out += "\r\n";
  }
  if (manner.framing == AnswerFraming::kChunked) out += "Transfer-Encoding: chunked\r\n";
  if (manner.close) out += "Connection: close\r\n";
  if (!manner.close && manner.http_1_0) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

void AppendChunk(std::string_view bytes, std::string& out) {
  AppendNumber(bytes.size(), 16, out);
  out.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace spillway::server
