// Tools, the choice among them, and what a model's name tells of the model, for Anthropic's API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "providers/anthropic_model.h"
#include "tests/providers/anthropic_call.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

std::string Sent(const char* name, const std::string& rest) { return MemberOf(Encoded(Asked(rest)), name); }

std::string Unsupported(const std::string& rest) {
  const absl::Status status = Refusal(Asked(rest));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
  return std::string(status.message());
}

TEST(AnthropicToolsTest, AToolsSchemaIsAnObjects) {
  EXPECT_EQ(Sent("tools",
                 "'tools':[{'type':'function','function':{'name':'f','description':'d','strict':true,"
                 "'parameters':{'properties':{'a':{}}}}},{'function':{'name':'g','strict':false}},"
                 "{'function':{'name':'h','parameters':{'type':'object'}}}]"),
            "[{'name':'f','description':'d','input_schema':{'type':'object','properties':{'a':{}}},"
            "'strict':true},{'name':'g','input_schema':{'type':'object','properties':{}}},"
            "{'name':'h','input_schema':{'type':'object'}}]");
}

TEST(AnthropicToolsTest, CacheMarksAndAnthropicsOwnMembersStayOnTheTool) {
  EXPECT_EQ(Sent("tools",
                 "'tools':[{'function':{'name':'f'},'cache_control':{'type':'ephemeral'},"
                 "'anthropic':{'defer_loading':true},'other':1}]"),
            "[{'name':'f','input_schema':{'type':'object','properties':{}},'defer_loading':true,"
            "'cache_control':{'type':'ephemeral'}}]");
  EXPECT_EQ(Sent("tools", "'tools':[{'function':{'name':'f','cache_control':{'type':'ephemeral'}}}]"),
            "[{'name':'f','input_schema':{'type':'object','properties':{}},"
            "'cache_control':{'type':'ephemeral'}}]");
}

TEST(AnthropicToolsTest, ToolsOfOtherKindsAreRefused) {
  EXPECT_EQ(Unsupported("'tools':[{'type':'custom','custom':{'name':'c'}}]"),
            "tools[0].type is not `function`, which is all that Anthropic is asked for");
  EXPECT_EQ(Unsupported("'tools':[{'type':'mcp','function':{'name':'c'}}]"),
            "tools[0].type is not `function`, which is all that Anthropic is asked for");
}

TEST(AnthropicToolsTest, AToolThatIsNoneIsTheCallersMistake) {
  EXPECT_EQ(Refusal(Proto<v1::ChatRequest>("messages { role: ROLE_USER content: \"x\" } tools {}")).message(),
            "tools[0].function is not set");
  EXPECT_EQ(Refusal(Asked("'tools':[{'function':{'name':'f'},'anthropic':{'name':'g'}}]")).message(),
            "tools[0].extra.anthropic.name has a field of its own");
  v1::ChatRequest request = Asked("'tools':[{'function':{'name':'f','parameters':{'x':1}}}]");
  auto& parameters = *request.mutable_tools(0)->mutable_function()->mutable_parameters()->mutable_fields();
  parameters["x"].set_number_value(std::numeric_limits<double>::infinity());
  EXPECT_EQ(Refusal(request).message(), "tools[0].function.parameters.x is not a finite number");
  request = Asked("'tools':[{'function':{'name':'f'},'cache_control':{'x':1}}]");
  auto& mark = (*request.mutable_tools(0)->mutable_extra()->mutable_fields())["cache_control"];
  mark.set_number_value(std::numeric_limits<double>::infinity());
  EXPECT_EQ(Refusal(request).message(), "tools[0].extra.cache_control is not a finite number");
}

std::string Choice(const std::string& rest) {
  return Sent("tool_choice", "'tools':[{'function':{'name':'f'}}]," + rest);
}

TEST(AnthropicToolsTest, TheChoiceAmongTools) {
  EXPECT_EQ(Choice("'tool_choice':'auto'"), "{'type':'auto'}");
  EXPECT_EQ(Choice("'tool_choice':'none'"), "{'type':'none'}");
  EXPECT_EQ(Choice("'tool_choice':'required'"), "{'type':'any'}");
  EXPECT_EQ(Choice("'tool_choice':{'type':'function','function':{'name':'f'}}"),
            "{'type':'tool','name':'f'}");
  EXPECT_EQ(Choice("'n':1"), "");
  EXPECT_EQ(Sent("tool_choice", "'tool_choice':'required'"), "") << "there are no tools";
}

