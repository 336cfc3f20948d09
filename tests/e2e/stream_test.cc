// A streamed call from its caller's side: events and their order, metadata both ways, refusals, log and
// metrics.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/callers_scene.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kText[] = "This is a test!";

v1::ChatRequest StreamedCallTo(const std::string& model = "gpt-4o", bool include_usage = true) {
  v1::ChatRequest request = TestCall(model);
  if (include_usage) request.mutable_stream_options()->set_include_usage(true);
  return request;
}

StreamedCall Call(Scene& scene, const v1::ChatRequest& request = StreamedCallTo()) {
  return CallStreamed(scene.server().NewChannel(), request);
}

// "delta", "usage", "finish", "reset"; deltas in a row as one.
std::vector<std::string> KindsOf(const std::vector<v1::ChatEvent>& events) {
  std::vector<std::string> kinds;
  for (const v1::ChatEvent& event : events) {
    const std::string kind = event.has_delta()    ? "delta"
                             : event.has_usage()  ? "usage"
                             : event.has_finish() ? "finish"
                                                  : "reset";
    if (kinds.empty() || kind != "delta" || kinds.back() != "delta") kinds.push_back(kind);
  }
  return kinds;
}

TEST(StreamTest, AnswersInPiecesThenUsageThenFinish) {
  Scene scene;
  const StreamedCall call = Call(scene);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_THAT(KindsOf(call.events), ElementsAre("delta", "usage", "finish"));
  EXPECT_EQ(call.text, kText);
  EXPECT_EQ(call.events[0].delta().role(), v1::ROLE_ASSISTANT);
  EXPECT_GT(call.usage->completion_tokens(), 0);
  const v1::Finish& finish = call.finishes.at(0);
  EXPECT_EQ(finish.finish_reason(), "stop");
  EXPECT_THAT(finish.model(), Not(IsEmpty()));
  EXPECT_EQ(finish.route().policy(), "failover");
  EXPECT_EQ(finish.route().served_by().endpoint(), "primary");
  ASSERT_THAT(finish.route().attempts(), SizeIs(1));
  EXPECT_TRUE(finish.route().attempts(0).has_first_token_latency());
}

TEST(StreamTest, UsageIsToldToWhoeverAsksAndCountedInAnyCase) {
  Scene scene;
  const StreamedCall call = Call(scene, StreamedCallTo("gpt-4o", /*include_usage=*/false));
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_THAT(KindsOf(call.events), ElementsAre("delta", "finish"));
  EXPECT_GT(scene.Metric(R"(spillway_tokens_total{endpoint="primary",model="gpt-4o",type="completion"})"), 0);
}

TEST(StreamTest, EachChoiceHasItsFinishAndTheLastOneTheRoute) {
  Scene scene;
  v1::ChatRequest request = StreamedCallTo();
  request.set_n(3);
  const StreamedCall call = Call(scene, request);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  ASSERT_THAT(call.finishes, SizeIs(3));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(call.finishes[i].choice_index(), i);
    EXPECT_EQ(call.finishes[i].has_route(), i == 2);
  }
}

TEST(StreamTest, ToolCallsComeInPieces) {
  Scene scene;
  v1::ChatRequest request = StreamedCallTo();
  v1::FunctionDefinition& function = *request.add_tools()->mutable_function();
  function.set_name("get_weather");
  request.mutable_messages(0)->set_content("get_weather of Paris, please");
  auto& parameters = *function.mutable_parameters()->mutable_fields();
  parameters["type"].set_string_value("object");
  const StreamedCall call = Call(scene, request);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_EQ(call.finishes.at(0).finish_reason(), "tool_calls");
  std::string names, ids, arguments;
  for (const v1::ChatEvent& event : call.events) {
    for (const v1::ToolCallDelta& piece : event.delta().tool_calls()) {
      names += piece.function().name();
      ids += piece.id();
      arguments += piece.function().arguments();
    }
  }
  const auto whole = scene.Chat(request);
  ASSERT_TRUE(whole.ok());
  ASSERT_THAT(whole.response.choices(0).message().tool_calls(), SizeIs(1));
  const v1::ToolCall& expected = whole.response.choices(0).message().tool_calls(0);
  EXPECT_EQ(names, expected.function().name());
  EXPECT_EQ(arguments, expected.function().arguments());
  EXPECT_THAT(ids, Not(IsEmpty()));
}

TEST(StreamTest, TheProviderWhoFailedBeforeAnyTokenIsNotSeen) {
  Scene scene({.primary = "tls,fault=rate_limited"});
  const StreamedCall call = Call(scene);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_EQ(call.text, kText);
  EXPECT_THAT(call.resets, IsEmpty());
  EXPECT_THAT(call.initial, Contains(Pair("x-spillway-provider", "azure")));
  EXPECT_THAT(call.initial, Contains(Pair("x-spillway-endpoint", "backup")));
  EXPECT_THAT(call.initial, Contains(Pair("x-spillway-model", "gpt-4o-mini")));
  EXPECT_THAT(call.initial, Contains(Pair("x-spillway-policy", "failover")));
  EXPECT_THAT(call.initial, Contains(Pair("x-spillway-attempts", "2")));
  EXPECT_EQ(call.initial.at("x-request-id").size(), 32U);
  EXPECT_EQ(call.trailers.at("x-request-id"), call.initial.at("x-request-id"));
  for (const char* name : {"x-spillway-upstream-latency-ms", "x-spillway-router-latency-ms"}) {
    EXPECT_EQ(call.initial.count(name), 1U) << name;
    EXPECT_EQ(call.trailers.count(name), 1U) << name;
  }
}

