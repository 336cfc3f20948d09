#include "server/grpc/public_port.h"

#include <google/protobuf/duration.pb.h>
#include <grpc/grpc.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdint>
#include <utility>

#include "server/descriptors.h"
#include "server/grpc/self_dial.h"

namespace spillway::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A client that is silent for so long is asked for a sign of life, and has so long to give it.
constexpr milliseconds kKeepaliveTime = seconds(60);
constexpr milliseconds kKeepaliveTimeout = seconds(20);
// gRPC's clients ping as often as every 10 s if told to; who pings more often than this is sent away.
constexpr milliseconds kLeastPingInterval = seconds(5);
// From the connection to the client's first frame, TLS included. Its own default is 2 minutes.
constexpr milliseconds kHandshakeTimeout = seconds(20);

// Calls of one connection at a time. As many as are let in by default: it bounds who opens calls without
// sending any.
constexpr int kMaxStreams = 10'000;

int Millis(const google::protobuf::Duration& duration) {
  const std::int64_t count = duration.seconds() * 1000 + duration.nanos() / 1'000'000;
  return static_cast<int>(std::min<std::int64_t>(count, INT_MAX));
}

int Count(milliseconds duration) { return static_cast<int>(duration.count()); }

}  // namespace

absl::StatusOr<std::unique_ptr<PublicPort>> PublicPort::Listen(
    const v1::GrpcListener& settings, std::shared_ptr<ListenerCredentials> credentials,
    const Watchdog::Options& watchdog) {
  ConnectionAcceptor::Options options;
  options.address = settings.address();
  options.setting = "server.grpc.address";
  options.max_connections = settings.max_connections();
  options.max_descriptor = ClientDescriptors(DescriptorLimit());
  // As gRPC does where there are keep-alive pings.
  options.user_timeout = kKeepaliveTimeout;
  auto acceptor = ConnectionAcceptor::Listen(options);
  if (!acceptor.ok()) return acceptor.status();
  return std::unique_ptr<PublicPort>(
      new PublicPort(settings, std::move(credentials), watchdog, *std::move(acceptor)));
}

PublicPort::PublicPort(const v1::GrpcListener& settings, std::shared_ptr<ListenerCredentials> credentials,
                       const Watchdog::Options& watchdog, std::unique_ptr<ConnectionAcceptor> acceptor)
    : settings_(settings),
      credentials_(std::move(credentials)),
      watchdog_options_(watchdog),
      acceptor_(std::move(acceptor)) {}

void PublicPort::AddTo(grpc::ServerBuilder& builder) {
  std::shared_ptr<grpc::ServerCredentials> credentials = credentials_;
  if (credentials == nullptr) credentials = grpc::InsecureServerCredentials();
  grpc_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, std::move(credentials));
  builder.SetMaxReceiveMessageSize(static_cast<int>(settings_.max_message_bytes()));
  // What a message takes on the wire is bounded; it may unpack to a thousand times that.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams},
      {GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(settings_.max_metadata_bytes())},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, Millis(settings_.max_connection_age())},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Millis(settings_.max_connection_age_grace())},
      {GRPC_ARG_KEEPALIVE_TIME_MS, Count(kKeepaliveTime)},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Count(kKeepaliveTimeout)},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Count(kLeastPingInterval)},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Count(kHandshakeTimeout)},
  };
  for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
}

void PublicPort::Open() {
  acceptor_->Start([handover = grpc_](int listener, int descriptor) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = listener;
    connection.fd = descriptor;
    handover->HandleNewConnection(&connection);
  });
  const absl::MutexLock lock(&mutex_);
  watchdog_ =
      std::make_unique<Watchdog>(watchdog_options_, [this](int stop) { return DialSelfUnlessFull(stop); });
}

absl::Status PublicPort::DialSelfUnlessFull(int stop) const {
  // Those who are in are served: to be full is no reason to be restarted. To have no descriptor for a call to
  // a provider is one.
  if (acceptor_->full()) {
    return LowestFreeDescriptor() < INT_MAX ? absl::OkStatus()
                                            : absl::ResourceExhaustedError("no descriptor is left");
  }
  SelfDialOptions options;
  options.address = acceptor_->own_address();
  options.tls = credentials_ != nullptr;
  options.asks_for_certificates = options.tls && credentials_->asks_for_certificates();
  options.stop = stop;
  absl::Status status = DialSelf(options);
  // It may have filled up meanwhile.
  return acceptor_->full() && !absl::IsResourceExhausted(status) ? absl::OkStatus() : status;
}

void PublicPort::Close() {
  std::unique_ptr<Watchdog> over;
  {
    const absl::MutexLock lock(&mutex_);
    over = std::move(watchdog_);
  }
  over.reset();
  acceptor_->Stop();
}

std::string PublicPort::Complaint() const {
  const absl::MutexLock lock(&mutex_);
  return watchdog_ == nullptr ? "" : watchdog_->Complaint();
}

std::uint64_t PublicPort::dial_failures() const {
  const absl::MutexLock lock(&mutex_);
  return watchdog_ == nullptr ? 0 : watchdog_->failures();
}

}  // namespace spillway::server
