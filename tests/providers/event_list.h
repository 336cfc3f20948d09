// Streamed answers as lists of events, for the tests of codecs whose streams are server-sent events.
#ifndef SPILLWAY_TESTS_PROVIDERS_EVENT_LIST_H_
#define SPILLWAY_TESTS_PROVIDERS_EVENT_LIST_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "tests/providers/stream_of.h"

namespace spillway::providers {

// The data of each event; quotes are ' for brevity.
using EventList = std::vector<std::string>;

inline std::string WithQuotes(std::string text) {
  for (char& c : text) c = c == '\'' ? '"' : c;
  return text;
}

// The bytes of the first `count` events. `named`: each with its `type` as its name.
inline std::string BytesOf(const EventList& events, std::size_t count, bool named = true) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    constexpr std::string_view kType = "'type':'";
    const std::size_t type = events[i].find(kType);
    if (named && type != std::string::npos) {
      const std::size_t start = type + kType.size();
      bytes += "event: " + events[i].substr(start, events[i].find('\'', start) - start) + "\n";
    }
    bytes += "data: " + WithQuotes(events[i]) + "\n\n";
  }
  return bytes;
}

inline std::string BytesOf(const EventList& events) { return BytesOf(events, events.size()); }

// The same with the other end of lines.
inline std::string WithCrLf(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

inline EventList Joined(EventList first, const EventList& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// What `codec` makes of the events, however they are framed and cut.
inline Streamed StreamOf(const Codec& codec, const EventList& events) {
  const std::string bytes = BytesOf(events);
  Streamed read = StreamOf(codec, bytes);
  EXPECT_TRUE(SameStreamed(read, StreamOf(codec, WithCrLf(bytes)))) << "CRLF";
  EXPECT_TRUE(SameStreamed(read, StreamOf(codec, BytesOf(events, events.size(), false)))) << "without names";
  return read;
}

// Whether the events say what `whole` says as a unary answer.
inline testing::AssertionResult SaysTheSame(const Codec& codec, const EventList& events, std::string whole) {
  const Streamed streamed = StreamOf(codec, events);
  if (!streamed.complete()) return testing::AssertionFailure() << streamed.failure.message;
  const Decoded decoded = codec.Decode({.status = 200, .body = WithQuotes(std::move(whole))}, {});
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) {
    return testing::AssertionFailure() << std::get<router::FailedAttempt>(decoded).message;
  }
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  if (differencer.Compare(*answer, streamed.answer)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << difference << "\nunary:\n" << answer->DebugString();
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_EVENT_LIST_H_
