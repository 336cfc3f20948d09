#include "client/client.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

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

class ClientTest : public ::testing::Test {
 protected:
  Client Connected(std::string key = "") {
    return Client::Connect({.address = server_.address(), .key = std::move(key)}).value();
  }

  FakeServer server_;
};

TEST_F(ClientTest, AnAnswerComesWithItsMetadata) {
  server_.scripts.chat.response = Parse<v1::ChatResponse>(
      "choices {message {content: 'Paris.'}} route {policy: 'p' attempts {http_status: 200}}");
  server_.scripts.chat.initial_metadata = {{"x-spillway-model", "gpt-4o"},
                                           {"x-request-id", "r-1"},
                                           {"other", "x"},
                                           {"x-spillway-bytes-bin", "\xFF"}};
  server_.scripts.chat.trailers = {{"x-spillway-attempts", "1"}};

  const auto result =
      Connected().Chat(Parse<v1::ChatRequest>("model: 'm' messages {role: ROLE_USER content: 'hi'}"));

  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(result.response.choices(0).message().content(), "Paris.");
  EXPECT_EQ(
      result.metadata,
      (Metadata{{"x-request-id", "r-1"}, {"x-spillway-attempts", "1"}, {"x-spillway-model", "gpt-4o"}}));
  EXPECT_EQ(TraceOf(result).policy(), "p");
  EXPECT_EQ(server_.log().chat.at(0).request.messages(0).content(), "hi");
}

TEST_F(ClientTest, KeyRequestIdTraceAndDeadlineReachTheServer) {
  server_.scripts.chat.response.add_choices();
  const auto before = std::chrono::system_clock::now();
  ASSERT_TRUE(
      Connected("K-1")
          .Chat({}, {.timeout = std::chrono::seconds(40), .request_id = "r-9", .traceparent = "00-ab-cd-01"})
          .ok());
  const auto seen = server_.log().chat.at(0);
  EXPECT_EQ(seen.metadata.find("authorization")->second, "Bearer K-1");
  EXPECT_EQ(seen.metadata.find("x-request-id")->second, "r-9");
  EXPECT_EQ(seen.metadata.find("traceparent")->second, "00-ab-cd-01");
  EXPECT_GT(seen.deadline, before + std::chrono::seconds(30));
  EXPECT_LT(seen.deadline, before + std::chrono::seconds(60));
}

TEST_F(ClientTest, WithoutAKeyNoAuthorizationIsSent) {
  server_.scripts.chat.response.add_choices();
  ASSERT_TRUE(Connected().Chat({}).ok());
  EXPECT_EQ(server_.log().chat.at(0).metadata.count("authorization"), 0u);
}

TEST_F(ClientTest, AFailureComesWithDetailsAndTrailers) {
  const auto info = Parse<google::rpc::ErrorInfo>("reason: 'ALL_TARGETS_FAILED' domain: 'spillway'");
  const auto retry = Parse<google::rpc::RetryInfo>("retry_delay {seconds: 28}");
  const auto trace =
      Parse<v1::RouteTrace>("policy: 'p' attempts {failure: FAILURE_RATE_LIMITED http_status: 429}");
  server_.scripts.chat.status =
      StatusWithDetails(grpc::StatusCode::RESOURCE_EXHAUSTED, "all targets failed", {info, retry, trace});
  server_.scripts.chat.trailers = {{"x-spillway-policy", "p"}, {"x-request-id", "r-2"}};

  const auto result = Connected().Chat({});

  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(result.status.error_message(), "all targets failed");
  EXPECT_FALSE(result.unreachable);
  EXPECT_EQ(result.metadata, (Metadata{{"x-request-id", "r-2"}, {"x-spillway-policy", "p"}}));
  EXPECT_EQ(result.details.error_info->reason(), "ALL_TARGETS_FAILED");
  EXPECT_EQ(result.details.retry_delay, std::chrono::seconds(28));
  EXPECT_EQ(TraceOf(result).attempts(0).failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_FALSE(result.response.has_route());
}

TEST_F(ClientTest, ATraceOfManyLongMessagesStillArrives) {
  v1::RouteTrace trace;
  for (int i = 0; i < 40; ++i) trace.add_attempts()->set_message(std::string(1024, 'x'));
  server_.scripts.chat.status = StatusWithDetails(grpc::StatusCode::UNAVAILABLE, "all failed", {trace});
  const auto result = Connected().Chat({});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::UNAVAILABLE) << result.status.error_message();
  EXPECT_EQ(TraceOf(result).attempts_size(), 40);
}

TEST_F(ClientTest, AnAnswerAboveGrpcsOwnLimitArrives) {
  server_.scripts.chat.response.add_choices()->mutable_message()->set_content(std::string(5 << 20, 'x'));
  const auto result = Connected().Chat({});
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(result.response.choices(0).message().content().size(), std::size_t{5} << 20);
}

TEST_F(ClientTest, AnAnswerWithoutChoicesIsNoAnswer) {
  server_.scripts.chat.response = Parse<v1::ChatResponse>("id: 'x' route {policy: 'p'}");
  const auto result = Connected().Chat({});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(result.response.id(), "");
  EXPECT_EQ(TraceOf(result).policy(), "p");
}

