// A TCP client that sends exactly what it is told and reads answers as they stand on the wire.
//
// Calls block, for 20 s at most. Not thread-safe.
#ifndef SPILLWAY_TESTS_SERVER_HTTP_RAW_CLIENT_H_
#define SPILLWAY_TESTS_SERVER_HTTP_RAW_CLIENT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace spillway::testing {

struct RawAnswer {
  // 0: the connection ended before an answer's head was whole.
  int status = 0;
  // Names in lower case.
  std::map<std::string, std::string> fields;
  // Decoded, as far as it came.
  std::string body;
  // Whether its end was marked, by its length or the last chunk.
  bool whole = false;
};

class RawClient {
 public:
  // `receive_buffer`: how much the kernel takes for a client that does not read; 0: as it likes.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False: the server has closed.
  bool Send(std::string_view bytes);
  // FIN.
  void EndSending();
  // RST.
  void Reset();

  // The next answer, interim ones included. `bodyless`: to a HEAD.
  RawAnswer ReadAnswer(bool bodyless = false);
  // What comes until `text` has come, inclusive; or until the end.
  std::string ReadUntil(std::string_view text);
  // What comes until the end.
  std::string ReadAll();
  // Whether the server closes, in order, without a word.
  bool WaitForEnd();
  // Whether the last read ended with RST.
  bool was_reset() const { return reset_; }
  int fd() const { return fd_; }

 private:
  // False: nothing more comes.
  bool ReadMore();
  bool Need(std::size_t size);
  std::string TakeLine();
  bool ReadChunks(std::string& body);

  int fd_ = -1;
  bool reset_ = false;
  std::string unread_;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SERVER_HTTP_RAW_CLIENT_H_