TEST(StreamTest, AResetIsToldAndTheTrailersNameWhoeverEnded) {
  Scene scene({.primary = "tls,fault=cut:after=2"});
  v1::ChatRequest request = StreamedCallTo();
  request.set_allow_reset(true);
  const StreamedCall call = Call(scene, request);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_THAT(KindsOf(call.events), ElementsAre("delta", "reset", "delta", "usage", "finish"));
  EXPECT_EQ(call.text, kText) << "since the reset";
  EXPECT_EQ(call.resets.at(0).target().endpoint(), "backup");
  EXPECT_EQ(call.resets[0].failure(), v1::FAILURE_TRUNCATED);
  EXPECT_EQ(call.initial.at("x-spillway-endpoint"), "primary");
  EXPECT_EQ(call.trailers.at("x-spillway-endpoint"), "backup");
  EXPECT_EQ(call.trailers.at("x-spillway-attempts"), "2");
}

TEST(StreamTest, ABreakIsAnErrorWithItsTrace) {
  Scene scene({.primary = "tls,fault=cut:after=2"});
  const StreamedCall call = Call(scene);
  EXPECT_EQ(call.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(call.text, "This is") << "what came is what was said";
  EXPECT_THAT(KindsOf(call.events), ElementsAre("delta"));
  EXPECT_EQ(ReasonOf(call.details), "STREAM_BROKEN");
  ASSERT_THAT(call.route().attempts(), SizeIs(1));
  EXPECT_EQ(call.route().attempts(0).failure(), v1::FAILURE_TRUNCATED);
  EXPECT_EQ(call.trailers.at("x-spillway-endpoint"), "primary");
  EXPECT_EQ(call.trailers.at("x-spillway-attempts"), "1");
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_SUSPENDED);

  const StreamedCall next = Call(scene);
  ASSERT_TRUE(next.status.ok()) << next.status.error_message();
  EXPECT_EQ(next.route().served_by().endpoint(), "backup");
  ASSERT_THAT(next.route().skipped(), SizeIs(1));
  EXPECT_THAT(scene.Asked("primary"), SizeIs(1));
}

TEST(StreamTest, ACallThatNeverBeginsFailsAsChatDoes) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded", .settings = {}});
  const StreamedCall call = Call(scene);
  const auto chat = scene.Chat();
  EXPECT_EQ(call.status.error_code(), chat.status.error_code());
  EXPECT_EQ(call.status.error_message(), chat.status.error_message());
  EXPECT_EQ(ReasonOf(call.details), ReasonOf(chat.details));
  EXPECT_THAT(call.events, IsEmpty());
  EXPECT_EQ(call.trailers.at("x-spillway-attempts"), "2");
  EXPECT_EQ(call.trailers.count("x-spillway-provider"), 0U);
  EXPECT_THAT(call.initial, Not(Contains(Pair("x-spillway-attempts", "2"))));
}

TEST(StreamTest, TheLogAndTheMetricsKnowTheFirstToken) {
  Scene scene({.primary = "tls,fault=ok:delay_ms=30"});
  ASSERT_TRUE(Call(scene).status.ok());
  EXPECT_EQ(scene.Metric(R"(spillway_time_to_first_token_seconds_count{endpoint="primary",model="gpt-4o"})"),
            1);
  EXPECT_GE(scene.Metric(R"(spillway_time_to_first_token_seconds_sum{endpoint="primary",model="gpt-4o"})"),
            0.03);
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
  const auto lines = scene.logs().WaitForEvents("call", 1);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].at("method"), "StreamChat");
  EXPECT_EQ(lines[0].at("code"), "OK");
  EXPECT_GT(lines[0].at("completion_tokens").as_int64(), 0);
}

TEST(StreamTest, AnInvalidRequestIsRefusedAsChatRefusesIt) {
  Scene scene;
  const StreamedCall call = Call(scene, {});
  const auto chat = scene.Chat(v1::ChatRequest());
  EXPECT_EQ(call.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(call.status.error_message(), chat.status.error_message());
  EXPECT_EQ(call.details.violations.size(), chat.details.violations.size());
  EXPECT_EQ(Call(scene, TestCall("nobodys-model")).status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(scene.Asked("primary"), IsEmpty());
}

class StreamCallersTest : public CallersTest {
 protected:
  client::Outcome Stream(const std::string& key, const std::string& model = "gpt-4o") {
    const client::Client client = ClientWith(server_, key);
    client::ChatStream stream = client.StreamChat(TestCall(model));
    v1::ChatEvent event;
    while (stream.Next(event)) {
    }
    return stream.Finish();
  }
};

TEST_F(StreamCallersTest, AKeyDecidesWhatMayBeAskedFor) {
  const client::Outcome served = Stream(kCiKey);
  ASSERT_TRUE(served.ok()) << served.status.error_message();
  EXPECT_EQ(served.metadata.at("x-spillway-model"), "gpt-4o-mini");
  const client::Outcome unknown = Stream(kStrangersKey);
  EXPECT_EQ(unknown.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(unknown.details), "UNKNOWN_KEY");
  EXPECT_EQ(Stream("").status.error_code(), StatusCode::UNAUTHENTICATED);
  const client::Outcome forbidden = Stream(kCiKey, "summaries");
  EXPECT_EQ(forbidden.status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(forbidden.details), "MODEL_NOT_ALLOWED");
  EXPECT_THAT(sim_.Log({}), SizeIs(1));
}

}  // namespace
}  // namespace spillway::e2e