TEST_F(ClientTest, AServersUnavailableIsNotAnUnreachableServer) {
  server_.scripts.chat.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "shutting down");
  const auto result = Connected().Chat({});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(result.unreachable);
}

TEST_F(ClientTest, ASilentServerEndsAtTheDeadline) {
  server_.scripts.chat.silent = true;
  const auto result = Connected().Chat({}, {.timeout = std::chrono::milliseconds(2000)});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_FALSE(result.unreachable);
}

TEST_F(ClientTest, TheClientsDefaultTimeoutBoundsACallWithoutItsOwn) {
  server_.scripts.chat.silent = true;
  auto client =
      Client::Connect({.address = server_.address(), .default_timeout = std::chrono::milliseconds(50)})
          .value();
  EXPECT_EQ(client.Chat({}).status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(ClientTest, RouteAsksForModelAndEnvironment) {
  server_.scripts.route.response = Parse<v1::RouteResponse>("policy: 'p' candidates {would_try: true}");
  const auto result =
      Connected("K").Route(Parse<v1::RouteRequest>("model: 'm' environment: ENVIRONMENT_SANDBOX"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.response.policy(), "p");
  EXPECT_EQ(server_.log().route.at(0).request.environment(), v1::ENVIRONMENT_SANDBOX);
  EXPECT_EQ(server_.log().route.at(0).metadata.find("authorization")->second, "Bearer K");
}

TEST_F(ClientTest, ManyThreadsShareOneClient) {
  server_.scripts.chat.response.add_choices();
  const Client client = Connected();
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) answered += client.Chat({}).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 80);
}

TEST_F(ClientTest, AHeaderThatCannotBeSentIsRefusedWithoutBeingQuoted) {
  const auto result = Connected().Chat({}, {.request_id = "se\ncret"});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.status.error_message(), HasSubstr("request_id:"));
  EXPECT_THAT(result.status.error_message(), ::testing::Not(HasSubstr("cret")));
  EXPECT_TRUE(server_.log().chat.empty());
}

TEST_F(ClientTest, ATimeoutOfZeroIsRefusedAndAHugeOneIsNot) {
  server_.scripts.chat.response.add_choices();
  EXPECT_EQ(Connected().Chat({}, {.timeout = std::chrono::milliseconds(0)}).status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Connected().Chat({}, {.timeout = std::chrono::milliseconds::max()}).ok());
}

constexpr char kThreeAttempts[] = R"({"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 3,
    "initialBackoff": "0.001s", "maxBackoff": "0.001s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]})";

TEST_F(ClientTest, AServiceConfigHoldsForTheChannel) {
  server_.scripts.chat.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "none is left");
  const auto client =
      Client::Connect({.address = server_.address(), .service_config = kThreeAttempts}).value();
  EXPECT_EQ(client.Chat({}).status.error_message(), "none is left");
  EXPECT_EQ(server_.log().chat.size(), 3U);
}

TEST_F(ClientTest, AServerThatSaysSoIsNotAskedAgain) {
  server_.scripts.chat.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "none is left");
  server_.scripts.chat.trailers = {{"grpc-retry-pushback-ms", "-1"}};
  const auto client =
      Client::Connect({.address = server_.address(), .service_config = kThreeAttempts}).value();
  EXPECT_EQ(client.Chat({}).status.error_message(), "none is left");
  EXPECT_EQ(server_.log().chat.size(), 1U);
}

TEST(ClientConnect, ARefusedConnectionIsUnreachable) {
  const auto client = Client::Connect({.address = testing::UnusedAddress()}).value();
  const auto result = client.Chat({});
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(result.unreachable);
  EXPECT_TRUE(result.metadata.empty());
}

struct OptionCase {
  ClientOptions options;
  const char* message;
};

TEST(ClientConnect, AnOptionThatCannotBeUsedIsNamed) {
  const OptionCase cases[] = {
      {{.address = ""}, "address: empty"},
      {{.address = "localhost"}, "address: 'localhost' has no port"},
      {{.address = "localhost:"}, "address: 'localhost:' has no port"},
      {{.address = "[::1]"}, "address: '[::1]' has no port"},
      {{.address = "http://localhost:1"}, "address: 'http://localhost:1' is a URL"},
      {{.address = "h:1", .key = "se\ncret"}, "key: holds a character"},
      {{.address = "h:1", .tls = TlsOptions{.ca_file = "/nonexistent"}},
       "tls.ca_file: cannot read /nonexistent"},
      {{.address = "h:1", .tls = TlsOptions{.ca_file = "/dev/null"}}, "tls.ca_file: no PEM in /dev/null"},
      {{.address = "h:1", .tls = TlsOptions{.cert_file = "c"}},
       "tls: cert_file and key_file need each other"},
  };
  for (const OptionCase& c : cases) {
    const auto client = Client::Connect(c.options);
    EXPECT_EQ(client.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(client.status().message()), HasSubstr(c.message));
    EXPECT_THAT(std::string(client.status().message()), ::testing::Not(HasSubstr("cret")));
  }
}

}  // namespace
}  // namespace spillway::client
