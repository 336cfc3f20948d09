// A whole HTTP request as a plain value.
#ifndef SPILLWAY_SERVER_HTTP_INCOMING_REQUEST_H_
#define SPILLWAY_SERVER_HTTP_INCOMING_REQUEST_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "transport/http_message.h"

namespace spillway::server {

struct IncomingRequest {
  // "POST"; as sent, any token.
  std::string method;
  // The target up to its '?', as sent: nothing is decoded.
  std::string path;
  // Names in lower case, in the order of arrival; names may repeat.
  HttpHeaders headers;
  // Of any transfer coding, decoded.
  std::string body;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_INCOMING_REQUEST_H_
