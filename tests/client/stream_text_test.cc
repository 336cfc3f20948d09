#include "client/command/stream_text.h"

#include <string>
#include <vector>

#include "client/command/render_chat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using ::testing::ElementsAre;
using testing::Parse;

// What is printed for each event, and at the end.
std::vector<std::string> Printed(const std::vector<const char*>& events, bool whole = true,
                                 bool for_terminal = false) {
  StreamText text(for_terminal);
  std::vector<std::string> printed;
  for (const char* event : events) printed.push_back(text.Add(Parse<v1::ChatEvent>(event)));
  printed.push_back(text.End(whole));
  return printed;
}

std::string Whole(const std::vector<const char*>& events) {
  std::string all;
  for (const std::string& piece : Printed(events)) all += piece;
  return all;
}

TEST(StreamText, ATokenIsPrintedWhenItComes) {
  EXPECT_THAT(Printed({"delta {role: ROLE_ASSISTANT}", "delta {content: 'Pa'}", "delta {content: 'ris.'}",
                       "usage {prompt_tokens: 1}", "finish {finish_reason: 'stop'}"}),
              ElementsAre("", "Pa", "ris.", "", "", "\n"));
}

TEST(StreamText, ATextThatEndsItsLineGetsNoOtherEnd) {
  EXPECT_EQ(Whole({"delta {content: 'a'}", "delta {content: '\\n'}"}), "a\n");
  EXPECT_EQ(Whole({"delta {role: ROLE_ASSISTANT}"}), "\n");
}

TEST(StreamText, ARefusalStandsInPlaceOfContent) {
  EXPECT_EQ(Whole({"delta {refusal: 'I can'}", "delta {refusal: 'not.'}"}), "I cannot.\n");
  EXPECT_EQ(Whole({"delta {content: 'Well.'}", "delta {refusal: 'I cannot.'}"}), "Well.\n");
}

TEST(StreamText, AToolCallIsPrintedAsItsArgumentsCome) {
  EXPECT_THAT(Printed({"delta {content: 'Hm.'}", "delta {tool_calls {index: 0 id: 'x' function {name: 'f'}}}",
                       "delta {tool_calls {index: 0 function {arguments: '{\"a'}}}",
                       "delta {tool_calls {index: 0 function {arguments: '\":1}'}}}"}),
              ElementsAre("Hm.", "\nf(", "{\"a", "\":1}", ")\n"));
}

struct WholeCase {
  const char* name;
  std::vector<const char*> events;
  const char* response;
};

TEST(StreamText, AllOfItIsWhatTheWholeAnswerWouldHaveLookedLike) {
  const WholeCase cases[] = {
      {"calls out of order",
       {"delta {tool_calls {index: 0 function {name: 'f' arguments: '1'}}}",
        "delta {tool_calls {index: 2 custom {name: 'h' input: '3'}}}",
        "delta {tool_calls {index: 1 function {name: 'g' arguments: '2'}}}",
        "delta {tool_calls {index: 0 function {arguments: '1'}}}",
        "delta {tool_calls {index: 2 custom {input: '3'}}}"},
       R"pb(choices {
              message {
                tool_calls { function { name: "f" arguments: "11" } }
                tool_calls { function { name: "g" arguments: "2" } }
                tool_calls { custom { name: "h" input: "33" } }
              }
            })pb"},
      {"choices that take turns",
       {"delta {choice_index: 0 content: 'a'}", "delta {choice_index: 1 content: 'x'}",
        "delta {choice_index: 0 content: 'b'}", "delta {choice_index: 1 content: 'y\\n'}",
        "delta {choice_index: 2 tool_calls {function {name: 'f'}}}"},
       R"pb(choices { message { content: "ab" } }
            choices { message { content: "xy\n" } }
            choices { message { tool_calls { function { name: "f" } } } })pb"},
  };
  for (const WholeCase& c : cases) {
    EXPECT_EQ(Whole(c.events), RenderAnswer(Parse<v1::ChatResponse>(c.response), false)) << c.name;
  }
}

TEST(StreamText, AResetIsMarkedAndNothingOfBeforeIsLeft) {
  EXPECT_THAT(
      Printed({"delta {content: 'Once'}", "delta {choice_index: 1 content: 'other'}",
               "reset {failure: FAILURE_STALLED target {provider: 'azure' endpoint: 'eu' model: 'm'}}",
               "delta {content: 'Twice'}"}),
      ElementsAre("Once", "",
                  "\n[reset: everything above is void (stalled); azure/eu m answers from the beginning]\n",
                  "Twice", "\n"));
}

TEST(StreamText, AResetOfWhatWasNotShownNeedsNoMark) {
  EXPECT_THAT(Printed({"delta {reasoning_content: 'Hm'}", "reset {failure: FAILURE_STALLED}",
                       "delta {content: 'Twice'}"}),
              ElementsAre("", "", "Twice", "\n"));
}

TEST(StreamText, WhatBrokeOffIsMarked) {
  EXPECT_THAT(Printed({"delta {content: 'Once'}"}, false),
              ElementsAre("Once", "\n[incomplete: the answer broke off here]\n"));
  EXPECT_THAT(Printed({"delta {tool_calls {function {name: 'f' arguments: '{'}}}"}, false),
              ElementsAre("f({", "\n[incomplete: the answer broke off here]\n"));
  EXPECT_THAT(Printed({"delta {role: ROLE_ASSISTANT}"}, false), ElementsAre("", "")) << "nothing was shown";
}

TEST(StreamText, OnlyATerminalIsSparedControlCharacters) {
  EXPECT_EQ(Printed({"delta {content: 'a\\033[2Jb'}"}, true, true)[0], "a[2Jb");
  EXPECT_EQ(Printed({"delta {content: 'a\\033[2Jb'}"}, true, false)[0], "a\033[2Jb");
}

}  // namespace
}  // namespace spillway::client
