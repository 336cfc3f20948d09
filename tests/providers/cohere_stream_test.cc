// Cohere's streamed answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/providers/event_list.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using google::protobuf::util::MessageDifferencer;
using router::Failure;
using testing::ElementsAre;

const Codec& Cohere() {
  static const std::unique_ptr<const Codec> codec = MakeCodec(v1::API_COHERE, {.model = "m"});
  return *codec;
}

const std::string kStart =
    "{'id':'i','type':'message-start','delta':{'message':{'role':'assistant','content':[],'tool_plan':'',"
    "'tool_calls':[],'citations':[]}}}";
const std::string kUsage =
    "{'billed_units':{'input_tokens':1},'tokens':{'input_tokens':9,'output_tokens':4},"
    "'cached_tokens':3}";

// An event of `type` about `message`.
std::string Event(const std::string& type, const std::string& message, int index = 0) {
  return "{'type':'" + type + "','index':" + std::to_string(index) + ",'delta':{'message':" + message + "}}";
}
std::string Text(const std::string& text, int index = 0) {
  return Event("content-delta", "{'content':{'text':'" + text + "'}}", index);
}
std::string Plan(const std::string& text) {
  return "{'type':'tool-plan-delta','delta':{'message':{'tool_plan':'" + text + "'}}}";
}
std::string Call(int index, const std::string& id, const std::string& function) {
  return Event("tool-call-start",
               "{'tool_calls':{'id':'" + id + "','type':'function','function':" + function + "}}", index);
}
std::string Arguments(int index, const std::string& json) {
  return Event("tool-call-delta", "{'tool_calls':{'function':{'arguments':'" + json + "'}}}", index);
}
std::string End(const std::string& type, int index = 0) {
  return "{'type':'" + type + "','index':" + std::to_string(index) + "}";
}
std::string Finish(const std::string& reason) {
  return "{'type':'message-end','delta':{'finish_reason':'" + reason + "','usage':" + kUsage + "}}";
}
const std::string kTextStart = Event("content-start", "{'content':{'type':'text','text':''}}");

EventList TextEvents() {
  return {kStart, kTextStart, Text("Hé"), Text("llo"), End("content-end"), Finish("COMPLETE"), "[DONE]"};
}

EventList With(const std::string& event) {
  return {kStart, kTextStart, event, End("content-end"), Finish("COMPLETE"), "[DONE]"};
}

EventList ThinkingEvents() {
  return {
      kStart,
      Event("content-start", "{'content':{'type':'thinking','thinking':''}}"),
      Event("content-delta", "{'content':{'thinking':'Hm'}}"),
      Event("content-delta", "{'content':{'thinking':'.'}}"),
      End("content-end"),
      Event("content-start", "{'content':{'type':'text','text':''}}", 1),
      Text("It is.", 1),
      Event("citation-start", "{'citations':{'start':0,'end':2,'text':'It','sources':[{'type':'tool'}]}}"),
      End("citation-end"),
      Event("citation-start", "{'citations':{'start':3,'end':5,'text':'is'}}", 1),
      End("citation-end", 1),
      End("content-end", 1),
      Finish("COMPLETE"),
      "[DONE]"};
}

EventList ToolEvents() {
  return {kStart,
          Plan("I will"),
          Plan(" look."),
          Call(0, "f_1", "{'name':'f','arguments':''}"),
          Arguments(0, "{\\n  \\'a\\':"),
          Arguments(0, " 1}"),
          End("tool-call-end"),
          Call(1, "g_2", "{'name':'g','arguments':''}"),
          End("tool-call-end", 1),
          Finish("TOOL_CALL"),
          "[DONE]"};
}

std::vector<EventList> AllFixtures() { return {TextEvents(), ThinkingEvents(), ToolEvents()}; }

std::string Whole(const std::string& message, const std::string& reason, const std::string& rest = "") {
  return "{'id':'i','message':{'role':'assistant'," + message + "},'finish_reason':'" + reason +
         "','usage':" + kUsage + rest + "}";
}

TEST(CohereStreamTest, AsksForEvents) {
  v1::ChatRequest request;
  request.add_messages()->set_role(v1::ROLE_USER);
  request.mutable_messages(0)->set_content("hi");
  const auto encoded = Cohere().EncodeStream(request);
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_EQ(encoded->path, "/v2/chat");
  EXPECT_EQ(encoded->choices, 1);
  EXPECT_EQ(encoded->body, R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true})");
  EXPECT_THAT(encoded->headers,
              testing::UnorderedElementsAre(testing::Pair("Content-Type", "application/json"),
                                            testing::Pair("Accept", "text/event-stream")));
  EXPECT_EQ(Cohere().Encode(request)->body.find("stream"), std::string::npos);
  request.set_n(2);
  EXPECT_FALSE(Cohere().EncodeStream(request).ok());
}

