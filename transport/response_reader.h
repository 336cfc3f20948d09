// Reads one response from bytes as they come: any split of the bytes gives the same result.
//
// No I/O. Interim (1xx) responses are skipped, header names folded to lower case, trailers
// dropped, sizes bounded. Body bytes pass through one place (Parser::AppendBody in the .cc). A response is
// collected, or handed to a Receiver piece by piece and never held; then only its headers are bounded.
//
// Thread-safety: none. Reset() begins the next response on the same connection. Ownership: the receiver
// outlives the response. It is called from inside Feed only, and must not call Reset from there.
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
    // TakeResponse() or the receiver has it.
    kComplete,
    // error() says why.
    kFailed,
    // The receiver wants no more.
    kStopped,
  };

  // Who takes a response as it comes. False: no more of it is wanted.
  class Receiver {
   public:
    // Once, first; the body is empty.
    virtual bool OnHead(HttpResponse head) = 0;
    // Not empty; valid during the call.
    virtual bool OnBody(std::string_view bytes) = 0;

   protected:
    ~Receiver() = default;
  };

  explicit ResponseReader(ResponseLimits limits);
  ~ResponseReader();

  // The next response is collected for TakeResponse, or goes to `receiver`.
  void Reset(Receiver* receiver = nullptr);

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
  // Goes on with what was carried over, by as much of `bytes` as that takes.
  Progress ParseCarried(std::string_view& bytes);
  Progress Fail(ErrorKind kind, std::string message);

  const ResponseLimits limits_;
  std::unique_ptr<State> state_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_RESPONSE_READER_H_
