// A client without a network: a test plays the provider of every exchange, and the clock of its deadline.
#ifndef SPILLWAY_TESTS_SERVER_FAKE_HTTP_CLIENT_H_
#define SPILLWAY_TESTS_SERVER_FAKE_HTTP_CLIENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/http_client.h"

namespace spillway::server {

class FakeHttpClient final : public transport::HttpClient {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Exchange {
    HttpRequest request;
    Instant deadline;
    std::shared_ptr<transport::StreamHandler> stream;
    transport::ExchangeHandler whole;
    bool paused = false;
    bool cancelled = false;
    bool released = false;
  };

  // In the order they were sent.
  std::vector<Exchange> exchanges;

  bool open() const { return !exchanges.empty() && exchanges.back().stream != nullptr; }
  Exchange& last() { return exchanges.at(exchanges.size() - 1); }

  // Of the latest exchange.
  void Head(int status = 200) {
    HttpResponse head;
    head.status = status;
    Stream()->OnHead(std::move(head));
  }
  // What an exchange says that is over for its handler is not heard, as from the real client.
  void Body(std::string_view bytes) {
    if (open()) last().stream->OnBody(bytes);
  }
  void End(std::optional<transport::Error> error = {}) {
    const auto stream = std::exchange(last().stream, nullptr);
    if (stream == nullptr) throw std::logic_error("the exchange is over");
    transport::ExchangeTiming timing;
    timing.end = std::chrono::steady_clock::now();
    stream->OnEnd(std::move(error), timing);
  }
  void Break() { End(transport::Error{transport::ErrorKind::kResetDuringResponse, "reset"}); }
  // It is `now`, as far as the deadline is concerned. False: that has not passed, or was put off.
  bool Expire(Instant now) {
    if (now < last().deadline) return false;
    if (const std::optional<Instant> later = Stream()->OnDeadline(now)) {
      if (*later <= now) throw std::logic_error("put off to what is past");
      last().deadline = *later;
      return false;
    }
    if (open()) End(transport::Error{transport::ErrorKind::kTimeout, "timed out"});
    return true;
  }

  transport::ExchangeId Send(HttpRequest request, Instant deadline,
                             transport::ExchangeHandler handler) override {
    exchanges.push_back({std::move(request), deadline, nullptr, std::move(handler)});
    return exchanges.size();
  }
  transport::ExchangeId SendStream(HttpRequest request, Instant deadline,
                                   std::shared_ptr<transport::StreamHandler> handler) override {
    exchanges.push_back({std::move(request), deadline, std::move(handler), nullptr});
    return exchanges.size();
  }
  void Cancel(transport::ExchangeId id) override {
    Exchange& exchange = Of(id);
    exchange.cancelled = true;
    // May destroy the handler while it runs, as the real client may.
    exchange.stream = nullptr;
  }
  void SetDeadline(transport::ExchangeId id, Instant deadline) override { Of(id).deadline = deadline; }
  void Pause(transport::ExchangeId id) override { Of(id).paused = true; }
  void Resume(transport::ExchangeId id) override { Of(id).paused = false; }
  void Release(transport::ExchangeId id) override {
    Of(id).released = true;
    Of(id).stream = nullptr;
  }
  transport::ConnectionCounts connections() const override { return {}; }

 private:
  Exchange& Of(transport::ExchangeId id) { return exchanges.at(id - 1); }
  std::shared_ptr<transport::StreamHandler> Stream() {
    if (!open()) throw std::logic_error("no exchange is open");
    return last().stream;
  }
};

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_FAKE_HTTP_CLIENT_H_