TEST(CohereStreamTest, TextIsGivenOutPieceByPiece) {
  const Streamed read = StreamOf(Cohere(), TextEvents());
  ASSERT_TRUE(read.complete()) << read.failure.message;
  EXPECT_EQ(read.fed, StreamState::kComplete);
  ASSERT_EQ(read.deltas.size(), 2u);
  EXPECT_TRUE(SameProto(read.deltas[0], R"(role: ROLE_ASSISTANT content: "H\303\251")"));
  EXPECT_TRUE(SameProto(read.deltas[1], R"(content: "llo")"));
}

TEST(CohereStreamTest, StreamsSayWhatWholeAnswersSay) {
  EXPECT_TRUE(
      SaysTheSame(Cohere(), TextEvents(), Whole("'content':[{'type':'text','text':'Héllo'}]", "COMPLETE")));
  EXPECT_TRUE(
      SaysTheSame(Cohere(), ThinkingEvents(),
                  Whole("'content':[{'type':'thinking','thinking':'Hm.'},{'type':'text','text':'It is.'}],"
                        "'citations':[{'start':0,'end':2,'text':'It','sources':[{'type':'tool'}]},"
                        "{'start':3,'end':5,'text':'is'}]",
                        "COMPLETE")));
  EXPECT_TRUE(SaysTheSame(
      Cohere(), ToolEvents(),
      Whole("'tool_plan':'I will look.','tool_calls':[{'id':'f_1','type':'function','function':{'name':'f',"
            "'arguments':'{\\n  \\'a\\': 1}'}},{'id':'g_2','type':'function','function':{'name':'g',"
            "'arguments':''}}]",
            "TOOL_CALL")));
}

TEST(CohereStreamTest, ACutAnywhereIsNoWholeAnswer) {
  for (const EventList& events : AllFixtures()) {
    for (std::size_t count = 0; count + 2 < events.size(); ++count) {
      const Streamed read = StreamOf(Cohere(), BytesOf(events, count));
      ASSERT_TRUE(read.failed()) << count;
      EXPECT_EQ(read.failure.failure, Failure::kTruncated) << count;
      EXPECT_EQ(read.fed, StreamState::kOpen) << count;
      const Streamed done = StreamOf(Cohere(), BytesOf(events, count) + "data: [DONE]\n\n");
      EXPECT_EQ(done.failure.failure, Failure::kTruncated) << count;
    }
  }
}

TEST(CohereStreamTest, TheEndOfTheMessageIsTheEnd) {
  for (const EventList& events : AllFixtures()) {
    const Streamed read = StreamOf(Cohere(), BytesOf(events, events.size() - 1));
    EXPECT_EQ(read.fed, StreamState::kComplete);
    EXPECT_TRUE(SameStreamed(read, StreamOf(Cohere(), BytesOf(events))));
  }
}

TEST(CohereStreamTest, AnEndWithoutAReasonIsNone) {
  for (const char* end : {"{'type':'message-end'}", "{'type':'message-end','delta':{'usage':{}}}",
                          "{'type':'message-end','delta':{'finish_reason':null}}"}) {
    EventList events = TextEvents();
    events[5] = end;
    EXPECT_EQ(StreamOf(Cohere(), events).failure.failure, Failure::kTruncated) << end;
  }
}

TEST(CohereStreamTest, AnAnswerThatEndedInAnErrorIsAFailure) {
  const auto failure = [](const std::string& delta) {
    EventList events = ToolEvents();
    events[9] = "{'type':'message-end','delta':" + delta + "}";
    const Streamed read = StreamOf(Cohere(), events);
    EXPECT_TRUE(read.failed()) << delta;
    EXPECT_EQ(read.text(), "I will look.");
    return read.failure;
  };
  const auto said = failure(
      "{'finish_reason':'ERROR','usage':{},'error':'your request resulted in an invalid tool generation',"
      "'error_type':'INVALID_TOOL_GENERATION'}");
  EXPECT_EQ(said.failure, Failure::kServerError);
  EXPECT_EQ(said.message, "your request resulted in an invalid tool generation");
  EXPECT_EQ(said.provider_code, "INVALID_TOOL_GENERATION");
  EXPECT_EQ(said.http_status, 200);
  EXPECT_EQ(failure("{'finish_reason':'ERROR','usage':{}}").message, "the answer ended with ERROR");
  EXPECT_EQ(failure("{'finish_reason':'TIMEOUT'}").failure, Failure::kServerError);
  EXPECT_EQ(failure("{'finish_reason':'COMPLETE','error':'too many tokens: try a shorter prompt',"
                    "'error_type':'TOO_MANY_TOKENS'}")
                .failure,
            Failure::kContextLength);
}

