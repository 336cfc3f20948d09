// A real TCP or TLS server that does to each connection what a test's script says.
//
// Each connection runs its script in a thread of its own, with blocking calls that give up after 10 s.
// When the script returns, the connection is closed in order. Destruction ends everything.
#ifndef SPILLWAY_TESTS_TRANSPORT_SCRIPTED_SERVER_H_
#define SPILLWAY_TESTS_TRANSPORT_SCRIPTED_SERVER_H_

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/test_certificates.h"

namespace spillway::testing {

// The server's end of one connection.
class Peer {
 public:
  Peer(int fd, SSL_CTX* tls);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Head and body of the next request; empty: the client closed, or broke.
  std::string ReadRequest();
  // As many bytes as there are, up to `max`.
  std::string ReadSome(std::size_t max);
  bool Write(std::string_view bytes);

  // In order: close_notify, where there is TLS, and FIN.
  void Finish();
  // FIN only: over TLS, a truncation.
  void CutOff();
  // RST.
  void Reset();

  // Waits for the client to close. False: it did not, or sent something.
  bool WaitForClose();

  bool handshake_ok() const { return handshake_ok_; }
  bool resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) == 1; }
  std::string sni() const;
  int fd() const { return fd_; }

 private:
  int fd_;
  SSL* ssl_ = nullptr;
  bool handshake_ok_ = true;
  bool finished_ = false;
  std::string unread_;
};

struct ServerOptions {
  // Plain TCP without.
  std::optional<CertificateAndKey> certificate;
  // TLS1_2_VERSION and the like; 0: any.
  int max_tls_version = 0;
  bool require_client_certificate = false;
  std::string address = "127.0.0.1";
};

class ScriptedServer {
 public:
  // `connection` counts from 0. Called only where the handshake succeeded.
  using Script = std::function<void(Peer& peer, int connection)>;

  explicit ScriptedServer(Script script) : ScriptedServer(ServerOptions{}, std::move(script)) {}
  ScriptedServer(const ServerOptions& options, Script script);
  ~ScriptedServer();

  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  void Accept();
  void Serve(int fd, int connection);

  Script script_;
  SSL_CTX* tls_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// A port of 127.0.0.1 where nobody listens.
std::uint16_t UnusedPort();

// "HTTP/1.1 200 OK" with a Content-Length.
std::string OkResponse(std::string_view body, std::string_view more_headers = "");

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_TRANSPORT_SCRIPTED_SERVER_H_
