// Anthropic's answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "providers/thinking_blocks.h"
#include "tests/providers/anthropic_call.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

Decoded Decode(std::string body, int status = 200) {
  for (char& c : body) c = c == '\'' ? '"' : c;
  return MakeCodec(v1::API_ANTHROPIC, {})
      ->Decode({.status = status, .headers = {}, .body = std::move(body)}, {});
}

v1::ChatResponse Answer(const std::string& body) {
  const Decoded decoded = Decode(body);
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) ADD_FAILURE() << std::get<router::FailedAttempt>(decoded).message;
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

router::FailedAttempt Failed(const std::string& body, int status = 200) {
  const Decoded decoded = Decode(body, status);
  const auto* failed = std::get_if<router::FailedAttempt>(&decoded);
  if (failed == nullptr) ADD_FAILURE() << std::get<v1::ChatResponse>(decoded).DebugString();
  return failed == nullptr ? router::FailedAttempt() : *failed;
}

v1::Choice ChoiceOf(const std::string& content, const std::string& rest = "'stop_reason':'end_turn'") {
  const auto answer = Answer("{'content':[" + content + "]," + rest + "}");
  return answer.choices_size() == 1 ? answer.choices(0) : v1::Choice();
}

v1::Usage UsageOf(const std::string& usage) {
  return Answer("{'content':[],'stop_reason':'end_turn','usage':" + usage + "}").usage();
}

std::string FinishOf(const std::string& word) {
  return ChoiceOf("{'type':'text','text':'x'}", "'stop_reason':'" + word + "'").finish_reason();
}

TEST(AnthropicDecodeTest, AWholeAnswer) {
  EXPECT_TRUE(SameProto(
      Answer(
          "{'id':'msg_1','type':'message','role':'assistant','model':'claude-x-1','content':[{'type':'text',"
          "'text':'Hi'},{'type':'text','text':' there','citations':null}],'stop_reason':'end_turn',"
          "'stop_sequence':null,'stop_details':null,'usage':{'input_tokens':2,'output_tokens':7,"
          "'service_tier':'standard'},'container':{'id':'c'}}"),
      R"(id: "msg_1" model: "claude-x-1" service_tier: "standard"
         choices { message { role: ROLE_ASSISTANT content: "Hi there" } finish_reason: "stop"
                   extra { fields { key: "native_finish_reason" value { string_value: "end_turn" } } } }
         usage { prompt_tokens: 2 completion_tokens: 7 total_tokens: 9 }
         extra { fields { key: "container" value { struct_value {
           fields { key: "id" value { string_value: "c" } } } } } })"));
}

TEST(AnthropicDecodeTest, ToolCallsKeepTheirIdsAndArguments) {
  const v1::Choice choice = ChoiceOf(
      "{'type':'tool_use','id':'toolu_1','name':'w','input':{'b':1,'a':[true]},'caller':{'type':'direct'}},"
      "{'type':'tool_use','id':'toolu_2','name':'t','input':{}},{'type':'tool_use','id':'toolu_3','name':'t'"
      "}",
      "'stop_reason':'tool_use'");
  EXPECT_TRUE(SameProto(choice.message(), R"(
    role: ROLE_ASSISTANT
    tool_calls { id: "toolu_1" type: "function" function { name: "w" arguments: '{"b":1,"a":[true]}' }
      extra { fields { key: "anthropic" value { struct_value { fields { key: "caller" value { struct_value {
        fields { key: "type" value { string_value: "direct" } } } } } } } } } }
    tool_calls { id: "toolu_2" type: "function" function { name: "t" arguments: "{}" } }
    tool_calls { id: "toolu_3" type: "function" function { name: "t" arguments: "{}" } })"));
  EXPECT_EQ(choice.finish_reason(), "tool_calls");
}

TEST(AnthropicDecodeTest, ACallWithoutAnIdGetsOneThatIsAlwaysTheSame) {
  const std::string body =
      "{'id':'msg_1','content':[{'type':'tool_use','name':'a'},{'type':'tool_use','name':'b','id':''}],"
      "'stop_reason':'tool_use'}";
  const auto calls = Answer(body).choices(0).message().tool_calls();
  EXPECT_THAT(calls[0].id(), testing::MatchesRegex("call_[0-9a-f]+"));
  EXPECT_EQ(calls[0].id().size(), 21u);
  EXPECT_NE(calls[0].id(), calls[1].id());
  EXPECT_EQ(Answer(body).choices(0).message().tool_calls(0).id(), calls[0].id());
  const auto anonymous = ChoiceOf("{'type':'tool_use','name':'a'}").message().tool_calls(0).id();
  EXPECT_NE(anonymous, calls[0].id());
}

TEST(AnthropicDecodeTest, ThinkingIsReadableAndKeptSigned) {
  const v1::Message message =
      ChoiceOf(
          "{'type':'thinking','thinking':'One.','signature':'s1'},{'type':'redacted_thinking','data':'d'},"
          "{'type':'thinking','thinking':' Two.','signature':'s2'},{'type':'text','text':'x'}")
          .message();
  EXPECT_EQ(message.reasoning_content(), "One. Two.");
  EXPECT_EQ(message.content(), "x");
  const auto blocks = ThinkingBlocksOf(message);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].text, "One.");
  EXPECT_EQ(blocks[0].signature, "s1");
  EXPECT_EQ(blocks[1].redacted, "d");
  EXPECT_EQ(blocks[2].signature, "s2");
}

