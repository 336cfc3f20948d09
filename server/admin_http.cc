#include "server/admin_http.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/host_port.h"

namespace spillway::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

// A prober or scraper that takes longer than this between two bytes is none.
constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

class AdminHttpImpl final : public AdminHttp {
 public:
  AdminHttpImpl(asio::io_context& calls, Sources sources)
      : calls_(calls), sources_(std::move(sources)), acceptor_(*io_) {}

  ~AdminHttpImpl() override {
    io_->stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const std::string& address) {
    const auto host_port = SplitHostPort(address);
    boost::system::error_code error;
    const auto found = tcp::resolver(*io_).resolve(host_port.first, std::to_string(host_port.second), error);
    const tcp::endpoint endpoint = error ? tcp::endpoint() : found.begin()->endpoint();
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", address, " (server.admin.address): ", error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(*io_, Accept(), asio::detached);
    thread_ = std::thread([this] { io_->run(); });
    return absl::OkStatus();
  }

  std::uint16_t port() const override { return port_; }

 private:
  asio::awaitable<void> Accept() {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(use_awaitable, error));
      if (error == asio::error::operation_aborted) co_return;
      if (!error) {
        asio::co_spawn(*io_, Serve(beast::tcp_stream(std::move(socket))), asio::detached);
        continue;
      }
      // Out of descriptors, most likely: come back when some may be free.
      asio::steady_timer pause(*io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(use_awaitable);
    }
  }

  asio::awaitable<void> Serve(beast::tcp_stream stream) {
    try {
      beast::flat_buffer buffer;
      bool keep_alive = true;
      while (keep_alive) {
        http::request_parser<http::empty_body> parser;
        parser.header_limit(kMaxHeaderBytes);
        stream.expires_after(kPatience);
        co_await http::async_read_header(stream, buffer, parser, use_awaitable);
        Response response = co_await Answer(parser.get());
        // Nobody reads a body here: what follows would be taken for the next request.
        if (!parser.is_done()) response.keep_alive(false);
        keep_alive = response.keep_alive();
        stream.expires_after(kPatience);
        co_await http::async_write(stream, response, use_awaitable);
      }
    } catch (const boost::system::system_error&) {
      // The peer went away or sent no HTTP: nothing to tell it.
    }
  }

  asio::awaitable<Response> Answer(const Request& request) {
    Response response(http::status::ok, request.version());
    response.keep_alive(request.keep_alive());
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    const std::string_view path(request.target().data(),
                                request.target().find_first_of('?') == beast::string_view::npos
                                    ? request.target().size()
                                    : request.target().find_first_of('?'));
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      response.result(http::status::method_not_allowed);
      response.set(http::field::allow, "GET, HEAD");
    } else if (path == "/metrics") {
      co_await OnCallsThread(sources_.refresh);
      response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response.body() = sources_.metrics();
    } else if (path == "/livez") {
      co_await OnCallsThread([] {});
      const std::string complaint = sources_.unwell();
      response.result(complaint.empty() ? http::status::ok : http::status::service_unavailable);
      response.body() = complaint.empty() ? "ok\n" : absl::StrCat(complaint, "\n");
    } else if (path == "/readyz") {
      co_await OnCallsThread([] {});
      const bool ready = sources_.ready();
      response.result(ready ? http::status::ok : http::status::service_unavailable);
      response.body() = ready ? "ok\n" : "not ready\n";
    } else {
      response.result(http::status::not_found);
      response.body() = "here are /metrics, /livez and /readyz\n";
    }
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    co_return response;
  }

  asio::awaitable<void> OnCallsThread(std::function<void()> work) {
    asio::steady_timer done(*io_, asio::steady_timer::time_point::max());
    // Holds io_, and with it this coroutine: the listener may be destroyed before the work is done.
    asio::post(calls_, [io = io_, work = std::move(work), &done] {
      work();
      asio::post(*io, [&done] { done.cancel(); });
    });
    boost::system::error_code cancelled;
    co_await done.async_wait(asio::redirect_error(use_awaitable, cancelled));
  }

  asio::io_context& calls_;
  const Sources sources_;
  const std::shared_ptr<asio::io_context> io_ = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminHttp>> AdminHttp::Start(const std::string& address, asio::io_context& io,
                                                            Sources sources) {
  auto admin = std::make_unique<AdminHttpImpl>(io, std::move(sources));
  if (absl::Status status = admin->Listen(address); !status.ok()) return status;
  return admin;
}

}  // namespace spillway::server
