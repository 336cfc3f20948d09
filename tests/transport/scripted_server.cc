#include "tests/transport/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace spillway::testing {
namespace {

void Require(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

// In server threads only, so that a client that would raise it is still found out.
void BlockSigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SSL_CTX* NewServerContext(const ServerOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, 0);
  SSL_CTX_set_max_proto_version(context, options.max_tls_version);
  // Debian's security level would rule out the old versions that tests offer.
  SSL_CTX_set_cipher_list(context, "DEFAULT@SECLEVEL=0");
  if (options.require_client_certificate) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  BIO* cert_bio = BIO_new_mem_buf(options.certificate->certificate_pem.data(), -1);
  X509* cert = PEM_read_bio_X509(cert_bio, nullptr, nullptr, nullptr);
  BIO* key_bio = BIO_new_mem_buf(options.certificate->key_pem.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
  Require(SSL_CTX_use_certificate(context, cert) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1,
          "using the test's certificate");
  EVP_PKEY_free(key);
  BIO_free(key_bio);
  X509_free(cert);
  BIO_free(cert_bio);
  return context;
}

sockaddr_in AddressOf(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  Require(inet_pton(AF_INET, text.c_str(), &address.sin_addr) == 1, "reading an address");
  return address;
}

int Bind(const std::string& text, std::uint16_t* port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = AddressOf(text, 0);
  Require(fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  *port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

Peer::Peer(int fd, SSL_CTX* tls) : fd_(fd) {
  const timeval patience{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (tls == nullptr) return;
  ssl_ = SSL_new(tls);
  SSL_set_fd(ssl_, fd_);
  handshake_ok_ = SSL_accept(ssl_) == 1;
  ERR_clear_error();
}

Peer::~Peer() {
  Finish();
  SSL_free(ssl_);
  close(fd_);
}

std::string Peer::ReadSome(std::size_t max) {
  std::string out(max, '\0');
  ERR_clear_error();
  const auto size =
      ssl_ != nullptr ? SSL_read(ssl_, out.data(), static_cast<int>(max)) : recv(fd_, out.data(), max, 0);
  out.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return out;
}

std::string Peer::ReadRequest() {
  std::size_t wanted = std::string::npos;
  while (unread_.size() < wanted) {
    const std::string more = ReadSome(64 * 1024);
    if (more.empty()) return "";
    unread_ += more;
    const std::size_t head = unread_.find("\r\n\r\n");
    if (wanted != std::string::npos || head == std::string::npos) continue;
    const std::size_t field = unread_.find("Content-Length: ");
    wanted = head + 4 + (field < head ? std::strtoul(unread_.c_str() + field + 16, nullptr, 10) : 0);
  }
  std::string request = unread_.substr(0, wanted);
  unread_.erase(0, wanted);
  return request;
}

bool Peer::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto size = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                      : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void Peer::Finish() {
  // A second SSL_shutdown would wait for the client's.
  if (ssl_ != nullptr && handshake_ok_ && !finished_) SSL_shutdown(ssl_);
  CutOff();
}

void Peer::CutOff() {
  finished_ = true;
  shutdown(fd_, SHUT_WR);
}

void Peer::Reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  // The descriptor stays taken until the destructor; only the connection goes.
  const int null = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  dup2(null, fd_);
  close(null);
  finished_ = true;
}

bool Peer::WaitForClose() {
  char byte;
  // Below TLS: any end will do, with or without close_notify before it.
  for (;;) {
    const auto size = recv(fd_, &byte, 1, 0);
    if (size == 0 || (size < 0 && errno == ECONNRESET)) return true;
    if (size < 0 || ssl_ == nullptr) return false;
  }
}

std::string Peer::sni() const {
  const char* name = ssl_ != nullptr ? SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name) : nullptr;
  return name != nullptr ? name : "";
}

ScriptedServer::ScriptedServer(const ServerOptions& options, Script script) : script_(std::move(script)) {
  if (options.certificate) tls_ = NewServerContext(options);
  listener_ = Bind(options.address, &port_);
  Require(listen(listener_, 64) == 0, "listen");
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
  SSL_CTX_free(tls_);
}

void ScriptedServer::Accept() {
  BlockSigpipe();
  while (!stopping_) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int connection = accepted_++;
    {
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
    }
    threads_.emplace_back([this, fd, connection] { Serve(fd, connection); });
  }
}

void ScriptedServer::Serve(int fd, int connection) {
  auto peer = std::make_unique<Peer>(fd, tls_);
  if (peer->handshake_ok()) {
    script_(*peer, connection);
  } else {
    // Closing on unread bytes would reset the connection before our alert is read.
    peer->WaitForClose();
  }
  peer->Finish();
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  peer.reset();
}

std::uint16_t UnusedPort() {
  std::uint16_t port = 0;
  close(Bind("127.0.0.1", &port));
  return port;
}

std::string OkResponse(std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more_headers) + "\r\n" + std::string(body);
}

}  // namespace spillway::testing
