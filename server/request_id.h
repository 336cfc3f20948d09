// The id a call is known by: the caller's own if it is fit to be logged and echoed, else a new one.
#ifndef SPILLWAY_SERVER_REQUEST_ID_H_
#define SPILLWAY_SERVER_REQUEST_ID_H_

#include <string>
#include <string_view>

namespace spillway::server {

// At most 128 visible ASCII characters; anything else could forge a log line or a header.
bool IsFitRequestId(std::string_view id);

// 32 hex digits, unique for all practical purposes. Thread-safe.
std::string NewRequestId();

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_REQUEST_ID_H_
