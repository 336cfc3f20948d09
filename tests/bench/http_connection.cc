#include "tests/bench/http_connection.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "tests/bench/tcp_socket.h"

namespace spillway::bench {
namespace {

std::string Serialised(const HttpRequest& request) {
  std::string bytes = "POST " + request.path + " HTTP/1.1\r\nHost: " + request.authority +
                      "\r\nUser-Agent: bench-load\r\nContent-Type: application/json\r\nContent-Length: " +
                      std::to_string(request.body.size()) + "\r\n";
  for (const auto& [name, value] : request.headers)
    bytes.append(name).append(": ").append(value).append("\r\n");
  return bytes.append("\r\n").append(request.body);
}

SSL_CTX* MakeContext(const std::string& ca_file) {
  if (ca_file.empty()) return nullptr;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) {
    SSL_CTX_free(context);
    throw std::runtime_error("--ca: cannot read " + ca_file);
  }
  return context;
}

}  // namespace

HttpConnection::HttpConnection(const HttpRequest& request, DoneHandler done)
    : request_(request),
      bytes_(Serialised(request)),
      done_(std::move(done)),
      context_(MakeContext(request.ca_file)) {
  Open();
}

HttpConnection::~HttpConnection() { Close(); }

void HttpConnection::Open() {
  fd_ = ConnectTo(request_.authority);
  if (context_ != nullptr) Handshake();
  SetNonBlocking(fd_);
  reply_.Reset();
}

void HttpConnection::Close() {
  ssl_.reset();
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  unsent_ = {};
}

void HttpConnection::Handshake() {
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd_);
  SSL_set_tlsext_host_name(ssl_.get(), "localhost");
  SSL_set1_host(ssl_.get(), "localhost");
  if (SSL_connect(ssl_.get()) != 1) {
    Close();
    throw std::runtime_error(request_.authority + ": the TLS handshake failed");
  }
}

void HttpConnection::Submit(Clock::time_point intended) {
  intended_ = intended;
  first_data_.reset();
  try {
    if (fd_ < 0) Open();
  } catch (const std::runtime_error&) {
    lost_ = true;
    return;
  }
  unsent_ = bytes_;
}

int HttpConnection::Read(char* data, int size) {
  while (true) {
    if (ssl_ != nullptr) {
      ERR_clear_error();
      const int read = SSL_read(ssl_.get(), data, size);
      if (read > 0) return read;
      const int error = SSL_get_error(ssl_.get(), read);
      return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
    }
    const ssize_t read = recv(fd_, data, static_cast<std::size_t>(size), 0);
    if (read > 0) return static_cast<int>(read);
    if (read < 0 && errno == EINTR) continue;
    return read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
  }
}

int HttpConnection::Write(std::string_view data) {
  while (true) {
    if (ssl_ != nullptr) {
      ERR_clear_error();
      const int written = SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size()));
      if (written > 0) return written;
      const int error = SSL_get_error(ssl_.get(), written);
      return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
    }
    const ssize_t written = send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (written >= 0) return static_cast<int>(written);
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
  }
}

void HttpConnection::Flush() {
  while (!unsent_.empty() && fd_ >= 0) {
    const int written = Write(unsent_);
    if (written == 0) return;
    if (written < 0) return OnEnd();
    unsent_.remove_prefix(static_cast<std::size_t>(written));
  }
}

void HttpConnection::OnReadable() {
  std::array<char, 16384> buffer;
  while (fd_ >= 0) {
    const int read = Read(buffer.data(), static_cast<int>(buffer.size()));
    if (read == 0) return;
    if (read < 0) return OnEnd();
    OnBytes(std::string_view(buffer.data(), static_cast<std::size_t>(read)));
    // Plain: another call of the kernel would only say that there is no more. OpenSSL may hold some.
    if (ssl_ == nullptr && static_cast<std::size_t>(read) < buffer.size()) return;
  }
}

void HttpConnection::OnBytes(std::string_view bytes) {
  if (intended_.has_value() && !first_data_) first_data_ = Clock::now();
  const std::size_t taken = reply_.Feed(bytes);
  // Bytes beyond the answer, or without a call, are no answer to anything.
  const bool stray = taken < bytes.size() || !intended_;
  if (stray || reply_.malformed()) {
    Close();
    return intended_ ? Finish("malformed answer") : void(lost_ = true);
  }
  if (!reply_.whole()) return;
  if (reply_.closes() || !unsent_.empty()) Close();
  Finish(FaultOf(reply_, request_.expected_bytes, request_.expected_text));
}

void HttpConnection::OnEnd() {
  reply_.OnClose();
  Close();
  if (!intended_) return;  // between two calls
  Finish(reply_.whole() ? FaultOf(reply_, request_.expected_bytes, request_.expected_text)
                        : "connection ended");
}

void HttpConnection::Finish(std::string fault) {
  const Clock::time_point intended = *intended_;
  intended_.reset();
  Outcome outcome{.fault = std::move(fault), .first_data = first_data_, .messages = 1};
  reply_.Reset();
  done_(intended, outcome);
}

}  // namespace spillway::bench
