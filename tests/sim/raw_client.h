// A blocking HTTP client that shows what really came over the wire.
//
// One connection, one thread.
#ifndef SPILLWAY_TESTS_SIM_RAW_CLIENT_H_
#define SPILLWAY_TESTS_SIM_RAW_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "transport/http_message.h"

namespace spillway::sim {

// How reading ended.
enum class End { kNone, kEof, kReset, kTruncatedTls, kNotHttp, kOther };

struct Received {
  HttpResponse response;
  // kNone: a whole response.
  End end = End::kNone;
};

struct ReceivedBytes {
  std::string bytes;
  End end = End::kNone;
};

class RawClient {
 public:
  // Connects to 127.0.0.1. With `ca_pem`: over TLS, trusting that authority only. Throws
  // boost::system::system_error.
  explicit RawClient(std::uint16_t port, const std::string& ca_pem = "");
  ~RawClient();

  void Send(std::string_view bytes);
  // One response.
  Received Read();
  // Bytes until the connection ends.
  ReceivedBytes ReadToEnd();
  // Exactly `count` bytes.
  std::string ReadBytes(std::size_t count);
  // Ends the connection orderly.
  void Close();

  // Send and Read.
  Received Post(const std::string& path, const std::string& body, const std::string& extra_headers = "");
  Received Get(const std::string& path);
  Received Exchange(const std::string& method, const std::string& path, const std::string& body = "");

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A POST as it goes over the wire.
std::string PostBytes(const std::string& path, const std::string& body,
                      const std::string& extra_headers = "");

// A chat request of one user message.
std::string ChatBody(const std::string& text, const std::string& model = "gpt-4o");

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_RAW_CLIENT_H_
