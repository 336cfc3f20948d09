#include "server/grpc/connection_acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/descriptors.h"
#include "server/log.h"

namespace spillway::server {
namespace {

constexpr int kForever = -1;
// A full listener that turns over its clients is full many times a second.
constexpr auto kLogInterval = std::chrono::minutes(1);

// An error of accept that is about one connection, or about nothing: the next one may be well.
bool IsPassing(int error) {
  switch (error) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

bool SomebodyWaitsAt(int listener) {
  pollfd waiting = {listener, POLLIN, 0};
  return poll(&waiting, 1, 0) > 0 && (waiting.revents & POLLIN) != 0;
}

bool HasPeer(int descriptor) {
  sockaddr_storage peer = {};
  socklen_t size = sizeof peer;
  return getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> ConnectionAcceptor::Listen(const Options& options) {
  const auto failed = [&](std::string_view why) {
    const std::string setting = options.setting.empty() ? "" : absl::StrCat(" (", options.setting, ")");
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.address, setting, ": ", std::string(why)));
  };
  absl::StatusOr<ListeningSockets> sockets = ListeningSockets::Open(options.address, options.user_timeout);
  if (!sockets.ok()) return failed(std::string(sockets.status().message()));
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return failed(std::strerror(errno));
  return std::unique_ptr<ConnectionAcceptor>(new ConnectionAcceptor(options, *std::move(sockets), wake));
}

ConnectionAcceptor::ConnectionAcceptor(const Options& options, ListeningSockets sockets, int wake)
    : options_(options),
      sockets_(std::move(sockets)),
      port_(sockets_.port()),
      own_address_(sockets_.own_address()),
      wake_(wake) {}

void ConnectionAcceptor::Start(Take take) {
  take_ = std::move(take);
  thread_ = std::thread([this] { Run(); });
}

void ConnectionAcceptor::Stop() {
  if (thread_.joinable()) {
    eventfd_write(wake_, 1);
    thread_.join();
    // To close a port resets those who wait at it, and they have done nothing wrong.
    counted_ = {};
    for (const int listener : sockets_.descriptors()) AcceptAll(listener);
  }
  if (!sockets_.descriptors().empty()) close(wake_);
  sockets_.Close();
}

void ConnectionAcceptor::Run() {
  bool full = false;
  while (!WaitUnlessStopped(!full)) {
    full = false;
    for (const int listener : sockets_.descriptors()) full = !AcceptAll(listener) || full;
    if (!full) full_ = false;
  }
}

bool ConnectionAcceptor::WaitUnlessStopped(bool for_clients) {
  std::vector<pollfd> awaited = {{wake_, POLLIN, 0}};
  if (for_clients) {
    for (const int listener : sockets_.descriptors()) awaited.push_back({listener, POLLIN, 0});
  }
  poll(awaited.data(), awaited.size(), for_clients ? kForever : static_cast<int>(options_.pause.count()));
  return awaited[0].revents != 0;
}

bool ConnectionAcceptor::AcceptAll(int listener) {
  while (SomebodyWaitsAt(listener)) {
    if (const auto bound = MissingRoom(); bound.has_value()) {
      SetFull(*bound);
      return false;
    }
    const int descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      Admit(listener, descriptor);
    } else if (!IsPassing(errno)) {
      // Out of descriptors, or of memory.
      SetFull(AcceptBound::kDescriptors);
      return false;
    }
  }
  return true;
}

void ConnectionAcceptor::Admit(int listener, int descriptor) {
  // gRPC would write to stderr of a client that has left again.
  if (!HasPeer(descriptor)) {
    close(descriptor);
    return;
  }
  {
    const absl::MutexLock lock(&mutex_);
    open_.Add(descriptor);
  }
  take_(listener, descriptor);
}

std::optional<AcceptBound> ConnectionAcceptor::MissingRoom() {
  if (LowestFreeDescriptor() >= options_.max_descriptor) return AcceptBound::kDescriptors;
  const absl::MutexLock lock(&mutex_);
  if (open_.at_most() < options_.max_connections) return std::nullopt;
  // At the bound each client would have all the others looked at.
  const auto now = std::chrono::steady_clock::now();
  if (now - counted_ < options_.pause) return AcceptBound::kConnections;
  counted_ = now;
  if (open_.Count() < options_.max_connections) return std::nullopt;
  return AcceptBound::kConnections;
}

void ConnectionAcceptor::SetFull(AcceptBound bound) {
  if (full_) return;
  // First: whoever sees that it is full finds it counted.
  ++times_full_[static_cast<std::size_t>(bound)];
  full_ = true;
  const auto now = std::chrono::steady_clock::now();
  if (logged_ != decltype(logged_)() && now - logged_ < kLogInterval) return;
  logged_ = now;
  LogLine(LogLevel::kWarning, "accept_paused")
      .Text("listener", "server.grpc")
      .Text("bound", NameOf(bound))
      .Int("connections", static_cast<std::int64_t>(CountConnections()))
      .Write();
}

std::size_t ConnectionAcceptor::CountConnections() {
  const absl::MutexLock lock(&mutex_);
  return open_.Count();
}

}  // namespace spillway::server