TEST(CohereStreamTest, AnErrorAnywhereIsTheFailureItNames) {
  const std::string limit =
      "{'message':'You are using a Trial key, which is limited to 40 API calls / minute.'}";
  const std::vector<std::pair<std::string, Failure>> errors = {
      {"{'type':'error','message':'internal server error'}", Failure::kServerError},
      {"{'error':{'message':'Overloaded','type':'overloaded_error'}}", Failure::kOverloaded},
      {"{'id':'i','message':'too many tokens','error_type':'TOO_MANY_TOKENS'}", Failure::kContextLength}};
  for (const EventList& fixture : AllFixtures()) {
    for (std::size_t count = 0; count + 2 < fixture.size(); ++count) {
      for (const auto& [error, failure] : errors) {
        EventList events(fixture.begin(), fixture.begin() + static_cast<std::ptrdiff_t>(count));
        events.push_back(error);
        const Streamed read = StreamOf(Cohere(), Joined(events, fixture));
        ASSERT_TRUE(read.failed()) << error;
        EXPECT_EQ(read.failure.failure, failure) << error << read.failure.message;
      }
    }
  }
  const Streamed named =
      StreamOf(Cohere(), BytesOf(TextEvents(), 3) + "event: error\ndata: " + WithQuotes(limit) + "\n\n");
  EXPECT_TRUE(named.failed());
  EXPECT_NE(named.failure.message.find("Trial key"), std::string::npos);
}

TEST(CohereStreamTest, AnEventThatCannotBeReadIsAFailureAnywhere) {
  for (const EventList& fixture : AllFixtures()) {
    for (std::size_t i = 0; i + 1 < fixture.size(); ++i) {
      for (const char* bad : {"{'type':'content-delta'", "nonsense", "7", "[]"}) {
        EventList events = fixture;
        events[i] = bad;
        EXPECT_EQ(StreamOf(Cohere(), BytesOf(events)).failure.failure, Failure::kMalformed) << i << bad;
      }
    }
  }
  EXPECT_EQ(StreamOf(Cohere(), With(Text("\xC3("))).failure.failure, Failure::kMalformed);
}

TEST(CohereStreamTest, PiecesOfTheWrongTypeAreFailures) {
  for (const std::string& bad :
       {Event("content-delta", "{'content':7}"), Event("tool-call-start", "{'tool_calls':{'id':'i'}}"),
        Event("tool-call-start", "{'tool_calls':[7]}"), Call(0, "i", "{'name':'','arguments':'{}'}"),
        Arguments(0, "{}")}) {
    EXPECT_EQ(StreamOf(Cohere(), With(bad)).failure.failure, Failure::kMalformed) << bad;
  }
}

TEST(CohereStreamTest, WhatIsUnknownIsPassedOver) {
  for (const std::string& unknown :
       {std::string("{'type':'of-tomorrow','index':0}"), std::string("{}"), std::string("{'type':7}"),
        std::string("{'type':'content-delta'}"), std::string("{'type':'content-delta','delta':7}"),
        std::string("{'type':'content-delta','delta':{'message':null}}"), End("content-end", 9),
        Event("content-delta", "{'content':null,'tool_plan':null,'tool_calls':null,'citations':[]}")}) {
    const Streamed read = StreamOf(Cohere(), With(unknown));
    ASSERT_TRUE(read.complete()) << unknown << read.failure.message;
    ASSERT_EQ(read.deltas.size(), 1u) << unknown;
    EXPECT_TRUE(SameProto(read.deltas[0], "role: ROLE_ASSISTANT")) << unknown;
  }
}

TEST(CohereStreamTest, CallsComeInPieces) {
  const Streamed read = StreamOf(Cohere(), ToolEvents());
  std::vector<std::string> calls;
  for (const v1::Delta& delta : read.deltas) {
    for (const v1::ToolCallDelta& call : delta.tool_calls()) {
      calls.push_back(std::to_string(call.index()) + call.id() + call.function().name() +
                      call.function().arguments());
    }
  }
  EXPECT_THAT(calls, ElementsAre("0f_1f", "0{\n  \"a\":", "0 1}", "1g_2g"));
}