TEST(AnthropicToolsTest, OneCallAtATimeIsPartOfTheChoice) {
  EXPECT_EQ(Choice("'parallel_tool_calls':false"), "{'type':'auto','disable_parallel_tool_use':true}");
  EXPECT_EQ(Choice("'parallel_tool_calls':false,'tool_choice':'required'"),
            "{'type':'any','disable_parallel_tool_use':true}");
  EXPECT_EQ(Choice("'parallel_tool_calls':false,'tool_choice':'none'"), "{'type':'none'}");
  EXPECT_EQ(Choice("'parallel_tool_calls':true"), "");
}

TEST(AnthropicToolsTest, ChoicesThatAnthropicDoesNotKnow) {
  const std::string tools = "'tools':[{'function':{'name':'f'}}],";
  EXPECT_EQ(Unsupported(tools + "'tool_choice':{'type':'allowed_tools'}"),
            "tool_choice.other is no choice that Anthropic knows");
  v1::ChatRequest request = Asked(tools + "'tool_choice':'auto'");
  request.mutable_tool_choice()->set_mode("perhaps");
  EXPECT_EQ(Refusal(request).message(), "tool_choice.mode is none of none, auto and required");
}

TEST(AnthropicToolsTest, TheCallersOwnToolsReplaceAll) {
  const std::string own =
      "'tools':[{'function':{'name':'f'}}],'tool_choice':'required',"
      "'anthropic':{'tools':[{'type':'web_search_20250305','name':'web_search'}]}";
  EXPECT_EQ(Sent("tools", own), "[{'name':'web_search','type':'web_search_20250305'}]");
  EXPECT_EQ(Sent("tool_choice", own), "{'type':'any'}");
  EXPECT_EQ(Choice("'tool_choice':'required','anthropic':{'tool_choice':{'type':'none'}}"),
            "{'type':'none'}");
}

TEST(AnthropicModelTest, ANameTellsWhatItsModelTakes) {
  EXPECT_TRUE(AnthropicModelOf("claude-3-5-sonnet-20241022").cannot_think);
  EXPECT_FALSE(AnthropicModelOf("claude-3-7-sonnet-20250219").cannot_think);
  EXPECT_FALSE(AnthropicModelOf("claude-3-5-sonnet-20241022").one_sampler);
  EXPECT_FALSE(AnthropicModelOf("claude-opus-4-20250514").one_sampler);
  EXPECT_TRUE(AnthropicModelOf("claude-opus-4-1-20250805").one_sampler);
  EXPECT_FALSE(AnthropicModelOf("claude-haiku-4-5-20251001").no_prefill);
  EXPECT_TRUE(AnthropicModelOf("claude-sonnet-4-6").no_prefill);
  EXPECT_FALSE(AnthropicModelOf("claude-sonnet-4-6").adaptive);
  EXPECT_TRUE(AnthropicModelOf("anthropic/claude-opus-4.7").adaptive);
  EXPECT_TRUE(AnthropicModelOf("us.anthropic.claude-opus-4-7-v1:0").adaptive);
  EXPECT_FALSE(AnthropicModelOf("claude-opus-4-8").thinks_unasked);
  EXPECT_TRUE(AnthropicModelOf("claude-sonnet-5").thinks_unasked);
  EXPECT_FALSE(AnthropicModelOf("claude-sonnet-5").always_thinks);
  EXPECT_TRUE(AnthropicModelOf("claude-fable-5@20260801").always_thinks);
  EXPECT_TRUE(AnthropicModelOf("claude-opus-10").adaptive);
}

TEST(AnthropicModelTest, ANameWithoutAVersionTakesEverything) {
  for (const char* name : {"", "m", "claude-", "claude-latest", "claude-v2x", "gpt-4o"}) {
    const AnthropicModel model = AnthropicModelOf(name);
    EXPECT_FALSE(model.cannot_think || model.one_sampler || model.no_prefill || model.adaptive ||
                 model.thinks_unasked || model.always_thinks)
        << name;
  }
}

}  // namespace
}  // namespace spillway::providers
