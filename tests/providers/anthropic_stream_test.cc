// Anthropic's streamed answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "providers/thinking_blocks.h"
#include "tests/providers/anthropic_call.h"
#include "tests/providers/event_list.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using google::protobuf::util::MessageDifferencer;
using router::Failure;
using testing::ElementsAre;

const Codec& Anthropic() {
  static const std::unique_ptr<const Codec> codec = MakeCodec(v1::API_ANTHROPIC, ModelSpec("m"));
  return *codec;
}

const std::string kStart =
    "{'type':'message_start','message':{'id':'msg_1','type':'message','role':'assistant','model':'claude-x-1'"
    ","
    "'content':[],'stop_reason':null,'stop_sequence':null,'usage':{'input_tokens':7,"
    "'cache_creation_input_tokens':2,'cache_read_input_tokens':1,'output_tokens':1,'service_tier':'standard'}"
    "}}";
const std::string kPing = "{'type': 'ping'}";
const std::string kStop = "{'type':'message_stop'  }";

std::string Begin(int index, const std::string& block) {
  return "{'type':'content_block_start','index':" + std::to_string(index) + ",'content_block':" + block +
         " }";
}
std::string Piece(int index, const std::string& delta) {
  return "{'type':'content_block_delta','index':" + std::to_string(index) + ",'delta':{'type':" + delta +
         "}}";
}
std::string Text(int index, const std::string& text) {
  return Piece(index, "'text_delta','text':'" + text + "'");
}
std::string Arguments(int index, const std::string& json) {
  return Piece(index, "'input_json_delta','partial_json':'" + json + "'");
}
std::string End(int index) { return "{'type':'content_block_stop','index':" + std::to_string(index) + "}"; }
std::string Delta(const std::string& reason, const std::string& usage = "{'output_tokens':9}") {
  return "{'type':'message_delta','delta':{'stop_reason':'" + reason +
         "','stop_sequence':null},'usage':" + usage + "}";
}

// As the text of a piece of arguments.
std::string Escaped(const std::string& json) {
  std::string text;
  for (const char c : json) text += c == '\'' ? "\\'" : std::string(1, c);
  return text;
}

EventList TextEvents() {
  return {kStart,
          Begin(0, "{'type':'text','text':''}"),
          kPing,
          Text(0, "Hé"),
          Text(0, "llo"),
          End(0),
          Delta("end_turn"),
          kStop};
}

// One event in between start and end, in an answer whose one block is of text.
EventList With(const std::string& event) {
  return {kStart, Begin(0, "{'type':'text','text':''}"), event, End(0), Delta("end_turn"), kStop};
}

EventList ToolEvents() {
  return {kStart,
          Begin(0, "{'type':'text','text':''}"),
          Text(0, "Let me look."),
          End(0),
          Begin(1, "{'type':'tool_use','id':'toolu_1','name':'w','input':{},'caller':{'type':'direct'}}"),
          Arguments(1, ""),
          Arguments(1, "{\\'a\\': "),
          kPing,
          Arguments(1, "1}"),
          End(1),
          Begin(2, "{'type':'tool_use','id':'toolu_2','name':'t','input':{}}"),
          Arguments(2, ""),
          End(2),
          Delta("tool_use"),
          kStop};
}

EventList ThinkingEvents() {
  return {kStart,
          Begin(0, "{'type':'thinking','thinking':'','signature':''}"),
          Piece(0, "'thinking_delta','thinking':'One'"),
          Piece(0, "'thinking_delta','thinking':' two.'"),
          Piece(0, "'signature_delta','signature':'s1'"),
          End(0),
          Begin(1, "{'type':'redacted_thinking','data':'d'}"),
          End(1),
          Begin(2, "{'type':'text','text':''}"),
          Text(2, "x"),
          End(2),
          Delta("end_turn"),
          kStop};
}