TEST(CohereStreamTest, CallsAreCountedByThemselves) {
  const EventList events = {kStart,
                            Call(3, "a", "{'name':'f','arguments':'{\\'x\\':'}"),
                            Call(7, "b", "{'name':'g'}"),
                            Arguments(7, "[2]"),
                            Arguments(3, "1}"),
                            Finish("TOOL_CALL")};
  const v1::Message message = StreamOf(Cohere(), events).answer.choices(0).message();
  ASSERT_EQ(message.tool_calls_size(), 2);
  EXPECT_EQ(message.tool_calls(0).function().arguments(), R"({"x":1})");
  EXPECT_EQ(message.tool_calls(1).function().arguments(), "[2]");
}

TEST(CohereStreamTest, PartsAndCallsNeedNoIndexAndMayBeLists) {
  for (EventList events : AllFixtures()) {
    const v1::ChatResponse answer = StreamOf(Cohere(), events).answer;
    for (std::string& event : events) {
      const std::size_t index = event.find(",'index':");
      if (index != std::string::npos) event.erase(index, std::string(",'index':0").size());
    }
    EXPECT_TRUE(MessageDifferencer::Equals(StreamOf(Cohere(), events).answer, answer));
  }
  const EventList lists = {
      kStart,
      Event("tool-call-start", "{'tool_calls':[{'id':'a','type':'function','function':{'name':'f'}}]}", 0),
      Event("tool-call-start", "{'tool_calls':[{'id':'b','type':'function','function':{'name':'g'}}]}", 1),
      Event("tool-call-delta", "{'tool_calls':[{'function':{'arguments':'{}'}}]}", 1), Finish("TOOL_CALL")};
  EXPECT_TRUE(SaysTheSame(Cohere(), lists,
                          Whole("'tool_calls':[{'id':'a','type':'function','function':{'name':'f'}},"
                                "{'id':'b','type':'function','function':{'name':'g','arguments':'{}'}}]",
                                "TOOL_CALL")));
}

TEST(CohereStreamTest, CallsWithoutIdsGetThoseThatAWholeAnswerWouldGive) {
  const EventList events = {
      kStart,
      Event("tool-call-start", "{'tool_calls':{'function':{'name':'f','arguments':'{}','own':1}}}", 0),
      Event("tool-call-start", "{'tool_calls':{'function':{'name':'g','arguments':'{}'},'new':1}}", 1),
      Finish("TOOL_CALL")};
  EXPECT_TRUE(SaysTheSame(Cohere(), events,
                          Whole("'tool_calls':[{'function':{'name':'f','arguments':'{}','own':1}},"
                                "{'function':{'name':'g','arguments':'{}'},'new':1}]",
                                "TOOL_CALL")));
  const auto id = [&](const std::string& plan) {
    const EventList anonymous = {Plan(plan), events[1], Finish("TOOL_CALL")};
    return StreamOf(Cohere(), anonymous).answer.choices(0).message().tool_calls(0).id();
  };
  EXPECT_EQ(id("a"), id("a"));
  EXPECT_NE(id("a"), id("b"));
}

TEST(CohereStreamTest, APlanAfterATextIsKept) {
  const EventList events = {kStart, kTextStart, Text("t"), Plan("p"), Plan("q"), Finish("COMPLETE")};
  EXPECT_TRUE(SaysTheSame(Cohere(), events,
                          Whole("'content':[{'type':'text','text':'t'}],'tool_plan':'pq'", "COMPLETE")));
}

TEST(CohereStreamTest, ATextAfterAPlanGoesOn) {
  const EventList events = {kStart, Plan("p"), kTextStart, Text("t"), Finish("COMPLETE")};
  EXPECT_EQ(StreamOf(Cohere(), events).text(), "pt");
}

TEST(CohereStreamTest, PartsOfOtherTypesAreKeptAsTheyCame) {
  const EventList events = {kStart,
                            kTextStart,
                            Text("x"),
                            Event("content-start", "{'content':{'type':'song','notes':[1],'text':'la'}}", 1),
                            Event("content-delta", "{'content':{'notes':[2],'text':' la','key':'C'}}", 1),
                            Finish("COMPLETE")};
  EXPECT_TRUE(SaysTheSame(
      Cohere(), events,
      Whole("'content':[{'type':'text','text':'x'},{'type':'song','notes':[1,2],'text':'la la','key':'C'}]",
            "COMPLETE")));
}

