// examples/streaming.yaml: before the first token a stream spills; after it the caller decides.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/example_scene.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kOpenAi[] = "openai/gpt-4o";
constexpr char kAnthropic[] = "anthropic/claude-sonnet-4-5";
constexpr char kAnswer[] = "This is a test!";

Example Streaming(const std::string& openai) { return Example("streaming.yaml").Script("openai", openai); }

StreamedCall Call(const ExampleScene& scene, bool allow_reset = false) {
  v1::ChatRequest request = TestCall("assistant");
  request.set_allow_reset(allow_reset);
  return CallStreamed(scene.server().NewChannel(), request);
}

std::vector<v1::Failure> FailuresOf(const v1::RouteTrace& route) {
  std::vector<v1::Failure> failures;
  for (const v1::Attempt& attempt : route.attempts()) failures.push_back(attempt.failure());
  return failures;
}

void ExpectAnsweredByAnthropic(const StreamedCall& call, v1::Failure of_openai) {
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_EQ(call.text, kAnswer);
  EXPECT_EQ(NameOf(call.route().served_by()), kAnthropic);
  EXPECT_THAT(FailuresOf(call.route()), ElementsAre(of_openai, v1::FAILURE_UNSPECIFIED));
}

TEST(StreamingExampleTest, AHealthyPrimaryServes) {
  ExampleScene scene(Streaming("ok"));
  const StreamedCall call = Call(scene);
  ASSERT_TRUE(call.status.ok()) << call.status.error_message();
  EXPECT_EQ(call.text, kAnswer);
  EXPECT_EQ(NameOf(call.route().served_by()), kOpenAi);
}

TEST(StreamingExampleTest, ABrokenAnswerIsAnErrorAndAsksNobodyElse) {
  ExampleScene scene(Streaming("cut:after=2"));
  const StreamedCall call = Call(scene);
  EXPECT_EQ(call.status.error_code(), StatusCode::UNAVAILABLE);
  ASSERT_TRUE(call.details.error_info);
  EXPECT_EQ(call.details.error_info->reason(), "STREAM_BROKEN");
  EXPECT_EQ(call.text, "This is");
  EXPECT_THAT(call.finishes, IsEmpty());
  EXPECT_THAT(FailuresOf(call.route()), ElementsAre(v1::FAILURE_TRUNCATED));
  EXPECT_THAT(scene.Asked("anthropic"), IsEmpty());
}

TEST(StreamingExampleTest, ACallerWhoAllowsAResetGetsAWholeAnswer) {
  for (const auto& [fault, failure] :
       {std::pair("cut:after=2", v1::FAILURE_TRUNCATED), std::pair("stall:after=2", v1::FAILURE_STALLED)}) {
    SCOPED_TRACE(fault);
    ExampleScene scene(Streaming(fault));
    const StreamedCall call = Call(scene, /*allow_reset=*/true);
    ExpectAnsweredByAnthropic(call, failure);
    ASSERT_THAT(call.resets, SizeIs(1));
    EXPECT_EQ(call.resets[0].failure(), failure);
    EXPECT_EQ(NameOf(call.resets[0].target()), kAnthropic);
  }
}

TEST(StreamingExampleTest, APrimaryThatSaysNothingIsPassedOverUnseen) {
  for (const std::string fault : {"silence", "stall_pings:after=0"}) {
    SCOPED_TRACE(fault);
    ExampleScene scene(Streaming(fault));
    const StreamedCall call = Call(scene);
    ExpectAnsweredByAnthropic(call, v1::FAILURE_FIRST_TOKEN_TIMEOUT);
    EXPECT_THAT(call.resets, IsEmpty());
  }
}

TEST(StreamingExampleTest, NothingIsRemembered) {
  ExampleScene scene(Streaming("cut:after=2"));
  EXPECT_EQ(Call(scene).status.error_code(), StatusCode::UNAVAILABLE);
  scene.sim().SetScript("openai", "ok");
  EXPECT_EQ(NameOf(Call(scene).route().served_by()), kOpenAi);
}

}  // namespace
}  // namespace spillway::e2e
