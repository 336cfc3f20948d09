#include "providers/streamed_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

class StreamedAnswerTest : public testing::Test {
 protected:
  explicit StreamedAnswerTest(int choices = 1)
      : answer_({200, {{"x-request-id", "r"}}, ""}, StreamContext{.choices = choices}) {
    answer_.GiveOutTo(deltas_);
  }

  void Add(const std::string& delta) { answer_.Add(Proto<v1::Delta>(delta)); }

  std::vector<v1::Delta> deltas_;
  StreamedAnswer answer_;
};

class TwoChoicesTest : public StreamedAnswerTest {
 protected:
  TwoChoicesTest() : StreamedAnswerTest(2) {}
};

TEST_F(StreamedAnswerTest, TheFirstDeltaHasTheRoleAndOnlyIt) {
  Add("content: 'a'");
  Add("role: ROLE_USER content: 'b'");
  ASSERT_EQ(deltas_.size(), 2U);
  EXPECT_TRUE(SameProto(deltas_[0], "role: ROLE_ASSISTANT content: 'a'"));
  EXPECT_TRUE(SameProto(deltas_[1], "content: 'b'"));
}

TEST_F(StreamedAnswerTest, WhatSaysNothingIsLeftOut) {
  Add("");
  Add("role: ROLE_ASSISTANT content: '' refusal: '' reasoning_content: '' extra {} audio {} logprobs {}");
  Add("tool_calls { index: 3 function { arguments: '' } } tool_calls { custom {} }");
  EXPECT_TRUE(deltas_.empty());
  Add("content: '' reasoning_content: 'x' tool_calls { index: 1 } tool_calls { index: 2 id: 'c' }");
  ASSERT_EQ(deltas_.size(), 1U);
  EXPECT_TRUE(
      SameProto(deltas_[0], "role: ROLE_ASSISTANT reasoning_content: 'x' tool_calls { index: 2 id: 'c' }"));
}

TEST_F(StreamedAnswerTest, ItIsFinishedWithTheLastChoiceAndCompleteWithTheEnd) {
  Add("content: 'a'");
  EXPECT_EQ(answer_.state(), StreamState::kOpen);
  answer_.EndChoice(0, "stop");
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
  answer_.EndIfWhole();
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
  answer_.usage().set_prompt_tokens(3);
  answer_.EndIfWhole();
  EXPECT_EQ(answer_.state(), StreamState::kComplete);
  answer_.answer().set_id("i");
  const StreamEnding ending = answer_.TakeEnding();
  ASSERT_EQ(ending.finishes.size(), 1U);
  EXPECT_TRUE(SameProto(ending.finishes[0], "finish_reason: 'stop' id: 'i'"));
  EXPECT_EQ(ending.usage->prompt_tokens(), 3);
}

TEST_F(StreamedAnswerTest, TheEndBeforeAFinishReasonIsTruncated) {
  Add("content: 'a'");
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kFailed);
  const router::FailedAttempt failed = answer_.TakeFailure();
  EXPECT_EQ(failed.failure, Failure::kTruncated);
  EXPECT_EQ(failed.http_status, 200);
  EXPECT_NE(failed.message, "");
}

TEST_F(StreamedAnswerTest, AnEndWithoutAnyAnswerIsTruncated) {
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kFailed);
  EXPECT_EQ(answer_.TakeFailure().failure, Failure::kTruncated);
}

TEST_F(StreamedAnswerTest, AChoiceThatSaidNothingIsHeardOfAllTheSame) {
  Add("content: ''");
  answer_.EndChoice(0, "length");
  answer_.End();
  ASSERT_EQ(deltas_.size(), 1U);
  EXPECT_TRUE(SameProto(deltas_[0], "role: ROLE_ASSISTANT content: ''"));
}

TEST_F(StreamedAnswerTest, AChoiceThatEndedWithoutAWordMustHaveSaidSomething) {
  answer_.EndChoice(0, "");
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kFailed);
  EXPECT_EQ(answer_.TakeFailure().failure, Failure::kMalformed);
}

TEST_F(StreamedAnswerTest, AChoiceThatEndedWithoutAWordIsStopWhereItSaidSomething) {
  Add("content: 'a'");
  answer_.EndChoice(0, "");
  answer_.End();
  EXPECT_TRUE(SameProto(answer_.TakeEnding().finishes.at(0), "finish_reason: 'stop'"));
}

TEST_F(StreamedAnswerTest, ALaterFinishReasonReplacesAnEarlierUnlessItIsEmpty) {
  Add("content: 'a'");
  answer_.EndChoice(0, "stop");
  answer_.EndChoice(0, "max_tokens");
  answer_.EndChoice(0, "");
  answer_.End();
  EXPECT_TRUE(SameProto(
      answer_.TakeEnding().finishes.at(0),
      R"(finish_reason: "length" extra { fields { key: "native_finish_reason" value { string_value: "max_tokens" } } })"));
}

TEST_F(StreamedAnswerTest, CallsTurnStopIntoToolCalls) {
  answer_.EndChoice(0, "stop");
  Add("tool_calls { id: 'a' function { name: 'f' } }");
  answer_.End();
  EXPECT_EQ(answer_.TakeEnding().finishes.at(0).finish_reason(), "tool_calls");
}

