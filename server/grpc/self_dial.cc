#include "server/grpc/self_dial.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "transport/openssl_ptr.h"
#include "transport/socket_bio.h"

namespace spillway::server {
namespace {

using std::chrono::steady_clock;

// The preface and an empty SETTINGS frame (RFC 9113, 3.4).
constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
constexpr std::size_t kFrameHead = 9;
constexpr char kSettings = 4;
constexpr unsigned char kAlpn[] = {2, 'h', '2'};

class Dial {
 public:
  explicit Dial(const SelfDialOptions& options)
      : options_(options), end_(steady_clock::now() + options.patience) {}
  ~Dial() {
    if (socket_ >= 0) close(socket_);
  }

  absl::Status Run() {
    if (absl::Status status = Connect(); !status.ok()) return status;
    if (options_.tls) {
      if (absl::Status status = Handshake(); !status.ok()) return status;
    }
    if (refused_) return absl::OkStatus();
    if (absl::Status status = Send(kPreface); !status.ok()) return status;
    return AwaitSettings();
  }

 private:
  absl::Status Connect() {
    socket_ = socket(options_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
      const std::string why = absl::StrCat("no socket: ", std::strerror(errno));
      return errno == EMFILE || errno == ENFILE ? absl::ResourceExhaustedError(why)
                                                : absl::InternalError(why);
    }
    const socklen_t size =
        options_.address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&options_.address), size) == 0) {
      return absl::OkStatus();
    }
    if (errno != EINPROGRESS) return Failed("cannot connect", errno);
    if (absl::Status status = Wait(POLLOUT, "cannot connect"); !status.ok()) return status;
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length);
    return error == 0 ? absl::OkStatus() : Failed("cannot connect", error);
  }

  absl::Status Handshake() {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    ssl_.reset(context_ == nullptr ? nullptr : SSL_new(context_.get()));
    BIO* const bio = transport::NewSocketBio(socket_);
    if (ssl_ == nullptr || SSL_set_alpn_protos(ssl_.get(), kAlpn, sizeof kAlpn) != 0 || bio == nullptr) {
      BIO_free(bio);
      return absl::InternalError("TLS cannot be set up");
    }
    SSL_set_bio(ssl_.get(), bio, bio);
    return Repeat("no TLS handshake", [&] { return SSL_connect(ssl_.get()); });
  }

  absl::Status Send(std::string_view bytes) {
    if (ssl_ != nullptr) {
      return Repeat("cannot send",
                    [&] { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); });
    }
    // As much as this always fits into an empty buffer.
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(bytes.size()) ? absl::OkStatus() : Failed("cannot send", errno);
  }

  absl::Status AwaitSettings() {
    char head[kFrameHead] = {};
    std::size_t size = 0;
    while (size < kFrameHead) {
      if (absl::Status status = Receive(head, size); !status.ok()) return status;
      if (refused_) return absl::OkStatus();
    }
    return head[3] == kSettings ? absl::OkStatus() : absl::UnavailableError("the answer is not HTTP/2");
  }

  absl::Status Receive(char* head, std::size_t& size) {
    const std::size_t room = kFrameHead - size;
    if (ssl_ != nullptr) {
      int got = 0;
      absl::Status status = Repeat(
          "no answer", [&] { return got = SSL_read(ssl_.get(), head + size, static_cast<int>(room)); });
      size += static_cast<std::size_t>(std::max(got, 0));
      return status;
    }
    if (absl::Status status = Wait(POLLIN, "no answer"); !status.ok()) return status;
    const ssize_t got = recv(socket_, head + size, room, 0);
    if (got == 0) return absl::UnavailableError("no answer: closed");
    if (got < 0) return Failed("no answer", errno);
    size += static_cast<std::size_t>(got);
    return absl::OkStatus();
  }

  // One of OpenSSL's operations, until it is done.
  template <class Operation>
  absl::Status Repeat(const char* what, Operation operation) {
    for (;;) {
      ERR_clear_error();
      const int result = operation();
      if (result > 0) return absl::OkStatus();
      const int error = SSL_get_error(ssl_.get(), result);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        if (absl::Status status = Wait(events, what); !status.ok()) return status;
        continue;
      }
      refused_ = RefusedForWantOfACertificate();
      if (refused_) return absl::OkStatus();
      const char* reason = ERR_reason_error_string(ERR_peek_last_error());
      ERR_clear_error();
      return absl::UnavailableError(absl::StrCat(what, ": ", reason == nullptr ? "closed" : reason));
    }
  }

  // We have no certificate to show. It has said something in TLS, which is as far as we get.
  bool RefusedForWantOfACertificate() const {
    return options_.asks_for_certificates && BIO_number_read(SSL_get_rbio(ssl_.get())) > 0;
  }

  absl::Status Wait(short events, const char* what) {
    pollfd awaited[] = {{socket_, events, 0}, {options_.stop, POLLIN, 0}};
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end_ - steady_clock::now()).count();
      const int ready = poll(awaited, 2, static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (ready < 0 && errno == EINTR) continue;
      if (awaited[1].revents != 0) return absl::CancelledError("stopped");
      if (ready > 0) return absl::OkStatus();
      return absl::DeadlineExceededError(absl::StrCat(what, " within ", options_.patience.count(), " ms"));
    }
  }

  static absl::Status Failed(const char* what, int error) {
    return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(error)));
  }

  const SelfDialOptions& options_;
  const steady_clock::time_point end_;
  int socket_ = -1;
  transport::SslContextPtr context_;
  transport::SslPtr ssl_;
  bool refused_ = false;
};

}  // namespace

absl::Status DialSelf(const SelfDialOptions& options) { return Dial(options).Run(); }

}  // namespace spillway::server
