// A stream's handler that notes what it is told, and servers to stream from, with and without TLS.
#ifndef SPILLWAY_TESTS_TRANSPORT_STREAM_HARNESS_H_
#define SPILLWAY_TESTS_TRANSPORT_STREAM_HARNESS_H_

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"
#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"
#include "transport/http_client.h"

namespace spillway::testing {

using Instant = std::chrono::steady_clock::time_point;

class Recorder final : public transport::StreamHandler {
 public:
  void OnHead(HttpResponse got) override {
    EXPECT_FALSE(head.has_value()) << "the head comes once";
    EXPECT_FALSE(ended);
    EXPECT_EQ(got.body, "");
    head = std::move(got);
    if (on_head) on_head();
  }
  void OnBody(std::string_view bytes) override {
    EXPECT_TRUE(head.has_value()) << "the head comes first";
    EXPECT_FALSE(ended);
    EXPECT_FALSE(bytes.empty());
    body += bytes;
    ++parts;
    if (on_body) on_body();
  }
  std::optional<Instant> OnDeadline(Instant now) override {
    EXPECT_FALSE(ended);
    ++deadlines;
    return on_deadline ? on_deadline(now) : std::nullopt;
  }
  void OnEnd(std::optional<transport::Error> got, const transport::ExchangeTiming& took) override {
    EXPECT_FALSE(ended) << "the end comes once";
    ended = true;
    error = std::move(got);
    timing = took;
    if (on_end) on_end();
  }

  // "200 hello", or "reset_during_response: …" with the body before it: "200 hel reset_during_response: …".
  std::string Outcome() const {
    std::string out = head ? std::to_string(head->status) + " " + body : "";
    if (!ended) return out + "…";
    if (!error) return out;
    if (!out.empty()) out += " ";
    return out + std::string(transport::NameOf(error->kind)) + ": " + error->message;
  }

  transport::ExchangeId id = 0;
  std::function<void()> on_head;
  std::function<void()> on_body;
  std::function<std::optional<Instant>(Instant)> on_deadline;
  std::function<void()> on_end;
  std::optional<HttpResponse> head;
  std::string body;
  int parts = 0;
  int deadlines = 0;
  bool ended = false;
  std::optional<transport::Error> error;
  transport::ExchangeTiming timing;
};

// Sends without running the loop.
inline void StartStream(ClientHarness& harness, const std::shared_ptr<Recorder>& stream,
                        HttpRequest request = ClientHarness::Request(),
                        std::chrono::milliseconds time = std::chrono::seconds(20)) {
  stream->id = harness.client->SendStream(std::move(request), ClientHarness::In(time), stream);
  EXPECT_NE(stream->id, 0u);
}

inline std::shared_ptr<Recorder> StartStream(ClientHarness& harness,
                                             HttpRequest request = ClientHarness::Request(),
                                             std::chrono::milliseconds time = std::chrono::seconds(20)) {
  auto stream = std::make_shared<Recorder>();
  StartStream(harness, stream, std::move(request), time);
  return stream;
}

// To its end.
inline std::shared_ptr<Recorder> RunStream(ClientHarness& harness,
                                           std::chrono::milliseconds time = std::chrono::seconds(20)) {
  auto stream = StartStream(harness, ClientHarness::Request(), time);
  EXPECT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  return stream;
}

// The parameter: over TLS or not.
class StreamTest : public ::testing::TestWithParam<bool> {
 protected:
  ServerOptions Server() const {
    ServerOptions options;
    if (GetParam()) options.certificate = authority_.Issue({.names = {"127.0.0.1"}});
    return options;
  }

  transport::ClientOptions Client(const ScriptedServer& server) const {
    auto options = ClientHarness::Plain(server.port());
    options.origin.tls = GetParam();
    if (GetParam()) options.ca_file = ca_file_;
    return options;
  }

 private:
  const TempDir files_;
  const TestAuthority authority_;
  const std::string ca_file_ = files_.Write("ca.pem", authority_.ca_pem());
};

inline std::string TlsOrPlain(const ::testing::TestParamInfo<bool>& info) {
  return info.param ? "Tls" : "Plain";
}

// One chunk of a chunked body.
inline std::string Chunk(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string size;
  for (std::size_t rest = bytes.size(); rest > 0; rest /= 16) size.insert(size.begin(), kDigits[rest % 16]);
  return size + "\r\n" + std::string(bytes) + "\r\n";
}

inline constexpr std::string_view kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_TRANSPORT_STREAM_HARNESS_H_
