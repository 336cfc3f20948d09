#include "tests/bench/null_upstream.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "tests/bench/canned.h"

namespace spillway::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

tcp::endpoint ParseEndpoint(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos)
    throw std::invalid_argument("--upstream: expected host:port, got " + address);
  return tcp::endpoint(asio::ip::make_address(address.substr(0, colon)),
                       static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
}

}  // namespace

struct NullUpstream::Shared {
  tcp::endpoint endpoint;
  asio::ssl::context tls{asio::ssl::context::tlsv13_client};
  http::request<http::string_body> request{http::verb::post, "/v1/chat/completions", 11};
};

struct NullUpstream::Connection {
  Connection(asio::io_context& io, asio::ssl::context& tls) : stream(io, tls) {}

  asio::ssl::stream<tcp::socket> stream;
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  std::function<void(bool)> done;
};

NullUpstream::NullUpstream(asio::io_context& io, const std::string& address, const std::string& ca_file)
    : io_(io), shared_(std::make_unique<Shared>()) {
  shared_->endpoint = ParseEndpoint(address);
  shared_->tls.load_verify_file(ca_file);
  shared_->tls.set_verify_mode(asio::ssl::verify_peer);
  http::request<http::string_body>& request = shared_->request;
  request.set(http::field::host, address);
  request.set(http::field::user_agent, "null-router");
  request.set(http::field::content_type, "application/json");
  request.set(http::field::accept, "application/json");
  request.set(http::field::authorization, "Bearer sk-bench-0000000000000000000000000000000000000000");
  request.body() = CannedUpstreamBody();
  request.prepare_payload();
}

NullUpstream::~NullUpstream() = default;

void NullUpstream::Exchange(std::function<void(bool)> done) {
  if (!idle_.empty()) {
    Connection* connection = idle_.back();
    idle_.pop_back();
    connection->done = std::move(done);
    Send(connection);
    return;
  }
  all_.push_back(std::make_unique<Connection>(io_, shared_->tls));
  all_.back()->done = std::move(done);
  Connect(all_.back().get());
}

void NullUpstream::Connect(Connection* connection) {
  connection->stream.next_layer().async_connect(shared_->endpoint, [this, connection](error_code error) {
    if (error) return End(connection, false);
    connection->stream.next_layer().set_option(tcp::no_delay(true));
    connection->stream.set_verify_callback(
        asio::ssl::host_name_verification(shared_->endpoint.address().to_string()));
    connection->stream.async_handshake(asio::ssl::stream_base::client, [this, connection](error_code error) {
      if (error) return End(connection, false);
      Send(connection);
    });
  });
}

void NullUpstream::Send(Connection* connection) {
  const http::request<http::string_body>& request = shared_->request;
  http::async_write(connection->stream, request, [this, connection](error_code error, std::size_t) {
    if (error) return End(connection, false);
    Receive(connection);
  });
}

void NullUpstream::Receive(Connection* connection) {
  connection->response = {};
  http::async_read(connection->stream, connection->buffer, connection->response,
                   [this, connection](error_code error, std::size_t) { End(connection, !error); });
}

void NullUpstream::End(Connection* connection, bool ok) {
  ok = ok && connection->response.result() == http::status::ok;
  const std::function<void(bool)> done = std::move(connection->done);
  if (ok && connection->response.keep_alive()) {
    idle_.push_back(connection);
  } else {
    std::erase_if(all_, [connection](const auto& owned) { return owned.get() == connection; });
  }
  done(ok);
}

}  // namespace spillway::bench
