#include "tests/chaos/answer_check.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::chaos {
namespace {

const std::string kPrompt = PromptOf(17, 6);

Ending Served(std::string_view text, std::string_view finish_reason = "stop") {
  return {.prompt = kPrompt, .served_by = "alpha", .text = text, .finish_reason = finish_reason, .ok = true};
}

Ending Broken(std::string_view text) {
  return {.prompt = kPrompt, .text = text, .says_broken = true, .may_break = true};
}

TEST(AnswerCheckTest, APromptIsOfItsCallAndHasTheWordsWanted) {
  EXPECT_EQ(kPrompt, "call 17: word3 word4 word5 word6");
  EXPECT_NE(PromptOf(18, 6), kPrompt);
}

TEST(AnswerCheckTest, OnlyEveryCharacterIsWhole) {
  const std::string whole = "alpha heard: " + kPrompt;
  EXPECT_EQ(Judge(Served(whole)), Verdict::kWhole);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(Judge(Served(whole.substr(0, size))), Verdict::kTruncated) << size;
  }
  EXPECT_EQ(Judge(Served(whole, "")), Verdict::kTruncated);
}

TEST(AnswerCheckTest, AnotherCallsOrAnotherTargetsAnswerIsWrong) {
  EXPECT_EQ(Judge(Served("alpha heard: " + PromptOf(18, 6))), Verdict::kWrong);
  EXPECT_EQ(Judge(Served("beta heard: " + kPrompt)), Verdict::kWrong);
  EXPECT_EQ(Judge(Served("alpha heard: " + kPrompt + " ")), Verdict::kWrong);
}

TEST(AnswerCheckTest, ABreakIsHonestOnlyWhereItMayBeAndIsSaid) {
  EXPECT_EQ(Judge(Broken("alpha heard: call 17: wo")), Verdict::kBroken);
  EXPECT_EQ(Judge(Broken("alp")), Verdict::kBroken);
  EXPECT_EQ(Judge(Broken("")), Verdict::kFailed);
  Ending unsaid = Broken("alpha heard: call 17:");
  unsaid.says_broken = false;
  EXPECT_EQ(Judge(unsaid), Verdict::kFailed);
  Ending forbidden = Broken("alpha heard: call 17:");
  forbidden.may_break = false;
  EXPECT_EQ(Judge(forbidden), Verdict::kFailed);
}

TEST(AnswerCheckTest, ABrokenStreamOfAnotherCallIsWrong) {
  EXPECT_EQ(Judge(Broken("alpha heard: call 18:")), Verdict::kWrong);
}

}  // namespace
}  // namespace spillway::chaos
