// Requests and answers over real sockets.
#include "server/http/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/server/http/http_stage.h"
#include "tests/server/http/raw_client.h"
#include "tests/server/http/tcp_segments.h"

namespace spillway::testing {
namespace {

constexpr char kGet[] = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr char kPost[] = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";

TEST(HttpServer, AnswersWhatItIsAsked) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send(kGet);
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /a ");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.fields.at("content-type"), "text/plain");
  EXPECT_EQ(answer.fields.count("date"), 1u);
  EXPECT_EQ(answer.fields.count("connection"), 0u);
}

TEST(HttpServer, ServesOneRequestAfterTheOtherOnAConnection) {
  HttpStage stage;
  RawClient client(stage.port());
  for (int i = 0; i < 3; ++i) {
    client.Send(kPost);
    EXPECT_EQ(client.ReadAnswer().body, "POST /p hello");
    client.Send(kGet);
    EXPECT_EQ(client.ReadAnswer().body, "GET /a ");
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  HttpStage stage;
  RawClient client(stage.port());
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.Send(requests);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.ReadAnswer().body, "GET /" + std::to_string(i) + " ");
}

TEST(HttpServer, BeginsARequestWhenTheOneBeforeItIsAnswered) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port());
  client.Send(std::string(kPost) + kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.all.size() == 1; }));
  EXPECT_EQ(stage.Run([&] { return kept.current->request().body; }), "hello");
  stage.Run([&] { kept.current->Answer({}, "one"); });
  EXPECT_EQ(client.ReadAnswer().body, "one");
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.all.size() == 2; }));
  stage.Run([&] { kept.current->Answer({}, "two"); });
  EXPECT_EQ(client.ReadAnswer().body, "two");
}

TEST(HttpServer, TellsThatTheClientHasLeft) {
  for (const bool reset : {false, true}) {
    SCOPED_TRACE(reset);
    Kept kept;
    HttpStage stage(std::ref(kept));
    RawClient client(stage.port());
    client.Send(kGet);
    ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
    if (reset) {
      client.Reset();
    } else {
      client.EndSending();
    }
    EXPECT_TRUE(stage.WaitUntil([&] { return kept.gone == 1; }));
    EXPECT_TRUE(stage.WaitForConnections(0));
  }
}

TEST(HttpServer, AWholeAnswerIsOneWrite) {
  HttpStage stage([](const auto& exchange) { exchange->Answer({}, std::string(10'000, 'a')); });
  RawClient client(stage.port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().body.size(), 10'000u);
  EXPECT_EQ(SegmentsOf(client), 1u);
}

TEST(HttpServer, AnAnswerOfAnySizeArrives) {
  for (const std::size_t size : {0u, 1u, 16'000u, 16'384u, 17'000u, 5'000'000u}) {
    std::string body(size, '.');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    HttpStage stage([&](const auto& exchange) { exchange->Answer({}, body); });
    RawClient client(stage.port());
    for (int i = 0; i < 2; ++i) {
      client.Send(kGet);
      const RawAnswer answer = client.ReadAnswer();
      EXPECT_TRUE(answer.whole);
      EXPECT_TRUE(answer.body == body) << size;
    }
  }
}

TEST(HttpServer, AnAnswerToHeadHasNoBody) {
  HttpStage stage([](const auto& exchange) {
    if (exchange->request().path == "/whole") return exchange->Answer({}, "hello");
    exchange->Begin({});
    exchange->Write("hello");
    exchange->End();
  });
  RawClient client(stage.port());
  client.Send("HEAD /whole HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(true).fields.at("content-length"), "5");
  client.Send("HEAD /streamed HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(true).status, 200);
  client.Send("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().body, "hello");
}

TEST(HttpServer, AnAnswerThatHasNoBodyHasNoLength) {
  HttpStage stage([](const auto& exchange) { exchange->Answer({204, ""}, ""); });
  RawClient client(stage.port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().fields.count("content-length"), 0u);
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().status, 204);
}

TEST(HttpServer, SpeaksTheOldVersion) {
  HttpStage stage([](const auto& exchange) {
    if (exchange->request().path == "/whole") return exchange->Answer({}, "hello");
    exchange->Begin({});
    exchange->Write("hel");
    exchange->Write("lo");
    exchange->End();
  });
  RawClient kept(stage.port());
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /whole HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const RawAnswer answer = kept.ReadAnswer();
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.fields.at("connection"), "keep-alive");
  }
  for (const char* path : {"/whole", "/streamed"}) {
    RawClient client(stage.port());
    client.Send(std::string("GET ") + path + " HTTP/1.0\r\n\r\n");
    const std::string all = client.ReadAll();
    EXPECT_EQ(all.substr(all.find("\r\n\r\n")), "\r\n\r\nhello");
    EXPECT_FALSE(client.was_reset());
  }
}

TEST(HttpServer, ClosesWhenTheClientWantsIt) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().fields.at("connection"), "close");
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpServer, TellsAClientThatWaitsForItToGoOn) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.ReadAnswer().body, "POST /p hello");
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(client.ReadAnswer().body, "POST /p hello");
}

TEST(HttpServer, ReadsChunkedBodies) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n");
  client.Send("2\r\nlo\r\n0\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().body, "POST /p hello");
}

TEST(HttpServer, AWholeAnswerReachesAClientThatHasEndedItsSide) {
  HttpStage stage([](const auto& exchange) { exchange->Answer({}, std::string(8'000'000, 'a')); });
  RawClient client(stage.port());
  client.Send(kGet);
  client.EndSending();
  EXPECT_EQ(client.ReadAnswer().body.size(), 8'000'000u);
  EXPECT_TRUE(client.WaitForEnd());
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST(HttpServer, SaysWhoAsksAndWhen) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  const auto before = std::chrono::steady_clock::now();
  RawClient client(stage.port());
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  sockaddr_in own{};
  socklen_t size = sizeof own;
  ASSERT_EQ(getsockname(client.fd(), reinterpret_cast<sockaddr*>(&own), &size), 0);
  EXPECT_EQ(stage.Run([&] { return kept.current->Peer(); }),
            "127.0.0.1:" + std::to_string(ntohs(own.sin_port)));
  EXPECT_GE(stage.Run([&] { return kept.current->received(); }), before);
  EXPECT_LE(stage.Run([&] { return kept.current->received(); }), std::chrono::steady_clock::now());
}

TEST(HttpServer, AnExchangeThatIsOverDoesNothing) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port());
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  stage.Run([&] {
    kept.current->Answer({}, "one");
    kept.current->Answer({}, "two");
    kept.current->Begin({});
    kept.current->Write("three");
    kept.current->End();
    kept.current->BreakOff();
  });
  EXPECT_EQ(client.ReadAnswer().body, "one");
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.all.size() == 2; }));
  stage.Run([&] { kept.current->Answer({}, "four"); });
  EXPECT_EQ(client.ReadAnswer().body, "four");
}

TEST(HttpServer, SaysWhyItCannotListen) {
  HttpStage stage;
  boost::asio::io_context io;
  class Nobody final : public server::HttpHandler {
    void OnRequest(std::shared_ptr<HttpExchange>) override {}
    std::string Refusal(AnswerHead&, std::string_view) override { return {}; }
  } nobody;
  const std::string taken = "127.0.0.1:" + std::to_string(stage.port());
  const auto started = server::HttpServer::Start(io, {taken, {}, nullptr}, nobody);
  EXPECT_EQ(started.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(started.status().message(), "cannot listen on " + taken + ": Address already in use");
}

}  // namespace
}  // namespace spillway::testing
