// An HTTP exchange without a connection: a test plays the client, and sees what it is answered.
//
// Whatever the contract forbids (http_exchange.h) fails the test.
#ifndef SPILLWAY_TESTS_SERVER_OPENAI_FAKE_EXCHANGE_H_
#define SPILLWAY_TESTS_SERVER_OPENAI_FAKE_EXCHANGE_H_

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/http_exchange.h"

namespace spillway::server {

class FakeExchange final : public HttpExchange {
 public:
  enum class State { kAsked, kBegun, kAnswered, kEnded, kBrokenOff, kGone };

  explicit FakeExchange(IncomingRequest request) : request_(std::move(request)) {}

  // What the client has got so far.
  State state = State::kAsked;
  int status = 0;
  // "name: value\r\n" each.
  std::string head;
  std::string body;
  // How often something was written to a stream.
  int writes = 0;
  // What Write says.
  bool takes_more = true;
  // Of the client's certificate.
  std::vector<std::string> peer_names;

  bool over() const { return state != State::kAsked && state != State::kBegun; }
  // The value of a header of the answer; empty if it has none. Twice the same fails.
  std::string Header(const std::string& name) const {
    const std::string mark = name + ": ";
    const std::size_t at = head.find(mark);
    if (at == std::string::npos) return "";
    EXPECT_TRUE(at == 0 || head[at - 1] == '\n') << head;
    EXPECT_EQ(head.find("\n" + mark, at + 1), std::string::npos) << head;
    return head.substr(at + mark.size(), head.find("\r\n", at) - at - mark.size());
  }
  boost::json::value Json() const { return boost::json::parse(body); }
  // A member of the error that the answer is.
  std::string Error(const char* member) const {
    const boost::json::value value = Json().at("error").at(member);
    return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
  }

  // The client has read what it was written.
  void Read() {
    takes_more = true;
    if (listener_ != nullptr) listener_->OnWritable();
  }
  // The client leaves.
  void Leave() {
    ASSERT_FALSE(over());
    state = State::kGone;
    if (Listener* const listener = std::exchange(listener_, nullptr)) listener->OnGone();
  }

  IncomingRequest& request() override { return request_; }
  router::Instant received() const override { return received_; }
  std::string Peer() const override {
    EXPECT_FALSE(over());
    return "192.0.2.7:4711";
  }
  const std::vector<std::string>& PeerNames() const override { return peer_names; }
  void Listen(Listener* listener) override { listener_ = listener; }

  void Answer(AnswerHead answer, std::string text) override {
    Become(State::kAsked, State::kAnswered);
    Take(std::move(answer));
    body = std::move(text);
    listener_ = nullptr;
  }
  void Begin(AnswerHead answer) override {
    Become(State::kAsked, State::kBegun);
    Take(std::move(answer));
  }
  bool Write(std::string_view bytes) override {
    Become(State::kBegun, State::kBegun);
    EXPECT_FALSE(bytes.empty());
    body += bytes;
    ++writes;
    return takes_more;
  }
  void End() override {
    Become(State::kBegun, State::kEnded);
    listener_ = nullptr;
  }
  void BreakOff() override {
    Become(State::kBegun, State::kBrokenOff);
    listener_ = nullptr;
  }

 private:
  void Become(State from, State to) {
    EXPECT_EQ(static_cast<int>(state), static_cast<int>(from)) << "out of order";
    state = to;
  }
  void Take(AnswerHead answer) {
    status = answer.status;
    head = std::move(answer.fields);
  }

  IncomingRequest request_;
  const router::Instant received_ = std::chrono::steady_clock::now();
  Listener* listener_ = nullptr;
};

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_OPENAI_FAKE_EXCHANGE_H_
