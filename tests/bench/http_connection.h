// One HTTP/1.1 connection, plain or TLS, that repeats one POST, and looks hard at each answer.
//
// A connection that the server ends between two calls is opened anew for the next, as every client would;
// one that ends within a call fails it.
// Thread-safety: none. Ownership: owns its socket. Time: waits to connect and for the TLS handshake, in the
// constructor and when it opens anew.
#ifndef SPILLWAY_TESTS_BENCH_HTTP_CONNECTION_H_
#define SPILLWAY_TESTS_BENCH_HTTP_CONNECTION_H_

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/http_reply.h"
#include "tests/bench/load_connection.h"

namespace spillway::bench {

// The POST to repeat, and what its answer must have.
struct HttpRequest {
  // host:port, the host an IPv4 literal or a name.
  std::string authority;
  std::string path;
  Headers headers;
  std::string body;
  // PEM file of authorities: speak TLS, and verify that the server is `localhost`. Empty: plain.
  std::string ca_file;
  // 0: any length but none.
  std::size_t expected_bytes = 0;
  // A piece of the body. Empty: any.
  std::string expected_text;
};

class HttpConnection : public LoadConnection {
 public:
  // Throws std::runtime_error when it cannot connect. `request` must outlive the connection.
  HttpConnection(const HttpRequest& request, DoneHandler done);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void Submit(Clock::time_point intended) override;
  void OnReadable() override;
  void Flush() override;

  int fd() const override { return fd_; }
  bool one_at_a_time() const override { return true; }
  bool ready() const override { return fd_ >= 0; }
  bool lost() const override { return lost_; }
  bool blocked() const override { return !unsent_.empty(); }

 private:
  struct SslDeleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void Open();
  void Close();
  void Handshake();
  // Bytes read or written; 0: later; -1: the connection is over.
  int Read(char* data, int size);
  int Write(std::string_view data);
  void OnBytes(std::string_view bytes);
  void OnEnd();
  void Finish(std::string fault);

  const HttpRequest& request_;
  const std::string bytes_;
  DoneHandler done_;
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  int fd_ = -1;
  bool lost_ = false;
  // Of the call under way.
  std::optional<Clock::time_point> intended_;
  std::optional<Clock::time_point> first_data_;
  std::string_view unsent_;
  HttpReply reply_;
};

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_HTTP_CONNECTION_H_
