#include "client/chat_stream.h"

#include <chrono>
#include <string>
#include <utility>

#include "client/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::FakeServer;
using ::testing::HasSubstr;
using testing::Parse;
using testing::StatusWithDetails;

class ChatStreamTest : public ::testing::Test {
 protected:
  ChatStreamTest() {
    script().events = {Parse<v1::ChatEvent>("delta {content: 'Pa'}"),
                       Parse<v1::ChatEvent>("delta {content: 'ris.'}"),
                       Parse<v1::ChatEvent>("finish {finish_reason: 'stop' route {policy: 'p'}}")};
  }

  testing::StreamScript& script() { return server_.scripts.stream_chat; }

  Client Connected(std::string key = "") {
    return Client::Connect({.address = server_.address(), .key = std::move(key)}).value();
  }

  // The text of all deltas.
  static std::string ReadAll(ChatStream& stream) {
    std::string text;
    v1::ChatEvent event;
    while (stream.Next(event)) text += event.delta().content();
    return text;
  }

  FakeServer server_;
};

TEST_F(ChatStreamTest, EventsComeInOrderThenTheOutcome) {
  script().initial_metadata = {{"x-spillway-model", "gpt-4o"}, {"x-spillway-attempts", "1"}};
  script().trailers = {{"x-spillway-attempts", "2"}};
  const Client client = Connected("K-1");
  auto request =
      Parse<v1::ChatRequest>("model: 'm' messages {role: ROLE_USER content: 'hi'} allow_reset: true");
  ChatStream stream = client.StreamChat(request, {.request_id = "r-9"});
  v1::ChatEvent event;
  ASSERT_TRUE(stream.Next(event));
  EXPECT_EQ(event.delta().content(), "Pa");
  ASSERT_TRUE(stream.Next(event));
  EXPECT_EQ(event.delta().content(), "ris.");
  ASSERT_TRUE(stream.Next(event));
  EXPECT_EQ(event.finish().route().policy(), "p");
  EXPECT_FALSE(stream.Next(event));
  EXPECT_FALSE(stream.Next(event));
  const Outcome outcome = stream.Finish();
  ASSERT_TRUE(outcome.ok()) << outcome.status.error_message();
  EXPECT_EQ(outcome.metadata, (Metadata{{"x-spillway-attempts", "2"}, {"x-spillway-model", "gpt-4o"}}))
      << "the trailers win";
  EXPECT_TRUE(stream.Finish().ok()) << "it may be asked again";
  const auto seen = server_.log().stream_chat.at(0);
  EXPECT_EQ(seen.metadata.find("authorization")->second, "Bearer K-1");
  EXPECT_EQ(seen.metadata.find("x-request-id")->second, "r-9");
  EXPECT_TRUE(seen.request.allow_reset());
}

TEST_F(ChatStreamTest, ABreakComesWithWhatCameBeforeAndTheDetails) {
  script().events.resize(1);
  const auto info = Parse<google::rpc::ErrorInfo>("reason: 'STREAM_BROKEN' domain: 'spillway'");
  const auto trace = Parse<v1::RouteTrace>("policy: 'p' attempts {failure: FAILURE_TRUNCATED}");
  script().status = StatusWithDetails(grpc::StatusCode::UNAVAILABLE, "it broke", {info, trace});
  const Client client = Connected();
  ChatStream stream = client.StreamChat({});
  EXPECT_EQ(ReadAll(stream), "Pa");
  const Outcome outcome = stream.Finish();
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(outcome.details.error_info->reason(), "STREAM_BROKEN");
  EXPECT_EQ(outcome.details.route->attempts(0).failure(), v1::FAILURE_TRUNCATED);
  EXPECT_FALSE(outcome.unreachable);
}

TEST_F(ChatStreamTest, AnOkWithoutAFinishIsNoAnswer) {
  script().events.resize(2);
  const Client client = Connected();
  ChatStream stream = client.StreamChat({});
  EXPECT_EQ(ReadAll(stream), "Paris.");
  EXPECT_EQ(stream.Finish().status.error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(ChatStreamTest, OneThatIsNotReadToItsEndIsCancelled) {
  script().silent = true;
  const Client client = Connected();
  {
    ChatStream stream = client.StreamChat({});
    v1::ChatEvent event;
    ASSERT_TRUE(stream.Next(event));
  }
  EXPECT_TRUE(server_.WaitUntilCallerLeft());
}

TEST_F(ChatStreamTest, ACancelEndsIt) {
  script().silent = true;
  const Client client = Connected();
  ChatStream stream = client.StreamChat({});
  v1::ChatEvent event;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(stream.Next(event));
  stream.Cancel();
  EXPECT_FALSE(stream.Next(event));
  EXPECT_EQ(stream.Finish().status.error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ChatStreamTest, TheDeadlineEndsItAmidTheAnswer) {
  script().silent = true;
  const Client client = Connected();
  ChatStream stream = client.StreamChat({}, {.timeout = std::chrono::milliseconds(2000)});
  EXPECT_EQ(ReadAll(stream), "Paris.");
  EXPECT_EQ(stream.Finish().status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(ChatStreamTest, AnOptionThatCannotBeSentIsNamed) {
  const Client client = Connected();
  ChatStream stream = client.StreamChat({}, {.request_id = "r\n1"});
  v1::ChatEvent event;
  EXPECT_FALSE(stream.Next(event));
  const Outcome outcome = stream.Finish();
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(outcome.status.error_message(), HasSubstr("request_id"));
  EXPECT_TRUE(server_.log().stream_chat.empty());
}

TEST_F(ChatStreamTest, AnUnreachableServerIsSaidToBe) {
  const Client client = Client::Connect({.address = testing::UnusedAddress()}).value();
  ChatStream stream = client.StreamChat({});
  v1::ChatEvent event;
  EXPECT_FALSE(stream.Next(event));
  EXPECT_TRUE(stream.Finish().unreachable);
}

TEST_F(ChatStreamTest, AMovedStreamGoesOn) {
  const Client client = Connected();
  ChatStream first = client.StreamChat({});
  v1::ChatEvent event;
  ASSERT_TRUE(first.Next(event));
  ChatStream second = std::move(first);
  EXPECT_EQ(ReadAll(second), "ris.");
  EXPECT_TRUE(second.Finish().ok());
}

}  // namespace
}  // namespace spillway::client
