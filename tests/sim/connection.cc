#include "tests/sim/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "tests/sim/stream_writer.h"
#include "tests/sim/wire_format.h"

namespace spillway::sim {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kMostBodyBytes = 64 * 1024 * 1024;
constexpr std::uint32_t kMostHeaderBytes = 256 * 1024;
// How long a closing connection waits for its peer to take note.
constexpr milliseconds kLinger{1000};

template <typename Stream>
constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

using Parser = http::request_parser<http::string_body>;

Request ToRequest(Parser& parser) {
  auto& message = parser.get();
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(absl::AsciiStrToLower(std::string(field.name_string())),
                                 std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

asio::ip::tcp::socket& SocketOf(PlainStream& stream) { return stream; }
asio::ip::tcp::socket& SocketOf(TlsStream& stream) { return stream.next_layer(); }

// The status that tells the peer what was wrong; 0 when it is past telling.
int RefusalOf(const error_code& error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == make_error_code(http::error::bad_method).category() ? 400 : 0;
}

}  // namespace

template <typename Stream>
Connection<Stream>::Connection(Stream stream, Service* service, std::uint64_t id)
    : stream_(std::move(stream)), service_(service), id_(id) {}

template <typename Stream>
asio::awaitable<void> Connection<Stream>::Run() {
  Fate fate = Fate::kKeep;
  while (fate == Fate::kKeep) {
    Incoming incoming = co_await Read();
    if (incoming.refusal != 0) co_await Refuse(incoming.refusal);
    if (!incoming.request) co_return;
    fate = co_await Exchange(std::move(*incoming.request), incoming.keep_alive);
  }
  if (fate == Fate::kCloseGently) co_await CloseGently();
  if (fate == Fate::kReset) Reset();
}

template <typename Stream>
auto Connection<Stream>::Read() -> asio::awaitable<Incoming> {
  Parser parser;
  parser.body_limit(kMostBodyBytes);
  parser.header_limit(kMostHeaderBytes);
  Incoming incoming;
  auto [head_error, head_bytes] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
  error_code error = head_error;
  if (!error && boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool sent = co_await Write(interim);
    if (!sent) co_return incoming;
  }
  if (!error && !parser.is_done()) {
    auto [body_error, body_bytes] = co_await http::async_read(stream_, buffer_, parser, kAwait);
    error = body_error;
  }
  if (error) {
    incoming.refusal = RefusalOf(error);
    co_return incoming;
  }
  incoming.keep_alive = parser.get().keep_alive();
  incoming.request = ToRequest(parser);
  incoming.request->connection = id_;
  incoming.request->number_on_connection = ++requests_;
  co_return incoming;
}

template <typename Stream>
auto Connection<Stream>::Exchange(Request request, bool keep_alive) -> asio::awaitable<Fate> {
  const steady_clock::time_point start = steady_clock::now();
  const bool is_head = request.method == "HEAD";
  const Reply reply = service_->Handle(std::move(request));
  Outcome outcome;
  const Fate fate = co_await Deliver(reply, keep_alive, is_head, outcome);
  if (reply.ticket != 0) {
    outcome.after = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    service_->Done(reply.ticket, outcome);
  }
  co_return outcome.peer_closed ? Fate::kDrop : fate;
}

template <typename Stream>
auto Connection<Stream>::Deliver(const Reply& reply, bool keep_alive, bool is_head, Outcome& outcome)
    -> asio::awaitable<Fate> {
  const WirePlan& plan = reply.plan;
  bool& gone = outcome.peer_closed;
  if (plan.delivery == Delivery::kSilence) {
    gone = co_await PeerLeavesWithin(std::nullopt);
    co_return Fate::kDrop;
  }
  if (plan.delay > milliseconds(0)) gone = co_await PeerLeavesWithin(plan.delay);
  if (gone) co_return Fate::kDrop;
  if (plan.delivery == Delivery::kReset) co_return Fate::kReset;
  if (plan.delivery == Delivery::kGarbage) {
    const std::string garbage = Garbage();
    gone = !co_await Write(garbage);
    co_return Fate::kDrop;
  }

  if (reply.stream && !is_head) co_return co_await DeliverStream(reply, keep_alive, outcome);

  std::string pending = FormatHead(reply, keep_alive, std::chrono::system_clock::now());
  const std::vector<std::string> pieces = is_head ? std::vector<std::string>() : FormatBody(reply);
  for (const std::string& piece : pieces) {
    pending += piece;
    if (plan.delivery != Delivery::kSlow) continue;
    gone = !co_await Write(pending);
    // After the last one the peer has what was due, and may leave.
    if (!gone && &piece != &pieces.back()) gone = co_await PeerLeavesWithin(plan.pause);
    if (gone) co_return Fate::kDrop;
    pending.clear();
  }
  gone = !co_await Write(pending);
  if (plan.delivery == Delivery::kStall && !gone) gone = co_await PeerLeavesWithin(std::nullopt);
  if (plan.delivery == Delivery::kCut) co_return plan.abort ? Fate::kReset : Fate::kDrop;
  if (plan.close) co_return Fate::kDrop;
  co_return keep_alive ? Fate::kKeep : Fate::kCloseGently;
}

template <typename Stream>
auto Connection<Stream>::DeliverStream(const Reply& reply, bool keep_alive, Outcome& outcome)
    -> asio::awaitable<Fate> {
  using asio::experimental::awaitable_operators::operator||;
  StreamWriter<Stream> writer(&stream_, &*reply.stream);
  // Whoever only writes hears late that nobody reads.
  auto first = co_await (writer.Run(FormatHead(reply, keep_alive, std::chrono::system_clock::now())) ||
                         PeerLeavesWithin(std::nullopt));
  outcome.tokens = writer.tokens_sent();
  outcome.peer_closed = first.index() == 1 || !std::get<0>(first);
  if (reply.stream->end == StreamEnd::kCut) co_return reply.plan.abort ? Fate::kReset : Fate::kDrop;
  if (reply.plan.close) co_return Fate::kDrop;
  co_return keep_alive ? Fate::kKeep : Fate::kCloseGently;
}

template <typename Stream>
asio::awaitable<bool> Connection<Stream>::Write(const std::string& bytes) {
  if (bytes.empty()) co_return true;
  auto [error, written] = co_await asio::async_write(stream_, asio::buffer(bytes), kAwait);
  co_return !error;
}

template <typename Stream>
asio::awaitable<void> Connection<Stream>::Refuse(int status) {
  Reply reply;
  reply.answer = {status, {{"content-type", "text/plain"}}, "The simulator could not read this request.\n"};
  Outcome outcome;
  co_await Deliver(reply, /*keep_alive=*/false, /*is_head=*/false, outcome);
  if (!outcome.peer_closed) co_await CloseGently();
}

template <typename Stream>
asio::awaitable<bool> Connection<Stream>::PeerLeavesWithin(std::optional<milliseconds> limit) {
  using asio::experimental::awaitable_operators::operator||;
  asio::steady_timer timer(stream_.get_executor());
  timer.expires_at(limit ? steady_clock::now() + *limit : steady_clock::time_point::max());
  for (;;) {
    auto first =
        co_await (timer.async_wait(kAwait) || stream_.async_read_some(buffer_.prepare(4096), kAwait));
    if (first.index() == 0) co_return false;
    const auto [error, bytes] = std::get<1>(first);
    if (error) co_return true;
    // An early next request; kept for later.
    buffer_.commit(bytes);
  }
}

template <typename Stream>
asio::awaitable<void> Connection<Stream>::CloseGently() {
  using asio::experimental::awaitable_operators::operator||;
  asio::steady_timer timer(stream_.get_executor(), kLinger);
  error_code ignored;
  if constexpr (kIsTls<Stream>) {
    // Sends close_notify and waits for the peer's.
    co_await (timer.async_wait(kAwait) || stream_.async_shutdown(kAwait));
  } else {
    stream_.shutdown(asio::socket_base::shutdown_send, ignored);
  }
  // Whoever closes with bytes unread resets, and the peer may lose the answer to it.
  bool over = false;
  while (!over && steady_clock::now() < timer.expiry()) {
    buffer_.clear();
    auto first = co_await (timer.async_wait(kAwait) ||
                           SocketOf(stream_).async_receive(buffer_.prepare(64 * 1024), kAwait));
    over = first.index() == 0 || std::get<0>(std::get<1>(first)).failed();
  }
  SocketOf(stream_).close(ignored);
}

template <typename Stream>
void Connection<Stream>::Reset() {
  error_code ignored;
  SocketOf(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
  SocketOf(stream_).close(ignored);
}

template class Connection<PlainStream>;
template class Connection<TlsStream>;

}  // namespace spillway::sim
