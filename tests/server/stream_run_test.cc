// Streamed calls: what the caller hears, in which order, and how calls end.
#include <gmock/gmock.h>

#include "tests/server/stream_stage.h"

namespace spillway::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StreamRunTest : public StreamStage {};

TEST_F(StreamRunTest, AnAnswerGoesToTheSinkAsItComes) {
  Begin();
  EXPECT_EQ(client_.last().request.path, "/stream");
  client_.Head();
  client_.Body("Hello ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello "));
  client_.Body("wor");
  client_.Body("ld ");
  client_.Body("stop usage ");
  EXPECT_FALSE(done()) << "an end mark may follow";
  client_.Body("done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ", "world "));
  ASSERT_EQ(result_->finishes.size(), 1u);
  EXPECT_EQ(result_->finishes[0].finish_reason(), "stop");
  EXPECT_EQ(result_->usage->prompt_tokens(), 3);
  EXPECT_EQ(result_->resets, 0);
  EXPECT_EQ(result_->upstream, result_->serving_upstream);
  EXPECT_TRUE(client_.last().released);
  EXPECT_FALSE(client_.last().cancelled);
}

TEST_F(StreamRunTest, AServedStreamIsCountedLikeAnyCall) {
  Begin();
  Answer("role Hello stop usage done ");
  EXPECT_EQ(Sample(R"(spillway_calls_total{code="OK",environment="production",policy="chat"})"), 1);
  EXPECT_EQ(Sample(R"(spillway_attempts_total{endpoint="a",model="m",outcome="ok"})"), 1);
  EXPECT_EQ(Sample(R"(spillway_tokens_total{endpoint="a",model="m",type="completion"})"), 5);
  EXPECT_EQ(Sample(R"(spillway_time_to_first_token_seconds_count{endpoint="a",model="m"})"), 1);
  EXPECT_EQ(Sample("spillway_calls_in_flight"), 0);
  EXPECT_TRUE(report().attempts[0].first_token);
}

TEST_F(StreamRunTest, WhatAStreamedRequestLeavesOutIsTold) {
  Begin();
  client_.End(transport::Error{transport::ErrorKind::kRefused, "refused"});
  Answer("Hello done ");
  ASSERT_EQ(result_->dropped.size(), 2u);
  EXPECT_EQ(result_->dropped[1].attempt, 1u);
  EXPECT_THAT(result_->dropped[1].names, ElementsAre("seed"));
}

TEST_F(StreamRunTest, WhatCarriesNoTokenIsHeldBackUntilOneComes) {
  Begin();
  Answer("role : ");
  EXPECT_THAT(sink_.heard, IsEmpty());
  client_.Body("Hello ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "role+Hello "));
}

TEST_F(StreamRunTest, WhatIsHeldBackHasABound) {
  Begin();
  client_.Head();
  const std::string remark(1024 * 1024, 'x');
  for (int i = 0; i < 64; ++i) client_.Body(remark);
  ASSERT_EQ(client_.exchanges.size(), 1u);
  client_.Body("x");
  ASSERT_EQ(client_.exchanges.size(), 2u);
  Answer("Hello stop done ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by b", "Hello "));
  EXPECT_EQ(OutcomeOf(0), "malformed");
}

TEST_F(StreamRunTest, WhatIsGivenOutHasNone) {
  Begin();
  Answer("Hello ");
  const std::string on = std::string(1024 * 1024, 'x') + " ";
  for (int i = 0; i < 65; ++i) client_.Body(on);
  client_.Body("stop done ");
  EXPECT_EQ(verdict(), "SERVED");
}

TEST_F(StreamRunTest, WhatGivesNothingOutHasOneAfterTheFirstTokenToo) {
  Begin();
  Answer("Hello ");
  client_.Body(std::string(63 * 1024 * 1024, 'x'));
  EXPECT_FALSE(done());
  client_.Body(std::string(1024 * 1024, 'x'));
  ASSERT_TRUE(done());
  EXPECT_NE(verdict(), "SERVED");
  EXPECT_EQ(OutcomeOf(0), "malformed");
  EXPECT_TRUE(client_.last().cancelled);
}

TEST_F(StreamRunTest, BeforeItsFirstTokenAStreamFailsOverUnnoticed) {
  Begin();
  Answer("role ");
  client_.Break();
  Answer("role overloaded ");
  EXPECT_TRUE(client_.last().stream) << "the third is asked";
  EXPECT_TRUE(client_.exchanges[1].cancelled) << "a failed stream's connection is of no more use";
  Answer("role Hello stop done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by c", "role+Hello "));
  EXPECT_EQ(OutcomeOf(0), "truncated");
  EXPECT_EQ(OutcomeOf(1), "overloaded");
  EXPECT_EQ(report().attempts[0].http_status, 200);
  EXPECT_FALSE(report().attempts[0].first_token);
  EXPECT_EQ(StateOf(0), router::TargetState::kSuspended);
}

TEST_F(StreamRunTest, AFirstTokenThatComesWithItsFailureIsNotGivenOut) {
  Begin();
  Answer("Hello overloaded ");
  EXPECT_THAT(sink_.heard, IsEmpty());
  EXPECT_EQ(client_.exchanges.size(), 2u);
  EXPECT_FALSE(done());
}

