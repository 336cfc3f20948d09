// An HTTP server on a thread of its own, and a handler that does what the test says.
//
// What the test gives the stage runs on the stage's thread; what it asks of it waits, for 20 s at most.
#ifndef SPILLWAY_TESTS_SERVER_HTTP_HTTP_STAGE_H_
#define SPILLWAY_TESTS_SERVER_HTTP_HTTP_STAGE_H_

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/http_server.h"

namespace spillway::testing {

using server::AnswerHead;
using server::HttpExchange;
using server::HttpLimits;

// "METHOD path body"
inline void Echo(const std::shared_ptr<HttpExchange>& exchange) {
  const server::IncomingRequest& request = exchange->request();
  AnswerHead head;
  head.Add("content-type", "text/plain");
  exchange->Answer(std::move(head), request.method + " " + request.path + " " + request.body);
}

class HttpStage final : private server::HttpHandler {
 public:
  using OnExchange = std::function<void(const std::shared_ptr<HttpExchange>&)>;

  explicit HttpStage(OnExchange on_exchange = Echo, HttpLimits limits = {},
                     std::shared_ptr<transport::ServerTlsContext> tls = nullptr)
      : on_exchange_(std::move(on_exchange)) {
    auto started = server::HttpServer::Start(io_, {"127.0.0.1:0", limits, std::move(tls)}, *this);
    EXPECT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    port_ = server_->port();
  }

  // Bodies are not wanted: what is said instead. Before the first request.
  void DeclineBodies(std::string answer) { declined_ = std::move(answer); }

  // `work` on the stage's thread; its result.
  template <class Work>
  auto Run(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    boost::asio::post(io_, [&task] { task(); });
    EXPECT_EQ(result.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    return result.get();
  }

  ~HttpStage() {
    Run([this] { server_.reset(); });
    work_.reset();
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  boost::asio::io_context& io() { return io_; }
  // On the stage's thread.
  server::HttpServer& server() { return *server_; }

  // Whether `condition`, asked on the stage's thread, comes to hold.
  bool WaitUntil(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!Run(condition)) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  bool WaitForConnections(std::size_t count) {
    return WaitUntil([this, count] { return server_->connections() == count; });
  }

 private:
  void OnRequest(std::shared_ptr<HttpExchange> exchange) override { on_exchange_(exchange); }
  std::string Refusal(AnswerHead& head, std::string_view message) override {
    head.Add("content-type", "text/plain");
    return "refused: " + std::string(message);
  }
  std::optional<std::string> Decline(const server::IncomingRequest& head, const server::HttpPeer& peer,
                                     AnswerHead& answer) override {
    EXPECT_EQ(peer.Peer().substr(0, 10), "127.0.0.1:");
    if (!declined_) return std::nullopt;
    answer.status = 401;
    return *declined_ + " " + head.path;
  }

  const OnExchange on_exchange_;
  std::optional<std::string> declined_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<server::HttpServer> server_;
  std::uint16_t port_ = 0;
  std::thread thread_{[this] { io_.run(); }};
};

// A handler that keeps what comes, for the test to answer.
class Kept final : public HttpExchange::Listener {
 public:
  void operator()(const std::shared_ptr<HttpExchange>& exchange) {
    current = exchange;
    all.push_back(exchange);
    exchange->Listen(this);
  }
  void OnWritable() override { ++writable; }
  void OnGone() override {
    ++gone;
    current = nullptr;
  }

  std::shared_ptr<HttpExchange> current;
  std::vector<std::shared_ptr<HttpExchange>> all;
  int writable = 0;
  int gone = 0;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SERVER_HTTP_HTTP_STAGE_H_