TEST(CohereStreamTest, APartNeedsNoBeginning) {
  const EventList events = {kStart, Event("content-delta", "{'content':{'thinking':'Hm'}}"), Text("a", 1),
                            Text("b", 1), Finish("COMPLETE")};
  EXPECT_TRUE(SaysTheSame(
      Cohere(), events,
      Whole("'content':[{'type':'thinking','thinking':'Hm'},{'type':'text','text':'ab'}]", "COMPLETE")));
  const EventList bare = {kStart, Event("content-delta", "{'content':'ab'}"), Finish("COMPLETE")};
  EXPECT_TRUE(SaysTheSame(Cohere(), bare, Whole("'content':'ab'", "COMPLETE")));
}

TEST(CohereStreamTest, WhatComesWithTheStartIsRead) {
  EventList events = {
      "{'type':'message-start','id':'i','delta':{'message':{'role':'bard','content':[{'type':'text',"
      "'text':'a'}],'citations':[{'start':0}],'mood':2,'none':null}}}",
      Event("citation-start", "{'citations':{'start':1}}"), Finish("COMPLETE")};
  EXPECT_TRUE(
      SaysTheSame(Cohere(), events,
                  "{'id':'i','message':{'role':'bard','content':[{'type':'text','text':'a'}],"
                  "'citations':[{'start':0},{'start':1}],'mood':2},'finish_reason':'COMPLETE','usage':" +
                      kUsage + "}"));
}

TEST(CohereStreamTest, LogprobsComeWithTheirText) {
  EventList events = TextEvents();
  events[2].insert(1, "'logprobs':{'text':'Hé','token_ids':[1],'logprobs':[-0.5]},");
  events[3].insert(1, "'logprobs':{'text':'llo','token_ids':[2,3],'logprobs':[-1,-0.25]},");
  EXPECT_TRUE(SaysTheSame(Cohere(), events,
                          Whole("'content':[{'type':'text','text':'Héllo'}]", "COMPLETE",
                                ",'logprobs':[{'text':'Hé','token_ids':[1],'logprobs':[-0.5]},"
                                "{'text':'llo','token_ids':[2,3],'logprobs':[-1,-0.25]}]")));
}

TEST(CohereStreamTest, ThePromptOfADebugEventIsTheAnswers) {
  EventList events = TextEvents();
  events.insert(events.begin() + 1, "{'type':'debug','prompt':'p'}");
  events[6].insert(1, "'id':'i','news':null,");
  EXPECT_TRUE(SaysTheSame(Cohere(), events,
                          Whole("'content':[{'type':'text','text':'Héllo'}]", "COMPLETE", ",'prompt':'p'")));
}

TEST(CohereStreamTest, ReasonsToEnd) {
  const auto finish = [](const std::string& word) {
    EventList events = TextEvents();
    events[5] = Finish(word);
    return StreamOf(Cohere(), events).answer.choices(0).finish_reason();
  };
  EXPECT_EQ(finish("COMPLETE"), "stop");
  EXPECT_EQ(finish("STOP_SEQUENCE"), "stop");
  EXPECT_EQ(finish("MAX_TOKENS"), "length");
  EXPECT_EQ(finish("TOOL_CALL"), "tool_calls");
  EXPECT_EQ(finish("ERROR_TOXIC"), "content_filter");
  EXPECT_EQ(finish("OF_TOMORROW"), "stop");
}

TEST(CohereStreamTest, AnAnswerMayBeEmptyIfItSaysThatItEnded) {
  EXPECT_TRUE(SaysTheSame(Cohere(), {kStart, Finish("COMPLETE")}, Whole("'content':[]", "COMPLETE")));
}

TEST(CohereStreamTest, AWholeAnswerOrErrorIsTakenInAStreamsPlace) {
  const Streamed read =
      StreamOf(Cohere(), {200, {}, WithQuotes(Whole("'content':[{'type':'text','text':'x'}]", "COMPLETE"))});
  ASSERT_TRUE(read.complete()) << read.failure.message;
  EXPECT_EQ(read.text(), "x");
  const Streamed failed = StreamOf(Cohere(), {401, {}, R"({"id":"i","message":"invalid api token"})"});
  EXPECT_EQ(failed.failure.failure, Failure::kCredentials);
}

}  // namespace
}  // namespace spillway::providers
