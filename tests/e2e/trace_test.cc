// Distributed traces across a call: the caller's `traceparent` in, one for each attempt out, the ids in the
// log.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/callers_scene.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kCallersSpan[] = "00f067aa0ba902b7";
constexpr char kGiven[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kForm[] = "00-[0-9a-f]+-[0-9a-f]+-0[01]";

// The fields of a `traceparent`.
struct Sent {
  explicit Sent(const std::string& text) {
    EXPECT_THAT(text, MatchesRegex(kForm));
    if (text.size() != 55) {
      ADD_FAILURE() << "not a traceparent: '" << text << "'";
      return;
    }
    trace_id = text.substr(3, 32);
    span_id = text.substr(36, 16);
    flags = text.substr(53);
  }

  std::string trace_id;
  std::string span_id;
  std::string flags;
};

// What a provider was sent as `name`, in one request.
std::vector<std::string> HeadersOf(const sim::LogEntry& entry, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : entry.request.headers) {
    if (key == name) values.push_back(value);
  }
  return values;
}

Sent SentTo(const sim::Simulator& simulator, const std::string& personality) {
  const std::vector<sim::LogEntry> asked = simulator.Log({.personality = personality});
  if (asked.empty()) {
    ADD_FAILURE() << personality << " was not asked";
    return Sent("");
  }
  const std::vector<std::string> headers = HeadersOf(asked.back(), "traceparent");
  EXPECT_THAT(headers, SizeIs(1));
  EXPECT_THAT(HeadersOf(asked.back(), "tracestate"), IsEmpty());
  EXPECT_THAT(HeadersOf(asked.back(), "baggage"), IsEmpty());
  return Sent(headers.empty() ? "" : headers[0]);
}

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// Empty: none.
std::string Find(const Metadata& metadata, const char* name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
}

// What the answer says of the trace: with the answer, or in an error's trailers.
std::string Told(const grpc::ClientContext& context, const grpc::Status& status) {
  return Find(status.ok() ? context.GetServerInitialMetadata() : context.GetServerTrailingMetadata(),
              "traceparent");
}

// One call over a stub, whole or streamed, with what it sends of traces.
std::string CallWith(Scene& scene, const std::vector<std::string>& traceparents, bool streamed,
                     bool expect_ok = true) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  for (const std::string& value : traceparents) context.AddMetadata("traceparent", value);
  context.AddMetadata("tracestate", "vendor=internal");
  context.AddMetadata("baggage", "user=someone");
  const auto stub = v1::RouterService::NewStub(scene.server().NewChannel());
  grpc::Status status;
  if (streamed) {
    const auto reader = stub->StreamChat(&context, TestCall());
    v1::ChatEvent event;
    while (reader->Read(&event)) continue;
    status = reader->Finish();
  } else {
    v1::ChatResponse response;
    status = stub->Chat(&context, TestCall(), &response);
  }
  EXPECT_EQ(status.ok(), expect_ok) << status.error_message();
  return Told(context, status);
}

boost::json::object LoggedCall(const testing::LogCapture& logs) {
  const auto lines = logs.WaitForEvents("call", 1);
  EXPECT_THAT(lines, SizeIs(1));
  return lines.empty() ? boost::json::object() : lines[0];
}

// Both targets were asked, each from a span of its own in the caller's trace; answer and log agree.
void ExpectTraceOfTwoAttempts(const sim::Simulator& simulator, const testing::LogCapture& logs,
                              const std::string& told) {
  const Sent call(told);
  const Sent first = SentTo(simulator, "primary");
  const Sent second = SentTo(simulator, "backup");
  for (const Sent& sent : {call, first, second}) {
    EXPECT_EQ(sent.trace_id, kTraceId);
    EXPECT_EQ(sent.flags, "01");
    EXPECT_NE(sent.span_id, kCallersSpan);
  }
  EXPECT_NE(first.span_id, second.span_id);
  EXPECT_NE(first.span_id, call.span_id);
  EXPECT_NE(second.span_id, call.span_id);
  const boost::json::object line = LoggedCall(logs);
  EXPECT_EQ(line.at("trace_id"), kTraceId);
  EXPECT_EQ(line.at("span_id"), call.span_id.c_str());
  EXPECT_EQ(line.at("parent_span_id"), kCallersSpan);
  ASSERT_THAT(line.at("attempts").as_array(), SizeIs(2));
  EXPECT_EQ(line.at("attempts").at(0).at("span_id"), first.span_id.c_str());
  EXPECT_EQ(line.at("attempts").at(1).at("span_id"), second.span_id.c_str());
}