EventList ServerToolEvents() {
  return {kStart,
          Begin(0, "{'type':'server_tool_use','id':'srv_1','name':'search','input':{}}"),
          Arguments(0, ""),
          Arguments(0, "{\\'q\\':"),
          Arguments(0, "\\'x\\'}"),
          End(0),
          Begin(1, "{'type':'search_result','tool_use_id':'srv_1','content':[{'url':'u'}]}"),
          End(1),
          Begin(2, "{'type':'text','text':''}"),
          Piece(2, "'citations_delta','citation':{'url':'u','n':1}"),
          Text(2, "It "),
          Text(2, "is."),
          Piece(2, "'citations_delta','citation':{'url':'v'}"),
          End(2),
          Begin(3, "{'type':'text','text':'','citations':[]}"),
          Text(3, " So."),
          End(3),
          Delta("end_turn"),
          kStop};
}

std::vector<EventList> AllFixtures() {
  return {TextEvents(), ToolEvents(), ThinkingEvents(), ServerToolEvents()};
}

// The members of a whole answer that is streamed from kStart on.
std::string Whole(const std::string& content, const std::string& reason, const std::string& rest = "") {
  return "{'id':'msg_1','type':'message','role':'assistant','model':'claude-x-1','content':[" + content +
         "],'stop_reason':'" + reason +
         "','stop_sequence':null,'usage':{'input_tokens':7,'cache_creation_input_tokens':2,"
         "'cache_read_input_tokens':1,'output_tokens':9,'service_tier':'standard'}" +
         rest + "}";
}

TEST(AnthropicStreamTest, AsksForEvents) {
  const auto encoded = Anthropic().EncodeStream(Asked(""));
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_EQ(MemberOf(*encoded, "stream"), "true");
  EXPECT_EQ(encoded->path, "/v1/messages");
  EXPECT_EQ(encoded->choices, 1);
  EXPECT_THAT(encoded->headers,
              testing::UnorderedElementsAre(testing::Pair("Content-Type", "application/json"),
                                            testing::Pair("Accept", "text/event-stream"),
                                            testing::Pair("anthropic-version", "2023-06-01")));
  EXPECT_EQ(MemberOf(Encoded(Asked("")), "stream"), "");
  EXPECT_FALSE(Anthropic().EncodeStream(Asked("'n':2")).ok());
}

TEST(AnthropicStreamTest, TextIsGivenOutPieceByPiece) {
  const Streamed read = StreamOf(Anthropic(), TextEvents());
  ASSERT_TRUE(read.complete()) << read.failure.message;
  EXPECT_EQ(read.fed, StreamState::kComplete);
  ASSERT_EQ(read.deltas.size(), 2u);
  EXPECT_TRUE(SameProto(read.deltas[0], R"(role: ROLE_ASSISTANT content: "H\303\251")"));
  EXPECT_TRUE(SameProto(read.deltas[1], R"(content: "llo")"));
}

TEST(AnthropicStreamTest, StreamsSayWhatWholeAnswersSay) {
  EXPECT_TRUE(SaysTheSame(Anthropic(), TextEvents(), Whole("{'type':'text','text':'Héllo'}", "end_turn")));
  EXPECT_TRUE(SaysTheSame(
      Anthropic(), ToolEvents(),
      Whole("{'type':'text','text':'Let me look.'},{'type':'tool_use','id':'toolu_1','name':'w',"
            "'input':'{\\'a\\': 1}','caller':{'type':'direct'}},{'type':'tool_use','id':'toolu_2','name':'t',"
            "'input':{}}",
            "tool_use")));
  EXPECT_TRUE(SaysTheSame(
      Anthropic(), ThinkingEvents(),
      Whole("{'type':'thinking','thinking':'One two.','signature':'s1'},{'type':'redacted_thinking',"
            "'data':'d'},{'type':'text','text':'x'}",
            "end_turn")));
  EXPECT_TRUE(SaysTheSame(Anthropic(), ServerToolEvents(),
                          Whole("{'type':'server_tool_use','id':'srv_1','name':'search','input':{'q':'x'}},"
                                "{'type':'search_result','tool_use_id':'srv_1','content':[{'url':'u'}]},"
                                "{'type':'text','text':'It is.','citations':[{'url':'u','n':1},{'url':'v'}]},"
                                "{'type':'text','text':' So.','citations':[]}",
                                "end_turn")));
}