TEST_F(StreamRunTest, AfterItsFirstTokenAStreamThatBreaksEndsTheCall) {
  Begin();
  Answer("Hello ");
  client_.Break();
  EXPECT_EQ(verdict(), "STREAM_BROKEN");
  EXPECT_EQ(report().code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(OutcomeOf(0), "truncated");
  EXPECT_EQ(report().attempts[0].http_status, 200);
  EXPECT_EQ(client_.exchanges.size(), 1u) << "no other target is asked";
  EXPECT_EQ(StateOf(0), router::TargetState::kSuspended);
  EXPECT_THAT(result_->finishes, IsEmpty());
  EXPECT_EQ(Sample(R"(spillway_attempts_total{endpoint="a",model="m",outcome="truncated"})"), 1);
  EXPECT_EQ(Sample(R"(spillway_time_to_first_token_seconds_count{endpoint="a",model="m"})"), 1);
}

TEST_F(StreamRunTest, WhatCameBeforeAFailureWithinTheAnswerIsGivenOut) {
  Begin();
  Answer("Hello ");
  client_.Body("world overloaded again ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ", "world "));
  EXPECT_EQ(verdict(), "STREAM_BROKEN");
  EXPECT_TRUE(client_.last().cancelled);
}

TEST_F(StreamRunTest, AnOrderlyEndBeforeTheAnswersEndIsABreakToo) {
  Begin();
  Answer("Hello ");
  client_.End();
  EXPECT_EQ(verdict(), "STREAM_BROKEN");
  EXPECT_EQ(OutcomeOf(0), "truncated");
}

TEST_F(StreamRunTest, AResetComesBeforeTheNextTargetsFirstDelta) {
  request_.set_allow_reset(true);
  Begin();
  Answer("Hello ");
  client_.Break();
  Answer("role ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ")) << "the next may fail yet";
  client_.Body("Good ");
  client_.Body("morning stop done ");
  EXPECT_THAT(sink_.heard,
              ElementsAre("serving by a", "Hello ", "reset to b: truncated+role+Good ", "morning "));
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_EQ(result_->resets, 1);
}

TEST_F(StreamRunTest, AResetTellsOfTheAnswerThatWasGivenUp) {
  request_.set_allow_reset(true);
  Begin();
  Answer("Hello ");
  client_.Break();
  Answer("role overloaded ");
  Answer("Good stop done ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ", "reset to c: truncated+Good "));
  EXPECT_EQ(OutcomeOf(1), "overloaded");
}

TEST_F(StreamRunTest, AResetMayBeFollowedByAnother) {
  request_.set_allow_reset(true);
  Begin();
  for (int i = 0; i < 2; ++i) {
    Answer("Hello ");
    client_.Break();
  }
  Answer("Hello stop done ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ", "reset to b: truncated+Hello ",
                                       "reset to c: truncated+Hello "));
  EXPECT_EQ(result_->resets, 2);
}

TEST_F(StreamRunTest, AResetIsToldEvenIfTheNextAnswerIsEmpty) {
  request_.set_allow_reset(true);
  Begin();
  Answer("Hello ");
  client_.Break();
  Answer("stop done ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ", "reset to b: truncated"));
  EXPECT_EQ(verdict(), "SERVED");
}

TEST_F(StreamRunTest, AStreamThatNoTargetCanEndHasFailed) {
  request_.set_allow_reset(true);
  Begin();
  for (int i = 0; i < 3; ++i) {
    Answer("Hello ");
    client_.Break();
  }
  EXPECT_EQ(verdict(), "ALL_TARGETS_FAILED");
  EXPECT_THAT(result_->finishes, IsEmpty());
}

TEST_F(StreamRunTest, AnAnswerWithoutAnyTokenIsWholeWhenItEnds) {
  Begin();
  Answer("role stop ");
  EXPECT_THAT(sink_.heard, IsEmpty());
  client_.Body("done ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "role"));
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_FALSE(report().attempts[0].first_token);
}

TEST_F(StreamRunTest, ATargetThatCannotStreamIsPassedOver) {
  runner_.runtime()->leaf(0).codec = std::make_unique<WordCodec>(false);
  Begin();
  Answer("Hello stop done ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by b", "Hello "));
  ASSERT_EQ(report().skipped.size(), 1u);
  EXPECT_EQ(report().skipped[0].reason, router::SkipReason::kUnsupported);
}

TEST_F(StreamRunTest, ACancelledCallClosesTheProvidersConnection) {
  Begin();
  Answer("Hello ");
  call_->Cancel(Now());
  EXPECT_EQ(verdict(), "CANCELLED");
  EXPECT_TRUE(client_.last().cancelled);
  EXPECT_EQ(StateOf(0), router::TargetState::kAvailable);
  client_.Body("world ");
  call_->Cancel(Now());
  call_->ReadOn(Now());
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello "));
}

TEST_F(StreamRunTest, ASinkMayEndTheCallFromWithin) {
  sink_.on_events = [this] {
    call_->Cancel(Now());
    call_.reset();
  };
  Begin();
  Answer("Hello world stop done ");
  EXPECT_EQ(verdict(), "CANCELLED");
  EXPECT_TRUE(client_.last().cancelled);
  EXPECT_FALSE(client_.last().released);
}

TEST_F(StreamRunTest, ACallKeepsItselfAliveUntilItsAnswerIsWhole) {
  Begin();
  call_.reset();
  runner_.Use(nullptr);
  Answer("Hello stop done ");
  EXPECT_EQ(verdict(), "SERVED");
}

}  // namespace
}  // namespace spillway::server
