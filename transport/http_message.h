// An HTTP exchange as plain values: what a codec writes and reads, and what the transport
// moves. No I/O, no Beast, no URL parsing; every room may include it.
//
// Header names are lower-case in responses (the transport folds them) and written as given
// in requests. A request never holds a credential: the transport adds it when sending.
#ifndef SPILLWAY_TRANSPORT_HTTP_MESSAGE_H_
#define SPILLWAY_TRANSPORT_HTTP_MESSAGE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

// Ordered; names may repeat.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// The first value of `name` (lower-case), or nothing.
inline const std::string* FindHeader(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

// A POST to one path of one endpoint.
struct HttpRequest {
  // Absolute path and query: "/v1/chat/completions".
  std::string path;
  // Beyond what the transport adds itself: Host, Content-Length, Accept-Encoding,
  // User-Agent, Connection and the endpoint's credential.
  HttpHeaders headers;
  std::string body;
};

// A whole answer. The body is as received: any bytes, not necessarily UTF-8.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

}  // namespace spillway

#endif  // SPILLWAY_TRANSPORT_HTTP_MESSAGE_H_