TEST(AnthropicStreamTest, ACutAnywhereIsNoWholeAnswer) {
  for (const EventList& events : AllFixtures()) {
    for (std::size_t count = 0; count + 2 < events.size(); ++count) {
      const Streamed read = StreamOf(Anthropic(), BytesOf(events, count));
      ASSERT_TRUE(read.failed()) << count;
      EXPECT_EQ(read.failure.failure, Failure::kTruncated) << count;
      EXPECT_EQ(read.fed, StreamState::kOpen) << count;
    }
  }
}

TEST(AnthropicStreamTest, AnAnswerThatSaidWhyItEndedIsWholeWithoutItsEndMark) {
  for (const EventList& events : AllFixtures()) {
    const Streamed read = StreamOf(Anthropic(), BytesOf(events, events.size() - 1));
    EXPECT_EQ(read.fed, StreamState::kFinished);
    ASSERT_TRUE(read.complete()) << read.failure.message;
    EXPECT_TRUE(MessageDifferencer::Equals(read.answer, StreamOf(Anthropic(), BytesOf(events)).answer));
  }
}

TEST(AnthropicStreamTest, AnEndMarkWithoutAReasonIsNoEnd) {
  EventList events = TextEvents();
  events.erase(events.end() - 2);
  EXPECT_EQ(StreamOf(Anthropic(), events).failure.failure, Failure::kTruncated);
  const EventList unsaid = {kStart, Begin(0, "{'type':'text','text':'x'}"),
                            "{'type':'message_delta','delta':{'stop_reason':null},'usage':{}}", kStop};
  EXPECT_EQ(StreamOf(Anthropic(), unsaid).failure.failure, Failure::kTruncated);
}

TEST(AnthropicStreamTest, AReasonAtTheStartIsNoEnd) {
  const EventList events = {"{'type':'message_start','message':{'id':'i','stop_reason':'end_turn'}}",
                            Begin(0, "{'type':'text','text':'x'}")};
  const Streamed read = StreamOf(Anthropic(), events);
  EXPECT_EQ(read.fed, StreamState::kOpen);
  EXPECT_EQ(read.failure.failure, Failure::kTruncated);
}

TEST(AnthropicStreamTest, AnErrorAnywhereIsTheFailureItNames) {
  const std::vector<std::pair<std::string, Failure>> errors = {
      {"'overloaded_error','message':'Overloaded'", Failure::kOverloaded},
      {"'rate_limit_error','message':'too fast'", Failure::kRateLimited},
      {"'api_error','message':'Internal server error'", Failure::kServerError},
      {"'api_error','message':'Overloaded'", Failure::kOverloaded},
      {"'authentication_error','message':'invalid x-api-key'", Failure::kCredentials},
      {"'invalid_request_error','message':'prompt is too long: 9 tokens > 8 maximum'",
       Failure::kContextLength}};
  for (const EventList& fixture : AllFixtures()) {
    for (std::size_t count = 0; count + 1 < fixture.size(); ++count) {
      for (const auto& [error, failure] : errors) {
        EventList events(fixture.begin(), fixture.begin() + static_cast<std::ptrdiff_t>(count));
        events.push_back("{'type':'error','error':{'type':" + error + "},'request_id':'req_1'}");
        const Streamed read = StreamOf(Anthropic(), BytesOf(events) + BytesOf(fixture));
        ASSERT_TRUE(read.failed()) << error;
        EXPECT_EQ(read.failure.failure, failure) << error << read.failure.message;
        EXPECT_EQ(read.failure.http_status, 200);
      }
    }
  }
}

TEST(AnthropicStreamTest, AnErrorNeedsNoNameAndNoType) {
  const EventList unnamed = {kStart, "{'error':{'type':'overloaded_error','message':'Overloaded'}}"};
  EXPECT_EQ(StreamOf(Anthropic(), unnamed).failure.failure, Failure::kOverloaded);
  const EventList bare = {kStart, "{'message':'Too many requests, please wait'}"};
  EXPECT_TRUE(StreamOf(Anthropic(), bare).failed());
  EXPECT_EQ(StreamOf(Anthropic(), bare).failure.message, "Too many requests, please wait");
}

