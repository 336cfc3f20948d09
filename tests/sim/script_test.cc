#include "tests/sim/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/json_reader.h"

namespace spillway::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> NextNames(Script& script, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(TraitsOf(script.Next().fault).name);
  return names;
}

std::string ErrorOf(std::string_view text) {
  try {
    ParseScript(text);
  } catch (const InvalidConfig& error) {
    return error.what();
  }
  return "";
}

TEST(ScriptTest, NoScriptAnswersEverything) {
  Script script;
  EXPECT_THAT(NextNames(script, 3), ElementsAre("ok", "ok", "ok"));
}

TEST(ScriptTest, StepsAreConsumedOnePerRequestAndTheLastRepeats) {
  Script script = ParseScript(R"(["rate_limited", {"fault": "reset", "times": 2}, "silence"])");
  EXPECT_THAT(NextNames(script, 5), ElementsAre("rate_limited", "reset", "reset", "silence", "silence"));
}

TEST(ScriptTest, ThenOkAnswersAfterTheLastStep) {
  Script script = ParseScript(R"({"steps": ["reset"], "then": "ok"})");
  EXPECT_THAT(NextNames(script, 3), ElementsAre("reset", "ok", "ok"));
}

TEST(ScriptTest, ThenCycleBeginsAnew) {
  Script script = ParseScript(R"({"steps": ["ok", "reset"], "then": "cycle"})");
  EXPECT_THAT(NextNames(script, 5), ElementsAre("ok", "reset", "ok", "reset", "ok"));
}

TEST(ScriptTest, ShortFormIsTheLongForm) {
  const Step step = ParseScript("rate_limited:retry_after=30:delay_ms=5:close").Next();
  EXPECT_EQ(step.fault, Fault::kRateLimited);
  EXPECT_EQ(step.retry_after, "30");
  EXPECT_EQ(step.plan.delay, std::chrono::milliseconds(5));
  EXPECT_TRUE(step.plan.close);
}

TEST(ScriptTest, FaultsOfStreamsSayWhenAndWhat) {
  const Step error = ParseScript("error_event:after=3:class=context_length:tokens=9:pause_ms=2").Next();
  EXPECT_EQ(error.after, 3u);
  EXPECT_EQ(error.tokens, 9u);
  EXPECT_EQ(error.plan.pause, std::chrono::milliseconds(2));
  EXPECT_EQ(AsErrorAnswer(error).fault, Fault::kContextLength);
  const Step plain = ParseScript("error_event").Next();
  EXPECT_EQ(plain.after, 1u);
  EXPECT_EQ(AsErrorAnswer(plain).fault, Fault::kOverloaded);
  EXPECT_FALSE(ParseScript("cut:after=2").Next().cuts_bytes);
  EXPECT_TRUE(ParseScript("cut:bytes=2").Next().cuts_bytes);
}

TEST(ScriptTest, RetryAfterMayBeADate) {
  const Step step =
      ParseScript(R"({"fault": "quota", "retry_after": "Fri, 31 Dec 1999 23:59:59 GMT"})").Next();
  EXPECT_EQ(step.retry_after, "Fri, 31 Dec 1999 23:59:59 GMT");
}

TEST(ScriptTest, PercentHitsAboutItsShareAndReplays) {
  const auto run = [] {
    Script script = ParseScript(R"({"steps": [{"fault": "reset", "percent": 20}], "seed": 7})");
    return NextNames(script, 1000);
  };
  const std::vector<std::string> names = run();
  const auto hits = std::count(names.begin(), names.end(), "reset");
  EXPECT_GT(hits, 150);
  EXPECT_LT(hits, 250);
  EXPECT_EQ(names, run());
}

TEST(ScriptTest, OneOfSharesOutByPercentAndLeavesTheRestAlone) {
  Script script =
      ParseScript(R"({"one_of": [{"fault": "reset", "percent": 30}, {"fault": "quota", "percent": 30}]})");
  const std::vector<std::string> names = NextNames(script, 1000);
  for (const char* name : {"reset", "quota", "ok"}) {
    EXPECT_GT(std::count(names.begin(), names.end(), name), 200) << name;
  }
}

TEST(ScriptTest, MistakesNameTheField) {
  EXPECT_THAT(ErrorOf(R"(["ok", {"fault": "meteor"}])"),
              HasSubstr("script[1].fault: no fault is called \"meteor\""));
  EXPECT_THAT(ErrorOf(R"({"fault": "ok", "dealy_ms": 3})"), HasSubstr("script.dealy_ms: unknown key"));
  EXPECT_THAT(ErrorOf(R"({"fault": "ok", "delay_ms": "soon"})"),
              HasSubstr("script.delay_ms: must be an integer"));
  EXPECT_THAT(ErrorOf(R"({"steps": ["ok"], "then": "maybe"})"), HasSubstr("script.then: must be"));
  EXPECT_THAT(ErrorOf(R"({"one_of": [{"percent": 60}, {"percent": 60}]})"), HasSubstr("more than 100"));
  EXPECT_THAT(ErrorOf("slow:bytes=0"), HasSubstr("script.bytes"));
  EXPECT_THAT(ErrorOf("cut:after=-1"), HasSubstr("script.after"));
  EXPECT_THAT(ErrorOf("ok:tokens=0"), HasSubstr("script.tokens"));
  EXPECT_THAT(ErrorOf("error_event:class=stall"), HasSubstr("script.class: must be the fault of an error"));
  EXPECT_THAT(ErrorOf("[\"ok\""), HasSubstr("script: not JSON"));
  EXPECT_THAT(ErrorOf("ok:times=0"), HasSubstr("script.times"));
}

}  // namespace
}  // namespace spillway::sim
