// Streamed calls and time: silence, pauses, deadlines, and ends that do not come.
#include <gmock/gmock.h>

#include "tests/server/stream_stage.h"

namespace spillway::server {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StreamTimeTest : public StreamStage {};

TEST_F(StreamTimeTest, ASilentTargetIsLeftWhenItsFirstTokenIsOverdue) {
  Begin();
  Answer("role : : ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(14)));
  ASSERT_TRUE(client_.Expire(Now() + seconds(15)));
  Answer("Hello stop done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_EQ(OutcomeOf(0), "first_token_timeout");
  EXPECT_THAT(report().attempts[0].failed->message, HasSubstr("no token in time"));
  EXPECT_EQ(report().attempts[0].http_status, 200);
  EXPECT_THAT(sink_.heard, ElementsAre("serving by b", "Hello "));
}

TEST_F(StreamTimeTest, EachTokenBeginsTheTimeAnew) {
  Begin();
  Answer("Hello ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(16))) << "the first token has come";
  EXPECT_FALSE(client_.Expire(Now() + seconds(29)));
  ASSERT_TRUE(client_.Expire(Now() + seconds(31)));
  EXPECT_EQ(verdict(), "STREAM_BROKEN");
  EXPECT_EQ(OutcomeOf(0), "stalled");
}

TEST_F(StreamTimeTest, ACallersDeadlineInMidStreamIsTheDeadline) {
  input_.deadline = Now() + seconds(20);
  Begin();
  Answer("Hello ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(16)));
  ASSERT_TRUE(client_.Expire(Now() + seconds(21)));
  EXPECT_EQ(verdict(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(report().code, absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(StateOf(0), router::TargetState::kAvailable);
}

TEST_F(StreamTimeTest, ACancelAtTheDeadlineIsTheDeadline) {
  input_.deadline = Now() + hours(1);
  Begin();
  Answer("Hello ");
  call_->Cancel(input_.deadline - milliseconds(1));
  EXPECT_EQ(verdict(), "DEADLINE_EXCEEDED");
  EXPECT_TRUE(client_.last().cancelled);
}

TEST_F(StreamTimeTest, RequestTimeoutIsNoBoundOfAStream) {
  Begin();
  Answer("Hello ");
  for (int i = 0; i < 3; ++i) {
    client_.Expire(Now() + seconds(29));
    client_.Body("on ");
  }
  EXPECT_FALSE(client_.Expire(Now() + seconds(29)));
  client_.Body("stop done ");
  EXPECT_EQ(verdict(), "SERVED");
}

TEST_F(StreamTimeTest, ACallerWhoDoesNotReadHoldsTheProviderBack) {
  Begin();
  client_.Head();
  sink_.takes_more = false;
  client_.Body("Hello ");
  EXPECT_TRUE(client_.last().paused);
  client_.Body("world ");
  EXPECT_THAT(sink_.heard, ElementsAre("serving by a", "Hello ", "world ")) << "it had been read already";
  sink_.takes_more = true;
  call_->ReadOn(Now());
  EXPECT_FALSE(client_.last().paused);
  client_.Body("stop done ");
  EXPECT_EQ(verdict(), "SERVED");
}

TEST_F(StreamTimeTest, TimeInWhichTheCallerDoesNotReadIsNotTheProviders) {
  Begin();
  client_.Head();
  sink_.takes_more = false;
  client_.Body("Hello ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(16)));
  EXPECT_FALSE(client_.Expire(Now() + hours(24)));
  call_->ReadOn(Now() + hours(24));
  EXPECT_FALSE(client_.Expire(Now() + hours(24) + seconds(29)));
  EXPECT_TRUE(client_.Expire(Now() + hours(24) + seconds(31)));
  EXPECT_EQ(OutcomeOf(0), "stalled");
}

TEST_F(StreamTimeTest, ReadingOnWithoutHavingBeenHeldBackChangesNothing) {
  Begin();
  Answer("Hello ");
  const Instant before = client_.last().deadline;
  call_->ReadOn(Now() + minutes(5));
  EXPECT_EQ(client_.last().deadline, before);
}

TEST_F(StreamTimeTest, AnAnswerThatLacksItsEndMarkIsWholeASecondLater) {
  Begin();
  Answer("Hello stop usage ");
  EXPECT_FALSE(done());
  EXPECT_LE(client_.last().deadline, Now() + seconds(1));
  EXPECT_FALSE(client_.Expire(client_.last().deadline - milliseconds(1)));
  ASSERT_TRUE(client_.Expire(client_.last().deadline));
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_EQ(OutcomeOf(0), "ok");
  EXPECT_EQ(result_->usage->completion_tokens(), 5);
  EXPECT_EQ(result_->finishes.size(), 1u);
}

TEST_F(StreamTimeTest, AnAnswerThatGoesOnAfterItsEndHasNotEnded) {
  Begin();
  Answer("Hello stop ");
  client_.Body("more ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(16))) << "the second that an end mark may take is no more";
  EXPECT_FALSE(client_.Expire(Now() + seconds(29)));
  client_.Body("world ");
  ASSERT_TRUE(client_.open());
  client_.Break();
  EXPECT_EQ(verdict(), "STREAM_BROKEN");
  EXPECT_EQ(OutcomeOf(0), "truncated");
}

TEST_F(StreamTimeTest, AnErrorWhoseTextDoesNotEndIsNotWaitedForLong) {
  Begin();
  client_.Head(429);
  client_.Body("slow");
  EXPECT_LE(client_.last().deadline, Now() + seconds(5));
  client_.Body("down");
  ASSERT_TRUE(client_.Expire(client_.last().deadline));
  Answer("Hello stop done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_EQ(OutcomeOf(0), "rate_limited") << "it is what its status says";
  EXPECT_EQ(report().attempts[0].http_status, 429);
}

TEST_F(StreamTimeTest, AnErrorWhoseTextBreaksOffIsWhatItsStatusSays) {
  Begin();
  client_.Head(429);
  client_.Break();
  ASSERT_EQ(client_.exchanges.size(), 2u);
  Answer("Hello stop done ");
  EXPECT_EQ(OutcomeOf(0), "rate_limited");
}

TEST_F(StreamTimeTest, AnAnswerWhoseConnectionBreaksAfterItsLastChoiceIsWhole) {
  Begin();
  Answer("Hello stop ");
  client_.Break();
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_FALSE(result_->usage);
}

TEST_F(StreamTimeTest, AnAnswerThatLacksItsEndMarkWhenTheDeadlinePassesIsWhole) {
  input_.deadline = Now() + milliseconds(300);
  Begin();
  Answer("Hello stop ");
  ASSERT_TRUE(client_.Expire(input_.deadline));
  EXPECT_EQ(verdict(), "SERVED");
}

TEST_F(StreamTimeTest, ACallerWhoDoesNotReadDoesNotKeepTheUsageAway) {
  Begin();
  client_.Head();
  sink_.takes_more = false;
  client_.Body("Hello ");
  ASSERT_TRUE(client_.last().paused);
  client_.Body("world stop ");
  EXPECT_FALSE(client_.last().paused) << "there is nothing left to hold back";
  client_.Body("usage done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_TRUE(result_->usage);
}

TEST_F(StreamTimeTest, AnIdleTimeoutThatIsShorterThanTheTimeToTheFirstTokenIsNoticed) {
  Reconfigure([](v1::Policy& policy) { policy.mutable_stream_idle_timeout()->set_seconds(2); });
  Begin();
  Answer("Hello ");
  EXPECT_LE(client_.last().deadline, Now() + seconds(2));
  EXPECT_TRUE(client_.Expire(client_.last().deadline));
  EXPECT_EQ(OutcomeOf(0), "stalled");
}

class StreamUnaryTest : public StreamStage {
 protected:
  StreamUnaryTest() : StreamStage("    stream_unary: true\n") {
    input_.sink = nullptr;
    input_.response = &response_;
  }

  v1::ChatResponse response_;
};

TEST_F(StreamUnaryTest, AWholeAnswerIsMadeOfAStream) {
  Begin();
  EXPECT_EQ(client_.last().request.path, "/stream");
  Answer("role Hello world stop usage done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_EQ(response_.choices(0).message().content(), "Hello world ");
  EXPECT_EQ(response_.choices(0).finish_reason(), "stop");
  EXPECT_EQ(response_.usage().completion_tokens(), 5);
  EXPECT_EQ(Sample(R"(spillway_tokens_total{endpoint="a",model="m",type="completion"})"), 5);
  EXPECT_EQ(Sample(R"(spillway_time_to_first_token_seconds_count{endpoint="a",model="m"})"), 1);
  EXPECT_EQ(result_->resets, 0);
}

TEST_F(StreamUnaryTest, ABreakAtAnyTimeFailsOverUnnoticed) {
  Begin();
  Answer("Hello ");
  client_.Break();
  Answer("Good ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(16)));
  ASSERT_TRUE(client_.Expire(Now() + seconds(31)));
  Answer("Bye stop done ");
  EXPECT_EQ(verdict(), "SERVED");
  EXPECT_EQ(response_.choices(0).message().content(), "Bye ");
  EXPECT_EQ(OutcomeOf(1), "stalled");
  EXPECT_EQ(result_->resets, 0);
}

TEST_F(StreamUnaryTest, AnAnswerWithoutEndIsNotGatheredWithoutEnd) {
  Begin();
  client_.Head();
  const std::string much(1024 * 1024 - 1, 'x');
  for (int i = 0; i < 64; ++i) client_.Body(much + " ");
  ASSERT_EQ(client_.exchanges.size(), 1u);
  client_.Body("x ");
  EXPECT_TRUE(client_.exchanges[0].cancelled);
  ASSERT_EQ(client_.exchanges.size(), 2u);
  Answer("Bye stop done ");
  EXPECT_EQ(response_.choices(0).message().content(), "Bye ");
  EXPECT_EQ(OutcomeOf(0), "malformed");
}

TEST_F(StreamUnaryTest, RequestTimeoutBoundsItToo) {
  Reconfigure([](v1::Policy& policy) { policy.mutable_request_timeout()->set_seconds(20); });
  Begin();
  Answer("Hello ");
  EXPECT_FALSE(client_.Expire(Now() + seconds(16)));
  ASSERT_TRUE(client_.Expire(Now() + seconds(21)));
  ASSERT_EQ(client_.exchanges.size(), 2u);
  Answer("Bye stop done ");
  EXPECT_EQ(OutcomeOf(0), "timeout");
}

}  // namespace
}  // namespace spillway::server
