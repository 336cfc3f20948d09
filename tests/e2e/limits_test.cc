// How much callers may have of the server at once, and how much a request may hold: on both fronts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <optional>
#include <string>

#include "tests/e2e/limits_scene.h"
#include "tests/e2e/raw_call.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr char kRefusedByServer[] = "spillway_calls_refused_total{bound=\"server\"}";
constexpr char kRefusedByCaller[] = "spillway_calls_refused_total{bound=\"caller\"}";

// On both fronts.
void ExpectRefused(LimitsScene& scene, const std::string& key, const std::string& reason,
                   const std::string& code) {
  const auto result = scene.Chat(key);
  EXPECT_EQ(result.status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << result.status.error_message();
  EXPECT_EQ(ReasonOf(result.details), reason);
  EXPECT_EQ(result.details.retry_delay, std::chrono::seconds(1));
  const DoorCall call = scene.Door(HelloBody(), key);
  EXPECT_EQ(call.answer.status, 429);
  EXPECT_EQ(call.header("retry-after"), "1");
  EXPECT_EQ(call.header("retry-after-ms"), "1000");
  EXPECT_THAT(call.answer.body, HasSubstr(code));
}

void ExpectServed(LimitsScene& scene, const std::string& key = kCheckoutKey) {
  const auto result = scene.Chat(key);
  EXPECT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(scene.Door(HelloBody(), key).answer.status, 200);
}

TEST(CallLimitsTest, AtTheServersBoundNobodyElseIsLetIn) {
  LimitsScene scene({.limits = "max_calls_in_flight: 2"});
  ExpectServed(scene);
  scene.sim().SetScript("live", "silence");
  {
    const HeldCall unary(scene);
    const HeldCall stream(scene, kBatchKey, true);
    ASSERT_TRUE(scene.WaitForCalls(2));
    ExpectRefused(scene, kCheckoutKey, "TOO_MANY_CALLS", "rate_limit");
    ExpectRefused(scene, kBatchKey, "TOO_MANY_CALLS", "rate_limit");
    EXPECT_EQ(scene.Metric(kRefusedByServer), 4);
    EXPECT_EQ(scene.Metric(kRefusedByCaller), 0);
    EXPECT_EQ(scene.Chat("nobodys-key").status.error_code(), StatusCode::UNAUTHENTICATED);
  }
  ASSERT_TRUE(scene.WaitForCalls(0));
  scene.sim().SetScript("live", "ok");
  ExpectServed(scene);
  EXPECT_EQ(scene.logs.WaitForEvents("call", 11).size(), 11u) << "each refusal is logged";
}

TEST(CallLimitsTest, ACallerAtItsBoundIsNotInTheOthersWay) {
  LimitsScene scene({.limits = "max_calls_in_flight_per_caller: 2", .checkout = ", max_calls_in_flight: 1"});
  scene.sim().SetScript("live", "silence");
  const HeldCall checkout(scene);
  ASSERT_TRUE(scene.WaitForCalls(1));
  ExpectRefused(scene, kCheckoutKey, "TOO_MANY_CALLS_OF_CALLER", "rate_limit");
  const HeldCall batch(scene, kBatchKey);
  const HeldCall stream(scene, kBatchKey, true);
  ASSERT_TRUE(scene.WaitForCalls(3));
  ExpectRefused(scene, kBatchKey, "TOO_MANY_CALLS_OF_CALLER", "rate_limit");
  EXPECT_EQ(scene.Metric(kRefusedByCaller), 4);
  EXPECT_EQ(scene.Metric(kRefusedByServer), 0);
}

TEST(CallLimitsTest, AReloadChangesTheBounds) {
  LimitsScene scene({.limits = "max_calls_in_flight: 1"});
  scene.sim().SetScript("live", "silence");
  const HeldCall first(scene);
  ASSERT_TRUE(scene.WaitForCalls(1));
  ExpectRefused(scene, kBatchKey, "TOO_MANY_CALLS", "rate_limit");
  scene.Reload({.limits = "max_calls_in_flight: 10", .checkout = ", max_calls_in_flight: 1"});
  ExpectRefused(scene, kCheckoutKey, "TOO_MANY_CALLS_OF_CALLER", "rate_limit");
  const HeldCall second(scene, kBatchKey);
  ASSERT_TRUE(scene.WaitForCalls(2)) << "one of before the reload, one of after it";
  scene.Reload({.limits = "max_calls_in_flight: 2", .checkout = ", max_calls_in_flight: 2"});
  ExpectRefused(scene, kCheckoutKey, "TOO_MANY_CALLS", "rate_limit");
  scene.Reload({.limits = "max_calls_in_flight: 3", .checkout = ", max_calls_in_flight: 2"});
  scene.sim().SetScript("live", "ok");
  ExpectServed(scene);
}

// With a bound of one, whatever is not freed refuses the next.
TEST(CallLimitsTest, HoweverACallEndsItsPlaceIsFree) {
  LimitsScene scene({.limits = "max_calls_in_flight: 1"});
  for (const bool stream : {false, true}) {
    SCOPED_TRACE(stream);
    scene.sim().SetScript("live", "silence");
    for (int i = 0; i < 3; ++i) {
      {
        const HeldCall cancelled(scene, kCheckoutKey, stream);
        ASSERT_TRUE(scene.WaitForCalls(1));
      }
      ASSERT_TRUE(scene.WaitForCalls(0));
    }
    for (int i = 0; i < 3; ++i) {
      HeldCall late(scene, kCheckoutKey, stream, std::chrono::milliseconds(50));
      EXPECT_EQ(late.Wait().error_code(), StatusCode::DEADLINE_EXCEEDED);
      ASSERT_TRUE(scene.WaitForCalls(0));
    }
    scene.sim().SetScript("live", "overloaded");
    for (int i = 0; i < 3; ++i) {
      HeldCall failed(scene, kCheckoutKey, stream);
      EXPECT_EQ(failed.Wait().error_code(), StatusCode::UNAVAILABLE);
    }
    scene.sim().SetScript("live", "ok");
    for (int i = 0; i < 20; ++i) {
      HeldCall served(scene, kCheckoutKey, stream);
      EXPECT_TRUE(served.Wait().ok());
    }
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(scene.Chat(TestCall("")).status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(scene.Chat(TestCall("unknown")).status.error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(scene.Door("{").answer.status, 400);
    EXPECT_EQ(scene.Door(HelloBody()).answer.status, 200);
  }
  EXPECT_EQ(scene.Metric(kRefusedByServer), 0);
}

TEST(CallLimitsTest, AClientThatLeavesTheDoorFreesItsPlace) {
  LimitsScene scene({.limits = "max_calls_in_flight: 1"});
  scene.sim().SetScript("live", "silence");
  for (int i = 0; i < 3; ++i) {
    {
      testing::RawClient client(scene.door());
      client.Send(
          ChatRequestBytes(HelloBody(), absl::StrCat("authorization: Bearer ", kCheckoutKey, "\r\n")));
      ASSERT_TRUE(scene.WaitForCalls(1));
    }
    ASSERT_TRUE(scene.WaitForCalls(0));
  }
  scene.sim().SetScript("live", "ok");
  ExpectServed(scene);
}

class RequestLimitsTest : public ::testing::Test {
 protected:
  ~RequestLimitsTest() override {
    EXPECT_TRUE(scene_.sim().Log().empty()) << "a provider was asked";
    ExpectServed(scene_);
  }

  static void ExpectMistake(const client::Result<v1::ChatResponse>& result, const std::string& reason,
                            const std::string& message) {
    EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(result.details), reason);
    EXPECT_THAT(result.status.error_message(), HasSubstr(message));
  }

  LimitsScene scene_{{.grpc = ", max_message_bytes: 16000000"}};
};

// What took seconds and a gigabyte. The test's own part of it, too, is short.
TEST_F(RequestLimitsTest, TenMegabytesOfTinyValuesAreRefusedAtOnce) {
  v1::ChatRequest request = TestCall();
  auto& list = *(*request.mutable_extra()->mutable_fields())["a"].mutable_list_value();
  for (int i = 0; i < 2'500'000; ++i) list.add_values()->set_bool_value(true);
  ASSERT_GT(request.ByteSizeLong(), 10'000'000u);
  const std::string body = HelloBody(absl::StrCat(R"(,"a":[)", std::string(10'000'000, '['), "]"));
  std::string flat = R"(,"a":[1)";
  for (int i = 0; i < 5'000'000; ++i) flat += ",1";
  flat = HelloBody(flat + "]");
  const auto channel = scene_.server().NewChannel();

  grpc::ClientContext context;
  context.AddMetadata("authorization", absl::StrCat("Bearer ", kCheckoutKey));
  v1::ChatResponse response;
  const grpc::Status status = v1::RouterService::NewStub(channel)->Chat(&context, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("server.limits.max_request_values"));
  EXPECT_EQ(scene_.Door(body).answer.status, 400);
  const DoorCall call = scene_.Door(flat);
  EXPECT_EQ(call.answer.status, 400);
  EXPECT_THAT(call.answer.body, HasSubstr("server.limits.max_request_values"));
  for (const auto& line : scene_.logs.WaitForEvents("call", 3)) {
    EXPECT_LT(line.at("ms").to_number<double>(), 5000) << boost::json::serialize(line);
  }
}

TEST_F(RequestLimitsTest, ManyMessagesAreRefusedByTheirNumber) {
  v1::ChatRequest request = TestCall();
  for (int i = 0; i < 10'000; ++i) *request.add_messages() = request.messages(0);
  const auto result = scene_.Chat(request);
  ExpectMistake(result, "INVALID_REQUEST", "messages: more than 10000 messages");
  ASSERT_EQ(result.details.violations.size(), 1u);
  EXPECT_EQ(result.details.violations[0].field(), "messages");
  std::string body = R"({"model":"gpt-4o","messages":[)";
  for (int i = 0; i <= 10'000; ++i) body += R"({"role":"user","content":"x"},)";
  body.back() = ']';
  const DoorCall call = scene_.Door(body + "}");
  EXPECT_EQ(call.answer.status, 400);
  ASSERT_TRUE(call.error);
  EXPECT_EQ(call.error->at("param"), "messages");
}

TEST_F(RequestLimitsTest, WhatIsNestedTooDeeplyIsSaidToBe) {
  v1::ChatRequest request = TestCall();
  google::protobuf::Value* value = &(*request.mutable_extra()->mutable_fields())["a"];
  for (int i = 0; i < 200; ++i) value = value->mutable_list_value()->add_values();
  ExpectMistake(scene_.Chat(request), "INVALID_REQUEST", "nested too deeply");
  const DoorCall call =
      scene_.Door(HelloBody(absl::StrCat(R"(,"a":)", std::string(200, '['), std::string(200, ']'))));
  EXPECT_EQ(call.answer.status, 400);
  EXPECT_THAT(call.answer.body, HasSubstr("nested too deeply"));
}

// They used to be refused by gRPC, of which nobody heard.
TEST_F(RequestLimitsTest, BytesThatAreNoRequestAreCountedAndLogged) {
  const auto channel = scene_.server().NewChannel();
  for (const char* method : {"/spillway.v1.RouterService/Chat", "/spillway.v1.RouterService/StreamChat"}) {
    const grpc::Status status = CallRaw(channel, method, "garbage");
    EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << "strangers learn nothing else";
  }
  EXPECT_EQ(scene_.logs.WaitForEvents("call", 2).size(), 2u);
}

TEST_F(RequestLimitsTest, ACompressedRequestIsNoLargerThanItsContents) {
  v1::ChatRequest request = TestCall();
  request.mutable_messages(0)->set_content(std::string(48'000'000, 'x'));
  grpc::ClientContext context;
  SetPatience(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  context.AddMetadata("authorization", absl::StrCat("Bearer ", kCheckoutKey));
  v1::ChatResponse response;
  const grpc::Status status =
      v1::RouterService::NewStub(scene_.server().NewChannel())->Chat(&context, request, &response);
  EXPECT_TRUE(status.error_code() == StatusCode::RESOURCE_EXHAUSTED ||
              status.error_code() == StatusCode::UNIMPLEMENTED)
      << status.error_code() << status.error_message();
}

// HPACK: a field that is not to be indexed, its name and value as they are.
std::string Field(const std::string& name, const std::string& value) {
  const auto text = [](const std::string& bytes) {
    std::string out;
    std::size_t rest = bytes.size();
    if (rest < 127) return std::string(1, static_cast<char>(rest)) + bytes;
    out += '\x7f';
    for (rest -= 127; rest >= 128; rest /= 128) out += static_cast<char>(rest % 128 + 128);
    out += static_cast<char>(rest);
    return out + bytes;
  };
  return std::string(1, '\0') + text(name) + text(value);
}

std::string Frame(char type, char flags, char stream, const std::string& bytes) {
  const auto at = [&](unsigned shift) { return static_cast<char>(bytes.size() >> shift & 0xFFU); };
  return std::string{at(16), at(8), at(0), type, flags, '\0', '\0', '\0', stream} + bytes;
}

// A client that waits for no SETTINGS, so that it cannot know the bound.
TEST_F(RequestLimitsTest, MetadataBeyondTheBoundAreRefusedThoughTheBoundWasNotYetTold) {
  std::string head = Field(":method", "POST") + Field(":scheme", "http") +
                     Field(":path", "/spillway.v1.RouterService/Chat") + Field(":authority", "x") +
                     Field("te", "trailers") + Field("content-type", "application/grpc") +
                     Field("authorization", absl::StrCat("Bearer ", kCheckoutKey));
  for (int i = 0; i < 20; ++i) head += Field(absl::StrCat("x-padding-", i), std::string(10'000, 'x'));
  constexpr std::size_t kFrame = 16'000;
  std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0, "");
  for (std::size_t at = 0; at < head.size(); at += kFrame) {
    const bool last = at + kFrame >= head.size();
    bytes += Frame(at == 0 ? 1 : 9, last ? 4 : 0, 1, head.substr(at, kFrame));
  }
  std::string message;
  TestCall().SerializeToString(&message);
  const std::string size{'\0', '\0', '\0', '\0', static_cast<char>(message.size())};
  bytes += Frame(0, 1, 1, size + message);
  testing::PlainConnection connection(static_cast<std::uint16_t>(scene_.server().ports().grpc));
  connection.Send(bytes);
  // RESOURCE_EXHAUSTED, in trailers that are all of the answer.
  const std::string status = std::string("grpc-status\x01") + "8";
  EXPECT_THAT(connection.ReadUntil(status), HasSubstr(status));
}

}  // namespace
}  // namespace spillway::e2e
