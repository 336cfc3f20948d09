// Reads one response from bytes as they come: any split of the bytes gives the same result.
//
// No I/O. Interim (1xx) responses are skipped, header names folded to lower case, trailers
// dropped, sizes bounded. Body bytes pass through one place (Parser::AppendBody in the .cc).
//
// Thread-safety: none. Reset() begins the next response on the same connection.
#ifndef SPILLWAY_TRANSPORT_RESPONSE_READER_H_
#define SPILLWAY_TRANSPORT_RESPONSE_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "transport/error.h"
#include "transport/http_message.h"

namespace spillway::transport {

struct ResponseLimits {
  // Of one header block (status line included), and of what may be buffered of a chunk's header.
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 64 * 1024 * 1024;
};

class ResponseReader {
 public:
  enum class Progress : std::uint8_t {
    kNeedMore,
    // TakeResponse() has it.
    kComplete,
    // error() says why.
    kFailed,
  };

  explicit ResponseReader(ResponseLimits limits);
  ~ResponseReader();

  void Reset();

  // Takes all of `bytes`. Not to be called after anything but kNeedMore.
  Progress Feed(std::string_view bytes);

  // The stream ended in order. Completes a response that is delimited by the end; else
  // kFailed with kResetBeforeResponse or kResetDuringResponse.
  Progress FinishAtEnd();

  // Whether a byte came since Reset().
  bool started() const;

  // Whether the connection may carry another exchange: the response is complete, neither side asked to
  // close, and nothing followed it.
  bool keeps_alive() const;

  HttpResponse TakeResponse();

  // Without host and port, which only the connection knows.
  const Error& error() const;

 private:
  class Parser;
  struct State;

  // Leaves in `bytes` what cannot be read yet, or does not belong to the response.
  Progress Parse(std::string_view& bytes);
  Progress Fail(ErrorKind kind, std::string message);

  const ResponseLimits limits_;
  std::unique_ptr<State> state_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_RESPONSE_READER_H_