TEST(AnthropicDecodeTest, ThinkingWhoseTextIsWithheldIsKeptAllTheSame) {
  const v1::Message message =
      ChoiceOf("{'type':'thinking','thinking':'','signature':'s'},{'type':'text','text':'x'}").message();
  EXPECT_FALSE(message.has_reasoning_content());
  ASSERT_EQ(ThinkingBlocksOf(message).size(), 1u);
  EXPECT_EQ(ThinkingBlocksOf(message)[0].signature, "s");
}

TEST(AnthropicDecodeTest, UnsignedThinkingIsOnlyRead) {
  EXPECT_TRUE(SameProto(
      ChoiceOf("{'type':'thinking','thinking':'t','signature':''},{'type':'text','text':'x'}").message(),
      R"(role: ROLE_ASSISTANT reasoning_content: "t" content: "x")"));
}

TEST(AnthropicDecodeTest, AnAnswerIsSayableInTheNextTurn) {
  v1::ChatRequest next = Asked("");
  *next.add_messages() =
      ChoiceOf(
          "{'type':'thinking','thinking':'t','signature':'s'},{'type':'text','text':'x'},"
          "{'type':'server_tool_use','id':'srv_1','name':'web_search','input':{}},"
          "{'type':'tool_use','id':'toolu_1','name':'w','input':{'a':1},'caller':{'type':'direct'}}")
          .message();
  *next.add_messages() = Asked("", "[{'role':'tool','tool_call_id':'toolu_1','content':'1'}]").messages(0);
  EXPECT_EQ(
      MemberOf(Encoded(next), "messages"),
      "[{'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'thinking','thinking':'t',"
      "'signature':'s'},{'type':'text','text':'x'},{'type':'tool_use','id':'toolu_1','name':'w',"
      "'input':{'a':1},'caller':{'type':'direct'}}]},{'role':'user','content':[{'type':'tool_result',"
      "'tool_use_id':'toolu_1','content':'1'}]}]");
  const auto elsewhere = MakeCodec(v1::API_OPENAI, {})->Encode(next);
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.status();
  EXPECT_EQ(elsewhere->body.find("anthropic"), std::string::npos);
  EXPECT_EQ(elsewhere->body.find("srv_1"), std::string::npos);
}

