// The head of a request as bytes: what never changes is rendered once per client.
//
// Thread-safety: immutable after construction. Holds the endpoint's credential: nothing here
// may reach a log or an error.
#ifndef SPILLWAY_TRANSPORT_REQUEST_HEAD_H_
#define SPILLWAY_TRANSPORT_REQUEST_HEAD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "transport/http_client.h"
#include "transport/http_message.h"

namespace spillway::transport {

class RequestHead {
 public:
  // INVALID_ARGUMENT, naming the header but not its value: a secret header that cannot be sent,
  // or an origin without a usable host.
  static absl::StatusOr<RequestHead> Create(const Origin& origin, const HttpHeaders& secret_headers);

  // Why `request` must not be sent, or nothing: a path that is not one, a name that is no
  // token, a CR, LF or NUL in a value, or a header that is the transport's own to write.
  std::optional<std::string> Refuses(const HttpRequest& request) const;

  // Appends the head, blank line included. `request` was not refused.
  void Render(const HttpRequest& request, std::string& out) const;

 private:
  bool IsReserved(std::string_view name) const;

  // " HTTP/1.1", Host, User-Agent, Accept-Encoding and the secret headers.
  std::string constant_;
  // Names a caller may not set.
  std::vector<std::string> reserved_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_REQUEST_HEAD_H_
