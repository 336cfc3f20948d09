// The head of a request, line by line: what its handler sees, and how its body is framed.
//
// As strict as RFC 9112 allows a server to be: where two readers could disagree on where a request ends, it
// is refused (request smuggling). No I/O. Thread-safety: none.
#ifndef SPILLWAY_SERVER_HTTP_REQUEST_HEAD_H_
#define SPILLWAY_SERVER_HTTP_REQUEST_HEAD_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/incoming_request.h"

namespace spillway::server {

// Why a request is not served: an HTTP status, and words that hold nothing of the request's.
struct Refusal {
  int status = 0;
  std::string_view message;
};

class RequestHead {
 public:
  // Lines come without CRLF and not empty. The first is the request line.
  std::optional<Refusal> AddLine(std::string_view line);
  // After the last.
  std::optional<Refusal> Finish();

  IncomingRequest request;

  bool http_1_0() const { return minor_version_ == 0; }
  // Also when the request has been taken away.
  bool is_head() const { return is_head_; }
  bool keeps_alive() const { return !close_ && (!http_1_0() || keep_alive_); }
  bool chunked() const { return chunked_; }
  bool expects_continue() const { return expects_continue_ && !http_1_0(); }
  // 0 without a body, or with a chunked one.
  std::uint64_t content_length() const { return content_length_.value_or(0); }

 private:
  std::optional<Refusal> ReadRequestLine(std::string_view line);
  std::optional<Refusal> ReadTarget(std::string_view target);
  std::optional<Refusal> ReadVersion(std::string_view version);
  std::optional<Refusal> ReadField(std::string_view line);
  std::optional<Refusal> Heed(std::string_view name, std::string_view value);
  std::optional<Refusal> HeedHost(std::string_view value);
  std::optional<Refusal> HeedContentLength(std::string_view value);
  std::optional<Refusal> HeedTransferEncoding(std::string_view list);
  void HeedConnection(std::string_view list);

  int minor_version_ = 1;
  bool is_head_ = false;
  bool has_host_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool expects_other_ = false;
  // Codings are for the end of the head: that they cannot stand beside a length is worse than not knowing
  // them.
  bool transfer_encoded_ = false;
  bool unknown_coding_ = false;
  std::optional<std::uint64_t> content_length_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_REQUEST_HEAD_H_
