// A client under test and the loop it runs on, driven by hand.
//
// Nothing here waits for time to pass: it waits for something to happen, for 20 s at most.
#ifndef SPILLWAY_TESTS_TRANSPORT_CLIENT_HARNESS_H_
#define SPILLWAY_TESTS_TRANSPORT_CLIENT_HARNESS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "transport/http_client.h"

namespace spillway::testing {

class ClientHarness {
 public:
  explicit ClientHarness(transport::ClientOptions options) {
    auto made = transport::HttpClient::Create(io, std::move(options));
    EXPECT_TRUE(made.ok()) << made.status();
    client = std::move(*made);
  }

  // Plain http to a port of the loopback.
  static transport::ClientOptions Plain(std::uint16_t port, std::string host = "127.0.0.1") {
    transport::ClientOptions options;
    options.origin = {.tls = false, .host = std::move(host), .port = port};
    return options;
  }

  static HttpRequest Request(std::string body = "{}") {
    return {.path = "/v1/chat/completions",
            .headers = {{"Content-Type", "application/json"}},
            .body = std::move(body)};
  }

  static std::chrono::steady_clock::time_point In(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
  }

  // Until `done()`; false: it never came.
  template <class Condition>
  bool RunUntil(Condition done) {
    const auto limit = In(std::chrono::seconds(20));
    const auto guard = boost::asio::make_work_guard(io);
    // It stopped when it last ran out of work.
    io.restart();
    while (!done()) {
      io.run_one_until(std::min(limit, In(std::chrono::milliseconds(20))));
      if (std::chrono::steady_clock::now() >= limit) return false;
    }
    return true;
  }

  // Sends without running the loop; the result appears in `*result`.
  transport::ExchangeId Start(std::optional<transport::ExchangeResult>* result,
                              HttpRequest request = Request(),
                              std::chrono::milliseconds time = std::chrono::seconds(20)) {
    return client->Send(std::move(request), In(time),
                        [result](transport::ExchangeResult got) { result->emplace(std::move(got)); });
  }

  transport::ExchangeResult Exchange(HttpRequest request = Request(),
                                     std::chrono::milliseconds time = std::chrono::seconds(20)) {
    std::optional<transport::ExchangeResult> result;
    Start(&result, std::move(request), time);
    if (!RunUntil([&] { return result.has_value(); })) {
      client.reset();
      ADD_FAILURE() << "the handler was never called";
      return {transport::Error{transport::ErrorKind::kTimeout, "never called"}, {}};
    }
    return *std::move(result);
  }

  // An exchange that times out where `inside` says it should, however slow the machine is today: the time
  // is doubled until it does.
  template <class Predicate>
  transport::ExchangeResult TimeOutInside(Predicate inside) {
    auto time = std::chrono::milliseconds(50);
    auto result = Exchange(Request(), time);
    while (!inside(result) && time < std::chrono::seconds(5)) {
      time *= 2;
      result = Exchange(Request(), time);
    }
    EXPECT_GE(result.timing.end - result.timing.start, time);
    return result;
  }

  boost::asio::io_context io{1};
  std::unique_ptr<transport::HttpClient> client;
};

// "200 hello", or "reset_before_response: the connection …".
inline std::string Describe(const transport::ExchangeResult& result) {
  if (const auto* error = std::get_if<transport::Error>(&result.outcome)) {
    return std::string(transport::NameOf(error->kind)) + ": " + error->message;
  }
  const auto& response = std::get<HttpResponse>(result.outcome);
  return std::to_string(response.status) + " " + response.body;
}

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_TRANSPORT_CLIENT_HARNESS_H_