TEST(AnthropicStreamTest, AFailureKeepsTheTextBeforeIt) {
  EventList events = TextEvents();
  events[4] = "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}";
  const Streamed read = StreamOf(Anthropic(), events);
  EXPECT_EQ(read.text(), "Hé");
  EXPECT_EQ(read.failure.message, "Overloaded");
  EXPECT_EQ(read.failure.provider_code, "overloaded_error");
}

TEST(AnthropicStreamTest, AnEventThatCannotBeReadIsAFailureAnywhere) {
  for (const EventList& fixture : AllFixtures()) {
    for (std::size_t i = 0; i + 1 < fixture.size(); ++i) {
      for (const char* bad : {"{'type':'ping'", "nonsense", "7", "[]"}) {
        EventList events = fixture;
        events[i] = bad;
        EXPECT_EQ(StreamOf(Anthropic(), BytesOf(events)).failure.failure, Failure::kMalformed) << i << bad;
      }
    }
  }
  EXPECT_EQ(StreamOf(Anthropic(), With(Text(0, "\xC3("))).failure.failure, Failure::kMalformed);
}

TEST(AnthropicStreamTest, PiecesOfTheWrongTypeAreFailures) {
  for (const std::string& bad :
       {Begin(1, "7"), std::string("{'type':'content_block_start','index':1}"),
        Begin(1, "{'type':'text','text':7}"), Begin(1, "{'type':'tool_use','id':'i','input':{}}"),
        Begin(1, "{'type':'tool_use','id':'i','name':'','input':{}}"), Piece(0, "'text_delta','text':7"),
        Piece(0, "'text_delta'"), Piece(0, "'thinking_delta','thinking':null"),
        std::string("{'type':'content_block_delta','index':0}"), Piece(0, "'input_json_delta'"),
        Piece(5, "'input_json_delta','partial_json':'{}'")}) {
    EXPECT_EQ(StreamOf(Anthropic(), With(bad)).failure.failure, Failure::kMalformed) << bad;
  }
}

TEST(AnthropicStreamTest, WhatIsUnknownIsPassedOver) {
  for (const std::string& unknown : {std::string("{'type':'of_tomorrow','index':0}"), std::string("{}"),
                                     std::string("{'type':'ping','text':'x'}"), Piece(0, "'of_tomorrow'"),
                                     Piece(7, "'of_tomorrow','a':1"), End(7), std::string("{'type':7}")}) {
    const Streamed read = StreamOf(Anthropic(), With(unknown));
    ASSERT_TRUE(read.complete()) << unknown << read.failure.message;
    ASSERT_EQ(read.deltas.size(), 1u) << unknown;
    EXPECT_TRUE(SameProto(read.deltas[0], R"(role: ROLE_ASSISTANT content: "")")) << unknown;
  }
}

TEST(AnthropicStreamTest, ABlockMayBeginWithItsText) {
  const EventList events = {kStart,
                            Begin(0, "{'type':'thinking','thinking':'Hm','signature':'s'}"),
                            End(0),
                            Begin(1, "{'type':'text','text':'a'}"),
                            Text(1, "b"),
                            Begin(2, "{'type':'tool_use','id':'i','name':'f','input':{'a':1}}"),
                            Delta("tool_use"),
                            kStop};
  EXPECT_TRUE(
      SaysTheSame(Anthropic(), events,
                  Whole("{'type':'thinking','thinking':'Hm','signature':'s'},{'type':'text','text':'ab'},"
                        "{'type':'tool_use','id':'i','name':'f','input':{'a':1}}",
                        "tool_use")));
}

TEST(AnthropicStreamTest, TextNeedsNoBeginning) {
  const EventList events = {kStart,
                            Piece(0, "'thinking_delta','thinking':'Hm'"),
                            Piece(0, "'signature_delta','signature':'s'"),
                            Text(1, "a"),
                            Text(1, "b"),
                            Delta("end_turn"),
                            kStop};
  EXPECT_TRUE(SaysTheSame(
      Anthropic(), events,
      Whole("{'type':'thinking','thinking':'Hm','signature':'s'},{'type':'text','text':'ab'}", "end_turn")));
}

