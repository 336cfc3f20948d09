// A plain HTTP/1.1 client with a list of servers: keeps its connection until it is told to close it, then
// goes to the next server that lets it in. A request that crosses the end of a connection that was kept, so
// that nothing of an answer comes, is sent once more, on a new one: no look beforehand is sure to prevent
// that.
//
// Calls block, for 20 s at most. Not thread-safe.
#ifndef SPILLWAY_TESTS_E2E_KEEP_ALIVE_CLIENT_H_
#define SPILLWAY_TESTS_E2E_KEEP_ALIVE_CLIENT_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <vector>

namespace spillway::e2e {

class KeepAliveClient {
 public:
  using Address = boost::asio::ip::tcp::endpoint;
  struct Answer {
    // 0: none, for the reason that `error` names.
    int status = 0;
    std::string body;
    bool says_close = false;
    std::string error;
  };

  explicit KeepAliveClient(std::vector<Address> servers) : servers_(std::move(servers)) {}

  Answer Get(const std::string& target) { return Ask("GET", target, ""); }
  Answer Post(const std::string& target, const std::string& body) { return Ask("POST", target, body); }

 private:
  Answer Ask(const std::string& method, const std::string& target, const std::string& body);
  // One exchange on the connection there is. Nothing: it has ended, before a byte of an answer.
  std::optional<Answer> Exchange(const std::string& method, const std::string& target,
                                 const std::string& body, boost::system::error_code& error);
  // Whether the server has closed the connection that was kept.
  bool HasEnded();
  bool Connect(boost::system::error_code& error);

  std::vector<Address> servers_;
  std::size_t next_ = 0;
  boost::asio::io_context io_;
  std::optional<boost::beast::tcp_stream> connection_;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_KEEP_ALIVE_CLIENT_H_