TEST(CallTraceTest, ACallersTraceGoesOnAtEachProvider) {
  for (const bool streamed : {false, true}) {
    Scene scene({.primary = "tls,fault=overloaded"});
    const std::string told = CallWith(scene, {kGiven}, streamed);
    ExpectTraceOfTwoAttempts(scene.sim(), scene.logs(), told);
  }
}

TEST(CallTraceTest, ACallersTraceGoesOnThroughTheDoor) {
  for (const char* members : {"", R"(,"stream":true)"}) {
    Scene scene({.primary = "tls,fault=overloaded", .server = {"openai: {address: \"127.0.0.1:0\"}"}});
    const DoorCall call =
        CallDoor(static_cast<std::uint16_t>(scene.server().ports().openai), HelloBody(members),
                 std::string("TraceParent: ") + kGiven +
                     "\r\ntracestate: vendor=internal\r\nbaggage: user=someone\r\n");
    ASSERT_EQ(call.answer.status, 200) << call.answer.body;
    ExpectTraceOfTwoAttempts(scene.sim(), scene.logs(), call.header("traceparent"));
  }
}

TEST(CallTraceTest, AFailedCallSaysWhichTraceItWasIn) {
  for (const bool streamed : {false, true}) {
    Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded"});
    const std::string told = CallWith(scene, {kGiven}, streamed, /*expect_ok=*/false);
    ExpectTraceOfTwoAttempts(scene.sim(), scene.logs(), told);
  }
}

TEST(CallTraceTest, ACallWithoutATraceBeginsOne) {
  Scene scene({.primary = "tls,fault=overloaded"});
  EXPECT_EQ(CallWith(scene, {}, false), "") << "nobody asked";
  const Sent first = SentTo(scene.sim(), "primary");
  const Sent second = SentTo(scene.sim(), "backup");
  EXPECT_EQ(first.trace_id, second.trace_id);
  EXPECT_NE(first.span_id, second.span_id);
  EXPECT_EQ(first.flags, "00");
  const boost::json::object line = LoggedCall(scene.logs());
  EXPECT_EQ(line.at("trace_id"), first.trace_id.c_str());
  EXPECT_FALSE(line.contains("parent_span_id"));
}

TEST(CallTraceTest, EachCallWithoutATraceHasItsOwn) {
  Scene scene;
  CallWith(scene, {}, false);
  const std::string first = SentTo(scene.sim(), "primary").trace_id;
  CallWith(scene, {}, false);
  EXPECT_NE(SentTo(scene.sim(), "primary").trace_id, first);
}