TEST(AnthropicStreamTest, PiecesMayBearAnotherNumberThanTheirBlock) {
  EventList events = {kStart};
  for (const EventList& fixture : {ThinkingEvents(), ServerToolEvents(), ToolEvents()}) {
    events.insert(events.end(), fixture.begin() + 1, fixture.end() - 2);
  }
  events.insert(events.end(), {Delta("tool_use"), kStop});
  const v1::ChatResponse answer = StreamOf(Anthropic(), events).answer;
  EventList off_by_one = events;
  for (std::string& event : off_by_one) {
    const bool known = event.find("text_delta") != std::string::npos ||
                       event.find("thinking_delta") != std::string::npos ||
                       event.find("signature_delta") != std::string::npos ||
                       event.find("citations_delta") != std::string::npos;
    const std::size_t index = event.find("'index':");
    if (known && index != std::string::npos) event[index + 8] += 1;
  }
  EXPECT_NE(off_by_one, events);
  EXPECT_TRUE(MessageDifferencer::Equals(StreamOf(Anthropic(), off_by_one).answer, answer));
  const EventList call = {kStart, Begin(0, "{'type':'tool_use','id':'i','name':'f','input':{}}"),
                          Arguments(1, "{}"), Delta("tool_use"), kStop};
  EXPECT_TRUE(SaysTheSame(Anthropic(), call,
                          Whole("{'type':'tool_use','id':'i','name':'f','input':{}}", "tool_use")));
}

TEST(AnthropicStreamTest, NumbersThatNoAnswerGetsToAreNone) {
  for (const char* number : {"-1", "9223372036854775807", "1e300", "'0'", "null"}) {
    EventList events = TextEvents();
    for (std::string& event : events) {
      const std::size_t index = event.find("'index':0");
      if (index != std::string::npos) event.replace(index + 8, 1, number);
    }
    EXPECT_TRUE(SaysTheSame(Anthropic(), events, Whole("{'type':'text','text':'Héllo'}", "end_turn")));
  }
}

TEST(AnthropicStreamTest, BlocksNeedNoIndexAndMayBeInterleaved) {
  EventList events = ToolEvents();
  for (std::string& event : events) {
    const std::size_t index = event.find(",'index':");
    if (index != std::string::npos) event.erase(index, std::string(",'index':0").size());
  }
  EXPECT_TRUE(MessageDifferencer::Equals(StreamOf(Anthropic(), events).answer,
                                         StreamOf(Anthropic(), ToolEvents()).answer));
  const EventList crossed = {kStart,
                             Begin(4, "{'type':'tool_use','id':'a','name':'f','input':{}}"),
                             Begin(9, "{'type':'tool_use','id':'b','name':'g','input':{}}"),
                             Arguments(4, "{\\'x\\':"),
                             Arguments(9, "[2]"),
                             Arguments(4, "1}"),
                             End(9),
                             End(4),
                             Delta("tool_use"),
                             kStop};
  const v1::Message message = StreamOf(Anthropic(), crossed).answer.choices(0).message();
  ASSERT_EQ(message.tool_calls_size(), 2);
  EXPECT_EQ(message.tool_calls(0).function().arguments(), R"({"x":1})");
  EXPECT_EQ(message.tool_calls(1).function().arguments(), "[2]");
}

TEST(AnthropicStreamTest, CallsAreCountedByThemselves) {
  const Streamed read = StreamOf(Anthropic(), ToolEvents());
  std::vector<std::string> calls;
  for (const v1::Delta& delta : read.deltas) {
    for (const v1::ToolCallDelta& call : delta.tool_calls()) {
      calls.push_back(std::to_string(call.index()) + call.id() + call.function().name() +
                      call.function().arguments());
    }
  }
  EXPECT_THAT(calls, ElementsAre("0toolu_1w", R"(0{"a": )", "01}", "1toolu_2t", "1{}"));
}