TEST_F(StreamedAnswerTest, AFinishReasonThatMeansABreakdownFails) {
  Add("content: 'a'");
  answer_.EndChoice(0, "insufficient_system_resource");
  EXPECT_EQ(answer_.state(), StreamState::kFailed);
  const router::FailedAttempt failed = answer_.TakeFailure();
  EXPECT_EQ(failed.failure, Failure::kOverloaded);
  EXPECT_EQ(failed.provider_code, "insufficient_system_resource");
}

TEST_F(StreamedAnswerTest, NothingComesAfterTheEndOrAFailure) {
  Add("content: 'a'");
  answer_.FailUnreadable("first");
  Add("content: 'b'");
  answer_.EndChoice(0, "stop");
  answer_.End();
  answer_.FailUnreadable("second");
  EXPECT_EQ(deltas_.size(), 1U);
  EXPECT_EQ(answer_.TakeFailure().message, "first");
}

TEST_F(StreamedAnswerTest, AnEventThatIsCutOffIsTruncatedOnlyAtTheEndOfTheBytes) {
  answer_.FailUnreadable(JsonDocument("{\"a\":"));
  EXPECT_EQ(answer_.TakeFailure().failure, Failure::kMalformed);
  StreamedAnswer cut({200, {}, ""}, {});
  cut.BytesEnded();
  cut.FailUnreadable(JsonDocument("{\"a\":"));
  EXPECT_EQ(cut.TakeFailure().failure, Failure::kTruncated);
}

TEST_F(StreamedAnswerTest, AnEventThatIsCutOffAfterTheFinishIsNoMatter) {
  Add("content: 'a'");
  answer_.EndChoice(0, "stop");
  answer_.BytesEnded();
  answer_.FailUnreadable(JsonDocument("{\"usage\":"));
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
}

// Servers have given a finish reason with every piece, or with the first one before the model thought.
TEST_F(StreamedAnswerTest, AChoiceThatGoesOnAfterItsFinishReasonHasNotEndedBeforeTheBytesHave) {
  Add("content: 'a'");
  answer_.EndChoice(0, "stop");
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
  Add("extra { fields { key: 'note' value { bool_value: true } } }");
  EXPECT_EQ(answer_.state(), StreamState::kFinished) << "a remark is no more of the answer";
  Add("content: 'b'");
  EXPECT_EQ(answer_.state(), StreamState::kOpen);
  answer_.EndChoice(0, "stop");
  answer_.usage().set_prompt_tokens(3);
  answer_.EndIfWhole();
  EXPECT_EQ(answer_.state(), StreamState::kOpen) << "its word is not to be relied upon";
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kComplete);
}

TEST_F(StreamedAnswerTest, AChoiceThatGoesOnNeedsNoFurtherFinishReason) {
  Add("content: 'a'");
  answer_.EndChoice(0, "stop");
  Add("content: 'b'");
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kComplete);
}

TEST_F(StreamedAnswerTest, MoreChoicesThanAnybodyAsksForAreUnreadable) {
  for (int i = 0; i < 1024; ++i) answer_.EndChoice(i, "stop");
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
  answer_.EndChoice(1024, "stop");
  ASSERT_EQ(answer_.state(), StreamState::kFailed);
  EXPECT_EQ(answer_.TakeFailure().failure, Failure::kMalformed);
}

TEST_F(TwoChoicesTest, ItIsFinishedWhenAllThatWereAskedForHaveEnded) {
  Add("choice_index: 1 content: 'b'");
  answer_.EndChoice(1, "stop");
  EXPECT_EQ(answer_.state(), StreamState::kOpen);
  Add("choice_index: 0 content: 'a'");
  EXPECT_EQ(answer_.state(), StreamState::kOpen);
  answer_.EndChoice(0, "length");
  EXPECT_EQ(answer_.state(), StreamState::kFinished);
  answer_.answer().mutable_response_extra();
  answer_.End();
  const StreamEnding ending = answer_.TakeEnding();
  ASSERT_EQ(ending.finishes.size(), 2U);
  EXPECT_TRUE(SameProto(ending.finishes[0], "finish_reason: 'length'"));
  EXPECT_TRUE(SameProto(ending.finishes[1], "choice_index: 1 finish_reason: 'stop' response_extra {}"));
}

TEST_F(TwoChoicesTest, AServerMayGiveFewerThanWereAskedFor) {
  Add("content: 'a'");
  answer_.EndChoice(0, "stop");
  EXPECT_EQ(answer_.state(), StreamState::kOpen);
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kComplete);
}

TEST_F(TwoChoicesTest, AChoiceThatHasNotEndedTruncatesAll) {
  Add("content: 'a'");
  Add("choice_index: 1");
  answer_.EndChoice(0, "stop");
  answer_.End();
  EXPECT_EQ(answer_.state(), StreamState::kFailed);
  EXPECT_EQ(answer_.TakeFailure().failure, Failure::kTruncated);
}

}  // namespace
}  // namespace spillway::providers
