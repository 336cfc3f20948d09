#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "transport/byte_stream.h"

namespace spillway::transport {
namespace {

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(int descriptor) : descriptor_(descriptor) {}

  IoOutcome Handshake() override { return IoOutcome::kDone; }

  IoResult Read(std::span<char> into) override {
    const auto received = recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (received == 0) return {IoOutcome::kEnd};
    return ResultOf(received, IoOutcome::kWantRead);
  }

  IoResult Write(std::string_view bytes) override {
    return ResultOf(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT),
                    IoOutcome::kWantWrite);
  }

  bool HasPending() const override { return false; }
  void Goodbye() override {}
  std::string FailureText() const override { return std::generic_category().message(error_); }
  bool FailedInTls() const override { return false; }

 private:
  IoResult ResultOf(ssize_t moved, IoOutcome when_blocked) {
    if (moved >= 0) return {IoOutcome::kDone, static_cast<std::size_t>(moved)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {when_blocked};
    error_ = errno;
    return {IoOutcome::kFailed};
  }

  const int descriptor_;
  int error_ = 0;
};

}  // namespace

const std::vector<std::string>& ByteStream::PeerNames() {
  static const std::vector<std::string>& none = *new std::vector<std::string>;
  return none;
}

std::unique_ptr<ByteStream> NewPlainStream(int descriptor) {
  return std::make_unique<PlainStream>(descriptor);
}

}  // namespace spillway::transport
