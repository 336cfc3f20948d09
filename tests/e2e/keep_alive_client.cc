#include "tests/e2e/keep_alive_client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>

namespace spillway::e2e {

namespace http = boost::beast::http;
using boost::system::error_code;

bool KeepAliveClient::Connect(error_code& error) {
  for (std::size_t tries = 0; tries < servers_.size(); ++tries) {
    connection_.emplace(io_);
    connection_->socket().connect(servers_[next_++ % servers_.size()], error);
    if (error) continue;
    const timeval patience{20, 0};
    setsockopt(connection_->socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return true;
  }
  connection_.reset();
  return false;
}

bool KeepAliveClient::HasEnded() {
  char byte = 0;
  const auto size = recv(connection_->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size == 0 || (size < 0 && errno != EAGAIN);
}

KeepAliveClient::Answer KeepAliveClient::Ask(const std::string& method, const std::string& target,
                                             const std::string& body) {
  error_code error;
  if (connection_ && HasEnded()) connection_.reset();
  if (connection_) {
    if (std::optional<Answer> answer = Exchange(method, target, body, error)) return *std::move(answer);
  }
  if (!Connect(error)) return {.error = "connecting: " + error.message()};
  std::optional<Answer> answer = Exchange(method, target, body, error);
  return answer ? *std::move(answer) : Answer{.error = error.message()};
}

std::optional<KeepAliveClient::Answer> KeepAliveClient::Exchange(const std::string& method,
                                                                 const std::string& target,
                                                                 const std::string& body, error_code& error) {
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, "spillway");
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  http::write(*connection_, request, error);
  http::response_parser<http::string_body> parser;
  boost::beast::flat_buffer buffer;
  if (!error) http::read(*connection_, buffer, parser, error);
  if (error) {
    connection_.reset();
    if (!parser.got_some() && buffer.size() == 0) return std::nullopt;
    return Answer{.error = error.message()};
  }
  http::response<http::string_body> response = parser.release();
  Answer answer;
  answer.status = response.result_int();
  answer.says_close = !response.keep_alive();
  answer.body = std::move(response.body());
  if (answer.says_close) connection_.reset();
  return answer;
}

}  // namespace spillway::e2e