TEST(CallTraceTest, WhatCannotBeReadOrCameTwiceBeginsATraceThatTheCallerIsTold) {
  const std::vector<std::vector<std::string>> unfit = {
      {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"}, {"garbage"}, {kGiven, kGiven}};
  for (const std::vector<std::string>& traceparents : unfit) {
    Scene scene;
    const Sent told(CallWith(scene, traceparents, false));
    EXPECT_NE(told.trace_id, kTraceId);
    EXPECT_EQ(told.flags, "00");
    EXPECT_EQ(SentTo(scene.sim(), "primary").trace_id, told.trace_id);
  }
}

TEST(CallTraceTest, TheDoorBeginsATraceForOneThatCameTwice) {
  Scene scene({.server = {"openai: {address: \"127.0.0.1:0\"}"}});
  const std::string header = std::string("traceparent: ") + kGiven + "\r\n";
  const DoorCall call =
      CallDoor(static_cast<std::uint16_t>(scene.server().ports().openai), HelloBody(), header + header);
  ASSERT_EQ(call.answer.status, 200) << call.answer.body;
  EXPECT_NE(Sent(call.header("traceparent")).trace_id, kTraceId);
}

TEST(CallTraceTest, ARefusedCallIsInItsCallersTraceToo) {
  Scene scene({.server = {"openai: {address: \"127.0.0.1:0\"}"}});
  const DoorCall call = CallDoor(static_cast<std::uint16_t>(scene.server().ports().openai), "{}",
                                 std::string("traceparent: ") + kGiven + "\r\n");
  EXPECT_EQ(call.answer.status, 400);
  EXPECT_EQ(Sent(call.header("traceparent")).trace_id, kTraceId);
  EXPECT_EQ(LoggedCall(scene.logs()).at("trace_id"), kTraceId);
}

TEST(CallTraceTest, AStrangersCallIsInItsTraceToo) {
  testing::LogCapture logs;
  sim::Simulator simulator(Providers({"live", "test"}));
  testing::TestServer server(
      "server: {grpc: {address: \"127.0.0.1:0\"}, admin: {address: \"127.0.0.1:0\"}, openai: {address: "
      "\"127.0.0.1:0\"}}\n" +
      CallerLines() + "providers: [{name: p, api: openai}]\nendpoints: [{name: e, provider: p, url: \"" +
      simulator.url("live") + "/v1\", primary: true}, {name: t, provider: p, url: \"" +
      simulator.url("test") + "/v1\", primary: true, environment: sandbox}]\n");
  const DoorCall call = CallDoor(static_cast<std::uint16_t>(server.ports().openai), HelloBody(),
                                 std::string("traceparent: ") + kGiven + "\r\n");
  EXPECT_EQ(call.answer.status, 401);
  EXPECT_EQ(Sent(call.header("traceparent")).trace_id, kTraceId);
  EXPECT_EQ(LoggedCall(logs).at("trace_id"), kTraceId);
}

// Each API's codec writes its own headers, and Bedrock's signs them: the simulator verifies that signature.
TEST(CallTraceTest, EveryApiTakesTheHeader) {
  ApisScene scene;
  for (const std::string api : kApis) {
    const v1::ChatRequest request = TestCall("chat-" + api);
    ASSERT_TRUE(scene.Chat(request).ok()) << api << ": " << scene.Chat(request).status.error_message();
    EXPECT_THAT(SentTo(scene.sim(), api).trace_id, Not(IsEmpty())) << api;
  }
}

TEST(CallTraceTest, TheProvidersIdOfAnExchangeIsTold) {
  ApisScene scene;
  const auto whole = scene.Chat(TestCall("chat-anthropic"));
  ASSERT_THAT(whole.response.route().attempts(), SizeIs(1));
  EXPECT_THAT(whole.response.route().attempts(0).provider_request_id(), ::testing::StartsWith("req_"));
  const StreamedCall streamed = CallStreamed(scene.channel(), TestCall("chat-anthropic"));
  ASSERT_THAT(streamed.finishes, SizeIs(1));
  EXPECT_THAT(streamed.finishes[0].route().attempts(0).provider_request_id(), ::testing::StartsWith("req_"));
  scene.sim().SetScript("anthropic", "overloaded");
  const auto failed = scene.Chat(TestCall("chat-anthropic"));
  ASSERT_TRUE(failed.details.route.has_value());
  EXPECT_THAT(failed.details.route->attempts(0).provider_request_id(), ::testing::StartsWith("req_"));
}

// The second attempt at the same target is another span.
TEST(CallTraceTest, ARetryAtTheSameTargetHasASpanOfItsOwn) {
  Scene scene({.primary = "tls,fault=server_error,fault=ok"});
  CallWith(scene, {kGiven}, false);
  const std::vector<sim::LogEntry> asked = scene.Asked("primary");
  ASSERT_THAT(asked, SizeIs(2));
  const Sent first(HeadersOf(asked[0], "traceparent").at(0));
  const Sent second(HeadersOf(asked[1], "traceparent").at(0));
  EXPECT_EQ(first.trace_id, second.trace_id);
  EXPECT_NE(first.span_id, second.span_id);
}

TEST(StreamLogTest, SaysWhenTheAnswerBeganAndWhoseItWas) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=ok:delay_ms=30"});
  CallWith(scene, {}, true);
  const boost::json::object line = LoggedCall(scene.logs());
  EXPECT_EQ(line.at("committed_attempt"), 2);
  EXPECT_GE(line.at("commit_ms").as_double(), 30);
  EXPECT_LE(line.at("commit_ms").as_double(), line.at("ms").as_double());
}

TEST(StreamLogTest, AStreamThatFailedBeforeAnyTokenHasNoCommit) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded"});
  CallWith(scene, {}, true, /*expect_ok=*/false);
  EXPECT_FALSE(LoggedCall(scene.logs()).contains("commit_ms"));
}

}  // namespace
}  // namespace spillway::e2e
