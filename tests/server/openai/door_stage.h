// The door without a network: requests as a test makes them, and providers that the test plays.
//
// A policy of three targets for "gpt-4o", as StreamStage has it. They speak words (word_codec.h), or after
// SpeakOpenAi OpenAI's own API.
#ifndef SPILLWAY_TESTS_SERVER_OPENAI_DOOR_STAGE_H_
#define SPILLWAY_TESTS_SERVER_OPENAI_DOOR_STAGE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/openai/door_handler.h"
#include "tests/server/openai/fake_exchange.h"
#include "tests/server/stream_stage.h"
#include "tests/support/log_capture.h"

namespace spillway::server {

class DoorStage : public StreamStage {
 protected:
  using State = FakeExchange::State;
  using Asked = std::shared_ptr<FakeExchange>;

  using StreamStage::StreamStage;

  // A call that has not ended holds itself.
  ~DoorStage() override {
    for (const Asked& asked : asked_) {
      if (!asked->over()) asked->Leave();
    }
  }

  void SpeakOpenAi() {
    for (router::LeafId leaf = 0; leaf < 3; ++leaf) {
      runner_.runtime()->leaf(leaf).codec = providers::MakeCodec(v1::API_OPENAI, {"/v1", "m", "", ""});
    }
  }

  Asked Ask(const std::string& method, const std::string& path, std::string body = "",
            HttpHeaders headers = {}) {
    IncomingRequest request;
    request.method = method;
    request.path = path;
    request.headers = std::move(headers);
    request.body = std::move(body);
    asked_.push_back(std::make_shared<FakeExchange>(std::move(request)));
    handler_.OnRequest(asked_.back());
    return asked_.back();
  }
  Asked Post(const std::string& body, HttpHeaders headers = {}) {
    return Ask("POST", "/v1/chat/completions", body, std::move(headers));
  }
  // "Hello", with further members as in `,"n":2`.
  Asked PostHello(const std::string& members = "", HttpHeaders headers = {}) {
    return Post(R"({"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}])" + members + "}",
                std::move(headers));
  }
  Asked PostStream(const std::string& members = "", HttpHeaders headers = {}) {
    return PostHello(R"(,"stream":true)" + members, std::move(headers));
  }

  // The latest exchange, of a whole answer, is answered so.
  void AnswerWhole(int status, const std::string& body, HttpHeaders headers = {}) {
    transport::ExchangeResult result;
    result.outcome = HttpResponse{status, std::move(headers), body};
    result.timing.end = Now();
    auto handler = std::move(client_.last().whole);
    handler(std::move(result));
  }

  // What has been logged, now that the loop's turn is over.
  const testing::LogCapture& Logged() {
    io_.restart();
    io_.poll();
    return logs_;
  }

  // Of the door's own metric.
  double Counted(const std::string& path, int code) {
    return Sample("spillway_door_requests_total{code=\"" + std::to_string(code) + "\",path=\"" + path +
                  "\"}");
  }

  testing::LogCapture logs_;
  DoorHandler handler_{runner_, metrics_};

 private:
  std::vector<Asked> asked_;
};

// The data of each event of a stream.
inline std::vector<std::string> EventsIn(const std::string& body) {
  std::vector<std::string> events;
  std::size_t from = 0;
  for (std::size_t end; (end = body.find("\n\n", from)) != std::string::npos; from = end + 2) {
    const std::string event = body.substr(from, end - from);
    EXPECT_EQ(event.compare(0, 6, "data: "), 0) << event;
    EXPECT_EQ(event.find('\n'), std::string::npos) << event;
    events.push_back(event.substr(6));
  }
  EXPECT_EQ(from, body.size()) << "an event that does not end";
  return events;
}

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_OPENAI_DOOR_STAGE_H_