TEST(AnthropicDecodeTest, BlocksThatSayMoreThanTheFieldsHoldAreKeptWhole) {
  EXPECT_TRUE(SameProto(
      ChoiceOf("{'type':'server_tool_use','id':'s'},{'type':'text','text':'x','citations':[{'url':'u'}]},"
               "{'type':'thinking','thinking':'t','signature':'g','more':1},{'type':'text','text':'y','"
               "citations':[]}")
          .message(),
      R"(role: ROLE_ASSISTANT content: "xy" reasoning_content: "t"
         extra { fields { key: "anthropic" value { struct_value {
           fields { key: "thinking_blocks" value { list_value { values { struct_value {
             fields { key: "type" value { string_value: "thinking" } }
             fields { key: "thinking" value { string_value: "t" } }
             fields { key: "signature" value { string_value: "g" } } } } } } }
           fields { key: "content" value { list_value {
             values { struct_value { fields { key: "type" value { string_value: "server_tool_use" } }
                                     fields { key: "id" value { string_value: "s" } } } }
             values { struct_value { fields { key: "type" value { string_value: "text" } }
                                     fields { key: "text" value { string_value: "x" } }
                                     fields { key: "citations" value { list_value { values { struct_value {
                                       fields { key: "url" value { string_value: "u" } } } } } } } } }
             values { struct_value { fields { key: "type" value { string_value: "thinking" } }
                                     fields { key: "thinking" value { string_value: "t" } }
                                     fields { key: "signature" value { string_value: "g" } }
                                     fields { key: "more" value { number_value: 1 } } } } } } } } } } })"));
}

TEST(AnthropicDecodeTest, TheDeepestBlockCanBeReadByOthers) {
  std::string deep;
  for (int i = 0; i < 29; ++i) deep += "{'a':";
  deep += "1" + std::string(29, '}');
  const v1::ChatResponse answer =
      Answer("{'content':[{'type':'new','x':" + deep + "}],'stop_reason':'end_turn'}");
  v1::ChatResponse copy;
  EXPECT_TRUE(copy.ParseFromString(answer.SerializeAsString()));
}

TEST(AnthropicDecodeTest, EndsInOpenAisWords) {
  EXPECT_EQ(FinishOf("end_turn"), "stop");
  EXPECT_EQ(FinishOf("stop_sequence"), "stop");
  EXPECT_EQ(FinishOf("pause_turn"), "stop");
  EXPECT_EQ(FinishOf("max_tokens"), "length");
  EXPECT_EQ(FinishOf("model_context_window_exceeded"), "length");
  EXPECT_EQ(FinishOf("refusal"), "content_filter");
  EXPECT_EQ(FinishOf("some_new_one"), "stop");
}

TEST(AnthropicDecodeTest, WhyItStoppedIsKeptWithTheChoice) {
  const v1::Choice choice =
      ChoiceOf("{'type':'text','text':'1'}",
               "'stop_reason':'stop_sequence','stop_sequence':'END','stop_details':{'a':1}");
  EXPECT_EQ(choice.extra().fields().at("stop_sequence").string_value(), "END");
  EXPECT_EQ(choice.extra().fields().at("stop_details").struct_value().fields().at("a").number_value(), 1);
  EXPECT_EQ(choice.extra().fields().at("native_finish_reason").string_value(), "stop_sequence");
}

TEST(AnthropicDecodeTest, AnAnswerMayBeEmptyIfItSaysThatItEnded) {
  const v1::Choice choice = ChoiceOf("");
  EXPECT_EQ(choice.finish_reason(), "stop");
  EXPECT_FALSE(choice.message().has_content());
  EXPECT_TRUE(ChoiceOf("{'type':'text','text':''}").message().has_content());
}

TEST(AnthropicDecodeTest, TextWithoutAReasonToEndIsAnAnswer) {
  EXPECT_EQ(ChoiceOf("{'type':'text','text':'x'}", "'stop_reason':null").finish_reason(), "stop");
}

TEST(AnthropicDecodeTest, ThePromptIsAllThatWasRead) {
  EXPECT_TRUE(SameProto(
      UsageOf("{'input_tokens':2,'cache_creation_input_tokens':44,'cache_read_input_tokens':1650,"
              "'cache_creation':{'ephemeral_5m_input_tokens':44},'output_tokens':70,"
              "'output_tokens_details':{'thinking_tokens':50,'other':1},'inference_geo':'global',"
              "'server_tool_use':null,'service_tier':'standard'}"),
      R"(prompt_tokens: 1696 completion_tokens: 70 total_tokens: 1766 cached_tokens: 1650 reasoning_tokens: 50
         extra {
           fields { key: "cache_creation_input_tokens" value { number_value: 44 } }
           fields { key: "cache_creation" value { struct_value {
             fields { key: "ephemeral_5m_input_tokens" value { number_value: 44 } } } } }
           fields { key: "output_tokens_details" value { struct_value {
             fields { key: "other" value { number_value: 1 } } } } }
           fields { key: "inference_geo" value { string_value: "global" } } })"));
}

TEST(AnthropicDecodeTest, FiguresThatAreNoneAreNotCounted) {
  const v1::Usage usage = UsageOf(
      "{'input_tokens':-1,'output_tokens':9223372036854775807,'cache_read_input_tokens':'many',"
      "'output_tokens_details':7,'service_tier':7}");
  EXPECT_EQ(usage.prompt_tokens(), 0);
  EXPECT_EQ(usage.completion_tokens(), 0);
  EXPECT_EQ(usage.total_tokens(), 0);
  EXPECT_EQ(usage.extra().fields().at("input_tokens").number_value(), -1);
  EXPECT_EQ(usage.extra().fields().at("cache_read_input_tokens").string_value(), "many");
  EXPECT_EQ(usage.extra().fields().at("output_tokens_details").number_value(), 7);
}

TEST(AnthropicDecodeTest, SumsDoNotOverflow) {
  const std::string most = "9007199254740992";
  const v1::Usage usage = UsageOf("{'input_tokens':" + most + ",'cache_creation_input_tokens':" + most +
                                  ",'cache_read_input_tokens':" + most + ",'output_tokens':" + most + "}");
  EXPECT_EQ(usage.total_tokens(), 4 * 9007199254740992);
}

TEST(AnthropicDecodeTest, MembersOfTheWrongTypeAreKeptAside) {
  const auto answer = Answer("{'id':7,'content':[],'stop_reason':'end_turn','usage':'none','new':null}");
  EXPECT_EQ(answer.extra().fields().at("id").number_value(), 7);
  EXPECT_EQ(answer.extra().fields().at("usage").string_value(), "none");
  EXPECT_EQ(answer.extra().fields_size(), 2);
  EXPECT_FALSE(answer.has_usage());
}

TEST(AnthropicDecodeTest, WhatIsNoAnswerIsAFailure) {
  const char* const bodies[] = {"{}",
                                "{'content':'hi'}",
                                "{'content':[7],'stop_reason':'end_turn'}",
                                "{'content':[{'type':'text'}],'stop_reason':'end_turn'}",
                                "{'content':[{'type':'tool_use','id':'a'}],'stop_reason':'tool_use'}",
                                "{'content':[]}",
                                "[]",
                                "7",
                                "<html>"};
  for (const char* body : bodies) EXPECT_EQ(Failed(body).failure, Failure::kMalformed) << body;
  EXPECT_EQ(Failed("{'content':[{'type':'text','text':'Hal").failure, Failure::kTruncated);
  EXPECT_EQ(Failed("").failure, Failure::kMalformed);
}

TEST(AnthropicDecodeTest, ErrorsHaveTheirClassWhateverTheStatus) {
  EXPECT_EQ(Failed("{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}").failure,
            Failure::kOverloaded);
  EXPECT_EQ(
      Failed("{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}", 529).failure,
      Failure::kOverloaded);
  EXPECT_EQ(Failed("{'type':'error','error':{'type':'rate_limit_error','message':'x'}}", 429).failure,
            Failure::kRateLimited);
  EXPECT_EQ(Failed("{'type':'error','error':{'type':'not_found_error','message':'model: x'}}", 404).failure,
            Failure::kModelNotFound);
  const auto billing = Failed(
      "{'type':'error','error':{'type':'invalid_request_error','message':"
      "'Your credit balance is too low to access the API.'}}",
      400);
  EXPECT_EQ(billing.failure, Failure::kQuotaExhausted);
  EXPECT_EQ(billing.http_status, 400);
}

}  // namespace
}  // namespace spillway::providers
