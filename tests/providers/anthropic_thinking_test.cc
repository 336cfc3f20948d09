// Reasoning efforts as Anthropic's models take them, and signed thinking that goes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "providers/thinking_blocks.h"
#include "tests/providers/anthropic_call.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Outcome {
  std::string thinking;
  std::string max_tokens;
  std::string output_config;
  std::vector<std::string_view> dropped;
};

Outcome Think(const v1::ChatRequest& request, const std::string& model = "claude-sonnet-4-5") {
  EncodedRequest encoded = Encoded(request, ModelSpec(model));
  return {MemberOf(encoded, "thinking"), MemberOf(encoded, "max_tokens"), MemberOf(encoded, "output_config"),
          std::move(encoded.dropped)};
}

Outcome Think(const std::string& rest, const std::string& model = "claude-sonnet-4-5") {
  return Think(Asked(rest), model);
}

// A user's question, an assistant's call, the result.
v1::ChatRequest MidToolUse() {
  return Asked("'reasoning_effort':'low'",
               "[{'role':'user','content':'q'},{'role':'assistant','content':null,'tool_calls':[{'id':'a',"
               "'type':'function','function':{'name':'w','arguments':'{}'}}]},"
               "{'role':'tool','tool_call_id':'a','content':'1'}]");
}

TEST(AnthropicThinkingTest, AnEffortBecomesABudgetAndMakesRoomForIt) {
  const Outcome outcome = Think("'reasoning_effort':'medium'");
  EXPECT_EQ(outcome.thinking, "{'type':'enabled','budget_tokens':8192}");
  EXPECT_EQ(outcome.max_tokens, "12288");
  EXPECT_THAT(outcome.dropped, IsEmpty());
  EXPECT_EQ(Think("'reasoning_effort':'minimal'").thinking, "{'type':'enabled','budget_tokens':1024}");
}

TEST(AnthropicThinkingTest, TheBudgetStaysBelowTheCallersLimit) {
  const Outcome outcome = Think("'reasoning_effort':'high','max_tokens':2000");
  EXPECT_EQ(outcome.thinking, "{'type':'enabled','budget_tokens':1999}");
  EXPECT_EQ(outcome.max_tokens, "2000");
  EXPECT_EQ(Think("'reasoning_effort':'high','anthropic':{'max_tokens':1500}").thinking,
            "{'type':'enabled','budget_tokens':1499}");
}

TEST(AnthropicThinkingTest, ALimitWithoutRoomForTheLeastBudgetLeavesThinkingOut) {
  const Outcome outcome = Think("'reasoning_effort':'high','max_tokens':1024");
  EXPECT_EQ(outcome.thinking, "");
  EXPECT_THAT(outcome.dropped, ElementsAre("reasoning_effort"));
  EXPECT_EQ(Think("'reasoning_effort':'high','max_tokens':1025").thinking,
            "{'type':'enabled','budget_tokens':1024}");
}

TEST(AnthropicThinkingTest, ALimitOfNothingIsTheApisToRefuse) {
  EXPECT_THAT(Think("'reasoning_effort':'high','max_tokens':-9223372036854775808").dropped,
              ElementsAre("reasoning_effort"));
}

TEST(AnthropicThinkingTest, ModelsThatCannotThinkAreNotAskedTo) {
  const Outcome outcome = Think("'reasoning_effort':'low'", "claude-3-5-haiku-20241022");
  EXPECT_EQ(outcome.thinking, "");
  EXPECT_EQ(outcome.max_tokens, "4096");
  EXPECT_THAT(outcome.dropped, ElementsAre("reasoning_effort"));
}

TEST(AnthropicThinkingTest, NoEffortIsNoThinking) {
  EXPECT_EQ(Think("'reasoning_effort':'none'").thinking, "");
  EXPECT_THAT(Think("'reasoning_effort':'none'").dropped, IsEmpty());
  EXPECT_EQ(Think("").thinking, "");
}