TEST(AnthropicStreamTest, ArgumentsThatTheLimitCutAreGivenAsTheyAre) {
  const EventList events = {kStart,
                            Begin(0, "{'type':'server_tool_use','id':'s','name':'n','input':{}}"),
                            Arguments(0, "{\\'q\\':"),
                            End(0),
                            Begin(1, "{'type':'tool_use','id':'i','name':'f','input':{}}"),
                            Arguments(1, "{\\'a\\':"),
                            Delta("max_tokens"),
                            kStop};
  EXPECT_TRUE(SaysTheSame(Anthropic(), events,
                          Whole("{'type':'server_tool_use','id':'s','name':'n','input':'{\\'q\\':'},"
                                "{'type':'tool_use','id':'i','name':'f','input':'{\\'a\\':'}",
                                "max_tokens")));
}

TEST(AnthropicStreamTest, ACallWithoutAnIdGetsTheOneThatAWholeAnswerWouldGive) {
  const EventList events = {kStart, Begin(0, "{'type':'tool_use','name':'f','input':{}}"),
                            End(0), Begin(1, "{'type':'tool_use','id':'','name':'g','input':{}}"),
                            End(1), Delta("tool_use"),
                            kStop};
  EXPECT_TRUE(
      SaysTheSame(Anthropic(), events,
                  Whole("{'type':'tool_use','name':'f','input':{}},{'type':'tool_use','name':'g','input':{}}",
                        "tool_use")));
}

TEST(AnthropicStreamTest, CallsOfAnonymousAnswersHaveIdsOfTheirOwn) {
  const auto id = [](const std::string& text) {
    const EventList events = {Begin(0, "{'type':'text','text':'" + text + "'}"), End(0),
                              Begin(1, "{'type':'tool_use','name':'f'}"), Delta("tool_use")};
    return StreamOf(Anthropic(), events).answer.choices(0).message().tool_calls(0).id();
  };
  EXPECT_THAT(id("a"), testing::MatchesRegex("call_[0-9a-f]+"));
  EXPECT_EQ(id("a"), id("a"));
  EXPECT_NE(id("a"), id("b"));
}

TEST(AnthropicStreamTest, ThinkingIsReadAtOnceAndKeptWhenItIsSigned) {
  const Streamed read = StreamOf(Anthropic(), ThinkingEvents());
  ASSERT_EQ(read.deltas.size(), 5u);
  EXPECT_EQ(read.deltas[0].reasoning_content(), "One");
  EXPECT_TRUE(CarriesToken(read.deltas[0]));
  EXPECT_EQ(read.deltas[1].reasoning_content(), " two.");
  EXPECT_FALSE(CarriesToken(read.deltas[2]));
  EXPECT_TRUE(read.deltas[2].has_extra());
  EXPECT_FALSE(CarriesToken(read.deltas[3]));
  const auto blocks = ThinkingBlocksOf(read.answer.choices(0).message());
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].text, "One two.");
  EXPECT_EQ(blocks[0].signature, "s1");
  EXPECT_EQ(blocks[1].redacted, "d");
}

TEST(AnthropicStreamTest, WithheldAndUnsignedThinking) {
  const EventList withheld = {kStart,
                              Begin(0, "{'type':'thinking','thinking':'','signature':''}"),
                              Piece(0, "'signature_delta','signature':'s'"),
                              End(0),
                              Begin(1, "{'type':'text','text':'x'}"),
                              End(1),
                              Delta("end_turn"),
                              kStop};
  EXPECT_TRUE(SaysTheSame(
      Anthropic(), withheld,
      Whole("{'type':'thinking','thinking':'','signature':'s'},{'type':'text','text':'x'}", "end_turn")));
  EventList unsigned_one = ThinkingEvents();
  unsigned_one.erase(unsigned_one.begin() + 4);
  unsigned_one.erase(unsigned_one.begin() + 5, unsigned_one.begin() + 7);
  EXPECT_TRUE(
      SaysTheSame(Anthropic(), unsigned_one,
                  Whole("{'type':'thinking','thinking':'One two.'},{'type':'text','text':'x'}", "end_turn")));
}

