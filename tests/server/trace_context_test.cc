#include "server/trace_context.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace spillway::server {
namespace {

constexpr char kGiven[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string IdOf(const TraceContext& trace) { return std::string(TraceIdText(trace).view()); }

std::string TextOf(const TraceContext& trace) { return std::string(TraceparentOf(trace, trace.span).view()); }

// Of a trace that begins here.
void ExpectNew(const TraceContext& trace, const std::string& what) {
  EXPECT_FALSE(trace.empty()) << what;
  EXPECT_NE(IdOf(trace), "4bf92f3577b34da6a3ce929d0e0e4736") << what;
  EXPECT_NE(trace.span, 0u) << what;
  EXPECT_EQ(trace.parent, 0u) << what;
  EXPECT_EQ(trace.flags, 0) << what;
}

void ExpectTaken(const TraceContext& trace, const std::string& what) {
  EXPECT_EQ(IdOf(trace), "4bf92f3577b34da6a3ce929d0e0e4736") << what;
  EXPECT_EQ(trace.parent, 0x00f067aa0ba902b7u) << what;
  EXPECT_NE(trace.span, 0u) << what;
  EXPECT_NE(trace.span, trace.parent) << what;
  EXPECT_TRUE(trace.asked) << what;
}

TEST(TraceContextTest, ACallerThatTracesKeepsItsTraceAndGetsASpanOfTheCall) {
  const TraceContext trace = BeginTrace(kGiven, 1);
  ExpectTaken(trace, kGiven);
  EXPECT_EQ(trace.flags, 1);
  EXPECT_EQ(TextOf(trace),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-" + std::string(SpanIdText(trace.span).view()) + "-01");
}

TEST(TraceContextTest, ACallerThatDoesNotTraceHasATraceThatBeginsHere) {
  const TraceContext trace = BeginTrace("", 0);
  ExpectNew(trace, "none");
  EXPECT_FALSE(trace.asked);
  EXPECT_EQ(TextOf(trace).size(), 55u);
  EXPECT_EQ(TextOf(trace).substr(52), "-00") << "nobody has decided to sample it";
}

TEST(TraceContextTest, WhatIsWrittenCanBeRead) {
  const TraceContext first = BeginTrace("", 0);
  const TraceContext second = BeginTrace(TextOf(first), 1);
  EXPECT_EQ(IdOf(second), IdOf(first));
  EXPECT_EQ(second.parent, first.span);
}

TEST(TraceContextTest, MalformedMakesANewTrace) {
  const std::vector<std::string> malformed = {
      "",
      "-",
      "00",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
      // Version 00 ends here.
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,00-4bf92f3577b34da6a3ce929d0e0e4736-"
      "00f067aa0ba902b7-01",
      // Ids of nothing.
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      // Upper case.
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0A",
      "0A-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      // No digits.
      "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b:-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0`",
      // Fields of other lengths.
      "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b77-01",
      "000-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
      // Other separators.
      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
      // The version that is forbidden.
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      // A later version, and its next field does not begin where it must.
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
      "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.",
      " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\0", 55),
      std::string(1 << 16, '0'),
  };
  for (const std::string& text : malformed) {
    const TraceContext trace = BeginTrace(text, 1);
    ExpectNew(trace, text.substr(0, 120));
    EXPECT_TRUE(trace.asked) << "the caller wants to know";
  }
}

TEST(TraceContextTest, EveryCutOfATraceparentIsMalformed) {
  const std::string whole = kGiven;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ExpectNew(BeginTrace(whole.substr(0, size), 1), whole.substr(0, size));
  }
}

TEST(TraceContextTest, AnyWrongByteIsMalformed) {
  for (std::size_t at = 0; at < sizeof kGiven - 1; ++at) {
    for (const char wrong : {'\0', ' ', 'G', 'g', '/', ':', '@', '`', '\x80', '\xff'}) {
      std::string text = kGiven;
      text[at] = wrong;
      ExpectNew(BeginTrace(text, 1), text);
    }
  }
}

TEST(TraceContextTest, RepeatedMakesANewTrace) {
  const TraceContext trace = BeginTrace(kGiven, 2);
  ExpectNew(trace, "two");
  EXPECT_TRUE(trace.asked);
}

TEST(TraceContextTest, ALaterVersionIsReadAsFarAsThisOneGoes) {
  for (const std::string text :
       {"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the.FUTURE,holds",
        "fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    const TraceContext trace = BeginTrace(text, 1);
    ExpectTaken(trace, text);
    EXPECT_EQ(TextOf(trace).substr(0, 3), "00-") << "we speak the version that we know";
  }
}

TEST(TraceContextTest, FlagsThatNobodyHasDefinedAreNotPassedOn) {
  const std::string ids = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";
  EXPECT_EQ(BeginTrace(ids + "00", 1).flags, 0);
  EXPECT_EQ(BeginTrace(ids + "01", 1).flags, 1);
  EXPECT_EQ(BeginTrace(ids + "03", 1).flags, 3);
  EXPECT_EQ(BeginTrace(ids + "ff", 1).flags, 3);
  EXPECT_EQ(BeginTrace(ids + "fc", 1).flags, 0);
}

TEST(TraceContextTest, NoTwoAreAlikeOnAnyThread) {
  constexpr int kThreads = 4;
  constexpr int kTraces = 1000;
  std::vector<std::vector<TraceContext>> made(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < kTraces; ++i) mine.push_back(BeginTrace("", 0));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> ids;
  std::set<SpanId> spans;
  for (const auto& mine : made) {
    for (const TraceContext& trace : mine) {
      ids.insert(IdOf(trace));
      spans.insert(trace.span);
    }
  }
  EXPECT_EQ(ids.size(), std::size_t{kThreads * kTraces});
  EXPECT_EQ(spans.size(), std::size_t{kThreads * kTraces});
}

TEST(SpanOfAttempt, EachAttemptHasItsOwnAndItIsTheSameWheneverAsked) {
  const TraceContext trace = BeginTrace("", 0);
  std::set<SpanId> spans = {trace.span};
  for (std::size_t attempt = 0; attempt < 1000; ++attempt) {
    EXPECT_EQ(SpanOfAttempt(trace, attempt), SpanOfAttempt(trace, attempt));
    spans.insert(SpanOfAttempt(trace, attempt));
  }
  EXPECT_EQ(spans.size(), 1001u);
  EXPECT_FALSE(spans.contains(0));
}

}  // namespace
}  // namespace spillway::server
