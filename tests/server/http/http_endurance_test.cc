// Clients and handlers that do anything: every exchange ends, and every connection.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/http/http_stage.h"
#include "tests/server/http/raw_client.h"

namespace spillway::testing {
namespace {

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

// Answers each exchange in a way of its own, at once or in some later turn of the loop.
class Moody {
 public:
  void operator()(const std::shared_ptr<HttpExchange>& exchange) {
    ++begun;
    const auto call = std::make_shared<Call>(*this, exchange);
    exchange->Listen(call.get());
    Go(call);
  }

  int begun = 0;
  int ended = 0;
  boost::asio::io_context* io = nullptr;

 private:
  struct Call final : HttpExchange::Listener {
    Call(Moody& owner, std::shared_ptr<HttpExchange> exchange)
        : moody(owner), exchange(std::move(exchange)), way(static_cast<int>(owner.random_() % 8)) {}
    void OnWritable() override {}
    void OnGone() override {
      exchange = nullptr;
      ++moody.ended;
    }
    Moody& moody;
    std::shared_ptr<HttpExchange> exchange;
    int way;
    bool streaming = false;
  };

  void Go(const std::shared_ptr<Call>& call) {
    if (!call->exchange) return;
    if (random_() % 4 != 0) {
      if (call->streaming) call->exchange->Write(std::string(1 + random_() % 9000, 'b'));
      boost::asio::post(*io, [this, call] { Go(call); });
    } else if (call->way < 3) {
      End(call, [&](HttpExchange& it) { it.Answer({}, std::string(random_() % 100'000, 'a')); });
    } else if (!call->streaming) {
      call->streaming = true;
      call->exchange->Begin({});
      Go(call);
    } else {
      End(call, [&](HttpExchange& it) { call->way == 3 ? it.BreakOff() : it.End(); });
    }
  }

  template <class Last>
  void End(const std::shared_ptr<Call>& call, Last last) {
    const auto exchange = std::move(call->exchange);
    exchange->Listen(nullptr);
    last(*exchange);
    ++ended;
  }

  std::mt19937 random_{6};
};

// One client's life: requests whole and in parts, together and one by one, read or not, and some end of it.
void Live(std::uint16_t port, std::mt19937& random) {
  RawClient client(port, random() % 2 == 0 ? 4096 : 0);
  const std::string requests[] = {
      kGet,
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "nonsense\r\n",
  };
  for (unsigned left = 1 + random() % 12; left > 0; --left) {
    const std::string& request = requests[random() % 16 < 12 ? random() % 4 : random() % std::size(requests)];
    const std::size_t cut = random() % 4 == 0 ? random() % request.size() : request.size();
    if (!client.Send(std::string_view(request).substr(0, cut))) return;
    if (random() % 8 == 0) break;
    if (!client.Send(std::string_view(request).substr(cut))) return;
    if (random() % 3 == 0) client.ReadUntil("\r\n");
  }
  switch (random() % 3) {
    case 0:
      return client.Reset();
    case 1:
      client.EndSending();
      client.ReadAll();
      return;
    default:
      return;
  }
}

TEST(HttpEndurance, EveryExchangeEndsAndEveryConnection) {
  Moody moody;
  HttpStage stage(std::ref(moody));
  moody.io = &stage.io();
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&stage, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 150; ++i) Live(stage.port(), random);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(stage.WaitForConnections(0));
  EXPECT_TRUE(stage.WaitUntil([&] { return moody.begun == moody.ended; }));
  EXPECT_GT(moody.begun, 500);
  RawClient client(stage.port());
  client.Send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(true).status, 200);
}

}  // namespace
}  // namespace spillway::testing
