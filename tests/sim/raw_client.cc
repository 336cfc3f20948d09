#include "tests/sim/raw_client.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace spillway::sim {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace {

using asio::ip::tcp;
using boost::system::error_code;

End EndOf(const error_code& error) {
  if (!error) return End::kNone;
  if (error == asio::error::eof || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return End::kEof;
  }
  if (error == asio::error::connection_reset || error == asio::error::broken_pipe) return End::kReset;
  if (error == asio::ssl::error::stream_truncated) return End::kTruncatedTls;
  if (error.category() == make_error_code(http::error::bad_version).category()) return End::kNotHttp;
  return End::kOther;
}

}  // namespace

class RawClient::Impl {
 public:
  Impl(std::uint16_t port, const std::string& ca_pem) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    if (ca_pem.empty()) return;
    tls_.emplace(asio::ssl::context::tls_client);
    tls_->add_certificate_authority(asio::buffer(ca_pem));
    stream_.emplace(socket_, *tls_);
    stream_->set_verify_mode(asio::ssl::verify_peer);
    stream_->set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
    stream_->handshake(asio::ssl::stream_base::client);
  }

  // Calls `use` with the stream that is in use.
  template <typename Use>
  auto With(Use use) {
    return stream_ ? use(*stream_) : use(socket_);
  }

  boost::beast::flat_buffer buffer;
  tcp::socket& socket() { return socket_; }

 private:
  asio::io_context io_;
  tcp::socket socket_;
  std::optional<asio::ssl::context> tls_;
  std::optional<asio::ssl::stream<tcp::socket&>> stream_;
};

RawClient::RawClient(std::uint16_t port, const std::string& ca_pem)
    : impl_(std::make_unique<Impl>(port, ca_pem)) {}
RawClient::~RawClient() = default;

void RawClient::Send(std::string_view bytes) {
  impl_->With([&](auto& stream) { return asio::write(stream, asio::buffer(bytes.data(), bytes.size())); });
}

Received RawClient::Read() {
  http::response_parser<http::string_body> parser;
  parser.header_limit(1024 * 1024);
  error_code error;
  impl_->With([&](auto& stream) { return http::read(stream, impl_->buffer, parser, error); });
  Received received;
  received.end = EndOf(error);
  auto& message = parser.get();
  if (!parser.is_header_done()) return received;
  received.response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    received.response.headers.emplace_back(absl::AsciiStrToLower(std::string(field.name_string())),
                                           std::string(field.value()));
  }
  received.response.body = message.body();
  return received;
}

ReceivedBytes RawClient::ReadToEnd() {
  ReceivedBytes received;
  error_code error;
  impl_->With([&](auto& stream) { return asio::read(stream, asio::dynamic_buffer(received.bytes), error); });
  received.end = EndOf(error);
  return received;
}

std::string RawClient::ReadBytes(std::size_t count) {
  std::string bytes(count, '\0');
  impl_->With([&](auto& stream) { return asio::read(stream, asio::buffer(bytes)); });
  return bytes;
}

void RawClient::Close() {
  impl_->socket().shutdown(tcp::socket::shutdown_both);
  impl_->socket().close();
}

Received RawClient::Post(const std::string& path, const std::string& body, const std::string& extra_headers) {
  Send(PostBytes(path, body, extra_headers));
  return Read();
}

Received RawClient::Get(const std::string& path) { return Exchange("GET", path); }

Received RawClient::Exchange(const std::string& method, const std::string& path, const std::string& body) {
  Send(absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: sim\r\nContent-Length: ", body.size(), "\r\n\r\n",
                    body));
  return Read();
}

std::string PostBytes(const std::string& path, const std::string& body, const std::string& extra_headers) {
  return absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\n",
                      extra_headers, "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string ChatBody(const std::string& text, const std::string& model) {
  namespace json = boost::json;
  return json::serialize(
      json::object{{"model", model}, {"messages", json::array{{{"role", "user"}, {"content", text}}}}});
}

}  // namespace spillway::sim