TEST(AnthropicStreamTest, BlocksOfOtherTypesGrowByWhatComes) {
  const EventList events = {kStart,
                            Begin(0, "{'type':'compaction','content':null}"),
                            Piece(0, "'compaction_delta','content':'Sum'"),
                            Piece(0, "'compaction_delta','content':'mary'"),
                            End(0),
                            Begin(1, "{'type':'connector_text','text':'a','list':[1]}"),
                            Text(1, "b"),
                            Piece(1, "'list_delta','list':[2],'none':null,'more':{'a':1}"),
                            End(1),
                            Delta("end_turn"),
                            kStop};
  EXPECT_TRUE(SaysTheSame(Anthropic(), events,
                          Whole("{'type':'compaction','content':'Summary'},"
                                "{'type':'connector_text','text':'ab','list':[1,2],'more':{'a':1}}",
                                "end_turn")));
}

TEST(AnthropicStreamTest, TheLatestFiguresCount) {
  EventList events = TextEvents();
  events[6] = Delta("end_turn",
                    "{'input_tokens':20,'cache_creation_input_tokens':null,'cache_read_input_tokens':5,"
                    "'output_tokens':30,'output_tokens_details':{'thinking_tokens':4}}");
  const Streamed read = StreamOf(Anthropic(), events);
  EXPECT_TRUE(SameProto(read.answer.usage(), R"(
    prompt_tokens: 27 completion_tokens: 30 total_tokens: 57 cached_tokens: 5 reasoning_tokens: 4
    extra { fields { key: "cache_creation_input_tokens" value { number_value: 2 } } })"));
  EXPECT_EQ(read.answer.service_tier(), "standard");
}

TEST(AnthropicStreamTest, TheMessageMayEndSeveralTimes) {
  EventList events = TextEvents();
  events[6] = Delta("pause_turn", "{'output_tokens':3}");
  events.insert(events.begin() + 7, Delta("max_tokens", "{'output_tokens':4}"));
  events.insert(events.begin() + 8, "{'type':'message_delta','delta':{},'usage':{'output_tokens':5}}");
  const Streamed read = StreamOf(Anthropic(), events);
  EXPECT_EQ(read.answer.choices(0).finish_reason(), "length");
  EXPECT_EQ(read.answer.usage().completion_tokens(), 5);
}

TEST(AnthropicStreamTest, ReasonsToEnd) {
  const auto finish = [](const std::string& word) {
    EventList events = TextEvents();
    events[6] = Delta(word);
    return StreamOf(Anthropic(), events).answer.choices(0).finish_reason();
  };
  EXPECT_EQ(finish("end_turn"), "stop");
  EXPECT_EQ(finish("stop_sequence"), "stop");
  EXPECT_EQ(finish("pause_turn"), "stop");
  EXPECT_EQ(finish("max_tokens"), "length");
  EXPECT_EQ(finish("model_context_window_exceeded"), "length");
  EXPECT_EQ(finish("refusal"), "content_filter");
  EXPECT_EQ(finish("of_tomorrow"), "stop");
}

TEST(AnthropicStreamTest, WhatTheEndSaysIsKept) {
  EventList events = TextEvents();
  events[6] =
      "{'type':'message_delta','delta':{'stop_reason':'stop_sequence','stop_sequence':'END',"
      "'stop_details':{'a':1},'container':{'id':'c'}},'usage':{'output_tokens':9},"
      "'context_management':{'applied_edits':[]}}";
  std::string whole = Whole("{'type':'text','text':'Héllo'}", "stop_sequence",
                            ",'stop_details':{'a':1},'container':{'id':'c'},"
                            "'context_management':{'applied_edits':[]}");
  whole.replace(whole.find("'stop_sequence':null"), 20, "'stop_sequence':'END'");
  EXPECT_TRUE(SaysTheSame(Anthropic(), events, whole));
}

TEST(AnthropicStreamTest, AnAnswerMayBeEmptyIfItSaysThatItEnded) {
  EXPECT_TRUE(SaysTheSame(Anthropic(), {kStart, Delta("end_turn"), kStop}, Whole("", "end_turn")));
  EXPECT_TRUE(SaysTheSame(Anthropic(),
                          {kStart, Begin(0, "{'type':'text','text':''}"), End(0), Delta("end_turn"), kStop},
                          Whole("{'type':'text','text':''}", "end_turn")));
  EventList thought = ThinkingEvents();
  thought.erase(thought.begin() + 9);
  EXPECT_TRUE(SaysTheSame(Anthropic(), thought,
                          Whole("{'type':'thinking','thinking':'One two.','signature':'s1'},"
                                "{'type':'redacted_thinking','data':'d'},{'type':'text','text':''}",
                                "end_turn")));
}

TEST(AnthropicStreamTest, ContentThatComesWithTheStartIsRead) {
  EventList events = {kStart, Delta("end_turn"), kStop};
  events[0].replace(events[0].find("[]"), 2, "[{'type':'text','text':'a'},{'type':'new','b':1}]");
  EXPECT_TRUE(
      SaysTheSame(Anthropic(), events, Whole("{'type':'text','text':'a'},{'type':'new','b':1}", "end_turn")));
}

TEST(AnthropicStreamTest, TheDeepestBlockCanBeReadByOthers) {
  const auto nested = [](int depth) {
    std::string deep;
    for (int i = 0; i < depth; ++i) deep += "{'a':";
    return deep + "1" + std::string(static_cast<std::size_t>(depth), '}');
  };
  const EventList events = {kStart,
                            Begin(0, "{'type':'new','x':" + nested(29) + "}"),
                            End(0),
                            Begin(1, "{'type':'server_tool_use','input':{}}"),
                            Arguments(1, Escaped(nested(29))),
                            End(1),
                            Delta("end_turn"),
                            kStop};
  const Streamed read = StreamOf(Anthropic(), events);
  ASSERT_TRUE(read.complete()) << read.failure.message;
  v1::ChatResponse copy;
  EXPECT_TRUE(copy.ParseFromString(read.answer.SerializeAsString()));
  for (const v1::Delta& delta : read.deltas) {
    v1::ChatEvent event;
    *event.mutable_delta() = delta;
    EXPECT_TRUE(v1::ChatEvent().ParseFromString(event.SerializeAsString()));
  }
  EXPECT_EQ(StreamOf(Anthropic(), With(Begin(1, "{'type':'new','x':" + nested(30) + "}"))).failure.failure,
            Failure::kMalformed);
}

TEST(AnthropicStreamTest, NothingIsReadAfterTheEnd) {
  const Streamed read =
      StreamOf(Anthropic(), Joined(TextEvents(), {Text(0, "more"), "{'type':'error','error':{'type':'x'}}"}));
  ASSERT_TRUE(read.complete());
  EXPECT_EQ(read.answer.choices(0).message().content(), "Héllo");
}

TEST(AnthropicStreamTest, AWholeAnswerIsTakenInAStreamsPlace) {
  const Streamed read = StreamOf(Anthropic(), {200,
                                               {{"content-type", "application/json"}},
                                               WithQuotes(Whole("{'type':'text','text':'x'}", "end_turn"))});
  ASSERT_TRUE(read.complete()) << read.failure.message;
  EXPECT_EQ(read.text(), "x");
  const Streamed failed =
      StreamOf(Anthropic(),
               {529, {}, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"});
  EXPECT_EQ(failed.failure.failure, Failure::kOverloaded);
  EXPECT_EQ(failed.failure.http_status, 529);
}

TEST(AnthropicStreamTest, AnAnswerIsSayableInTheNextTurn) {
  v1::ChatRequest next = Asked("");
  const EventList events = {kStart,
                            Begin(0, "{'type':'thinking','thinking':'','signature':''}"),
                            Piece(0, "'thinking_delta','thinking':'t'"),
                            Piece(0, "'signature_delta','signature':'s'"),
                            End(0),
                            Begin(1, "{'type':'tool_use','id':'toolu_1','name':'w','input':{}}"),
                            End(1),
                            Delta("tool_use"),
                            kStop};
  *next.add_messages() = StreamOf(Anthropic(), events).answer.choices(0).message();
  EXPECT_EQ(MemberOf(Encoded(next), "messages"),
            "[{'role':'user','content':'hi'},{'role':'assistant','content':[{'type':'thinking',"
            "'thinking':'t','signature':'s'},{'type':'tool_use','id':'toolu_1','name':'w','input':{}}]}]");
}

}  // namespace
}  // namespace spillway::providers