TEST(AnthropicThinkingTest, AnUnknownEffortIsRefused) {
  const absl::Status status = Refusal(Asked("'reasoning_effort':'heroic'"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(), "reasoning_effort is no effort that Anthropic knows");
}

TEST(AnthropicThinkingTest, ThinkingLeavesSamplingOut) {
  const auto encoded = Encoded(Asked("'reasoning_effort':'low','temperature':0.5,'top_p':0.9"));
  EXPECT_EQ(MemberOf(encoded, "temperature"), "");
  EXPECT_EQ(MemberOf(encoded, "top_p"), "");
  EXPECT_THAT(encoded.dropped, ElementsAre("temperature", "top_p"));
  EXPECT_EQ(MemberOf(Encoded(Asked("'reasoning_effort':'low','temperature':1")), "temperature"), "1");
}

TEST(AnthropicThinkingTest, AForcedCallLeavesThinkingOut) {
  const std::string tools = "'reasoning_effort':'low','tools':[{'function':{'name':'f'}}],'tool_choice':";
  EXPECT_THAT(Think(tools + "'required'").dropped, ElementsAre("reasoning_effort"));
  EXPECT_EQ(Think(tools + "'required'").thinking, "");
  EXPECT_EQ(Think(tools + "{'type':'function','function':{'name':'f'}}").thinking, "");
  EXPECT_EQ(Think(tools + "'auto'").thinking, "{'type':'enabled','budget_tokens':1024}");
  EXPECT_EQ(Think("'reasoning_effort':'low','anthropic':{'tools':[{}]},'tool_choice':'required'").thinking,
            "");
  EXPECT_EQ(Think("'reasoning_effort':'low','tool_choice':'required'").thinking,
            "{'type':'enabled','budget_tokens':1024}")
      << "without tools nothing is forced";
}

TEST(AnthropicThinkingTest, ATurnToBeContinuedLeavesThinkingOut) {
  const auto request =
      Asked("'reasoning_effort':'low'", "[{'role':'user','content':'q'},{'role':'assistant','content':'a'}]");
  EXPECT_EQ(Think(request).thinking, "");
  EXPECT_THAT(Think(request).dropped, ElementsAre("reasoning_effort"));
}

TEST(AnthropicThinkingTest, CallsThatAnotherProviderMadeLeaveThinkingOut) {
  EXPECT_EQ(Think(MidToolUse()).thinking, "");
  EXPECT_THAT(Think(MidToolUse()).dropped, ElementsAre("reasoning_effort"));
}

TEST(AnthropicThinkingTest, CallsOfAnEarlierTurnDoNot) {
  v1::ChatRequest request = MidToolUse();
  request.MergeFrom(Asked("", "[{'role':'assistant','content':'1'},{'role':'user','content':'q'}]"));
  EXPECT_EQ(Think(request).thinking, "{'type':'enabled','budget_tokens':1024}");
}

TEST(AnthropicThinkingTest, SignedThinkingGoesBackAtTheStartOfItsTurn) {
  v1::ChatRequest request = MidToolUse();
  v1::Message& turn = *request.mutable_messages(1);
  turn.set_content("Let me see.");
  AddThinkingBlock({"I look it up.", "sig", {}}, turn);
  AddThinkingBlock({{}, {}, "secret"}, turn);
  EXPECT_EQ(MemberOf(Encoded(request), "messages"),
            "[{'role':'user','content':'q'},{'role':'assistant','content':["
            "{'type':'thinking','thinking':'I look it up.','signature':'sig'},"
            "{'type':'redacted_thinking','data':'secret'},{'type':'text','text':'Let me see.'},"
            "{'type':'tool_use','id':'a','name':'w','input':{}}]},"
            "{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'1'}]}]");
  EXPECT_EQ(Think(request).thinking, "{'type':'enabled','budget_tokens':1024}");
  EXPECT_THAT(Think(request).dropped, IsEmpty());
}

TEST(AnthropicThinkingTest, ThinkingGoesBeforeEverythingElseOfItsTurnWhateverTheMessage) {
  v1::ChatRequest request = Asked("",
                                  "[{'role':'user','content':'q'},{'role':'assistant','content':'a'},"
                                  "{'role':'assistant','content':'b'},{'role':'user','content':'r'}]");
  AddThinkingBlock({"t", "s", {}}, *request.mutable_messages(2));
  EXPECT_EQ(MemberOf(Encoded(request), "messages"),
            "[{'role':'user','content':'q'},{'role':'assistant','content':["
            "{'type':'thinking','thinking':'t','signature':'s'},{'type':'text','text':'a'},"
            "{'type':'text','text':'b'}]},{'role':'user','content':'r'}]");
}

TEST(AnthropicThinkingTest, TheCallersOwnThinkingGoesBeforeAnEffort) {
  const auto encoded = Encoded(
      Asked("'reasoning_effort':'low','temperature':0.5,'thinking':{'type':'enabled','budget_tokens':3000}"));
  EXPECT_EQ(MemberOf(encoded, "thinking"), "{'budget_tokens':3000,'type':'enabled'}");
  EXPECT_EQ(MemberOf(encoded, "max_tokens"), "7096");
  EXPECT_THAT(encoded.dropped, ElementsAre("temperature"));
  const auto disabled = Encoded(Asked("'temperature':0.5,'thinking':{'type':'disabled'}"));
  EXPECT_EQ(MemberOf(disabled, "temperature"), "5E-1");
  EXPECT_EQ(MemberOf(disabled, "max_tokens"), "4096");
}

TEST(AnthropicThinkingTest, AdaptiveModelsAreGivenTheEffortItself) {
  const Outcome outcome = Think("'reasoning_effort':'high'", "claude-opus-4-7");
  EXPECT_EQ(outcome.thinking, "{'type':'adaptive'}");
  EXPECT_EQ(outcome.output_config, "{'effort':'high'}");
  EXPECT_EQ(outcome.max_tokens, "28672");
  EXPECT_EQ(Think("'reasoning_effort':'minimal'", "claude-sonnet-5").output_config, "{'effort':'low'}");
  EXPECT_EQ(
      Think("'reasoning_effort':'low','output_config':{'effort':'max'}", "claude-sonnet-5").output_config,
      "{'effort':'max'}");
}

TEST(AnthropicThinkingTest, AdaptiveModelsNeedNoRoomForABudgetNorSignedCalls) {
  EXPECT_EQ(Think("'reasoning_effort':'high','max_tokens':50", "claude-opus-4-7").thinking,
            "{'type':'adaptive'}");
  EXPECT_EQ(Think(MidToolUse(), "claude-opus-4-7").thinking, "{'type':'adaptive'}");
}

TEST(AnthropicThinkingTest, ModelsThatThinkUnaskedAreToldNotTo) {
  EXPECT_EQ(Think("'reasoning_effort':'none'", "claude-sonnet-5").thinking, "{'type':'disabled'}");
  EXPECT_EQ(Think("'reasoning_effort':'none'", "claude-opus-4-8").thinking, "");
  const Outcome always = Think("'reasoning_effort':'none'", "claude-fable-5");
  EXPECT_EQ(always.thinking, "");
  EXPECT_THAT(always.dropped, ElementsAre("reasoning_effort"));
}

}  // namespace
}  // namespace spillway::providers
