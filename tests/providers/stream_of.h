// A streamed answer read in every way its bytes may come: whole, byte by byte, and cut anywhere.
#ifndef SPILLWAY_TESTS_PROVIDERS_STREAM_OF_H_
#define SPILLWAY_TESTS_PROVIDERS_STREAM_OF_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "providers/answer_assembler.h"
#include "providers/codec.h"
#include "providers/stream_decoder.h"

namespace spillway::providers {

struct Streamed {
  std::vector<v1::Delta> deltas;
  // Before and after the bytes had ended.
  StreamState fed = StreamState::kOpen;
  StreamState state = StreamState::kOpen;
  // If it is complete.
  StreamEnding ending;
  // The deltas and the ending in one.
  v1::ChatResponse answer;
  // If it failed.
  router::FailedAttempt failure;

  bool complete() const { return state == StreamState::kComplete; }
  bool failed() const { return state == StreamState::kFailed; }
  // The content of choice 0 as far as it came.
  std::string text() const {
    std::string out;
    for (const v1::Delta& delta : deltas) out += delta.choice_index() == 0 ? delta.content() : "";
    return out;
  }
};

// Some of the infinitely many ways to cut `bytes`: `seed` says which.
inline std::vector<std::string_view> Cut(std::string_view bytes, std::uint64_t seed) {
  std::vector<std::string_view> pieces;
  while (!bytes.empty()) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    // Short pieces mostly, and long ones.
    const std::uint64_t bits = seed >> 33;
    const std::size_t size = 1 + bits / 8 % (bits % 8 == 0 ? 2000 : 24);
    pieces.push_back(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return pieces;
}

inline Streamed Play(StreamDecoder& decoder, const std::vector<std::string_view>& pieces) {
  Streamed out;
  for (const std::string_view piece : pieces) {
    // A piece of its own memory, so that a view that outlives it does not go unnoticed.
    const std::string copy(piece);
    out.fed = decoder.Feed(copy, out.deltas);
  }
  out.state = decoder.Finish(out.deltas);
  if (out.failed()) out.failure = decoder.TakeFailure();
  if (!out.complete()) return out;
  out.ending = decoder.TakeEnding();
  AnswerAssembler assembler;
  for (const v1::Delta& delta : out.deltas) assembler.Add(delta);
  out.answer = assembler.Take(out.ending);
  return out;
}

inline testing::AssertionResult SameStreamed(const Streamed& a, const Streamed& b) {
  using google::protobuf::util::MessageDifferencer;
  if (a.fed != b.fed || a.state != b.state) return testing::AssertionFailure() << "states differ";
  if (a.failure.failure != b.failure.failure || a.failure.message != b.failure.message ||
      a.failure.http_status != b.failure.http_status || a.failure.retry_after != b.failure.retry_after ||
      a.failure.provider_code != b.failure.provider_code) {
    return testing::AssertionFailure() << a.failure.message << "\nor\n" << b.failure.message;
  }
  if (a.deltas.size() != b.deltas.size()) {
    return testing::AssertionFailure() << a.deltas.size() << " or " << b.deltas.size() << " deltas";
  }
  for (std::size_t i = 0; i < a.deltas.size(); ++i) {
    if (MessageDifferencer::Equals(a.deltas[i], b.deltas[i])) continue;
    return testing::AssertionFailure() << a.deltas[i].DebugString() << "or\n" << b.deltas[i].DebugString();
  }
  if (!MessageDifferencer::Equals(a.answer, b.answer)) {
    return testing::AssertionFailure() << a.answer.DebugString() << "or\n" << b.answer.DebugString();
  }
  return testing::AssertionSuccess();
}

// What `codec` reads in `response` to a stream that asked for so many choices; the same however it is cut,
// and its deltas and ending keep what stream_decoder.h and chat.proto promise.
inline Streamed StreamOf(const Codec& codec, const HttpResponse& response, int choices = 1) {
  HttpResponse head = response;
  head.body.clear();
  const auto play = [&](const std::vector<std::string_view>& pieces) {
    return Play(*codec.NewStreamDecoder(head, {.choices = choices}), pieces);
  };
  const std::string_view body = response.body;
  Streamed whole = play({body});
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < body.size(); ++i) bytes.push_back(body.substr(i, 1));
  EXPECT_TRUE(SameStreamed(whole, play(bytes))) << "byte by byte";
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    EXPECT_TRUE(SameStreamed(whole, play(Cut(body, seed)))) << "cut by seed " << seed;
  }
  std::vector<int> begun;
  for (const v1::Delta& delta : whole.deltas) {
    const bool first = std::find(begun.begin(), begun.end(), delta.choice_index()) == begun.end();
    EXPECT_EQ(delta.role(), first ? v1::ROLE_ASSISTANT : v1::ROLE_UNSPECIFIED) << delta.DebugString();
    if (first) begun.push_back(delta.choice_index());
  }
  EXPECT_NE(whole.complete(), whole.failed());
  if (whole.complete()) {
    EXPECT_EQ(whole.ending.finishes.size(), begun.size());
  }
  for (const v1::Finish& finish : whole.ending.finishes) EXPECT_NE(finish.finish_reason(), "");
  return whole;
}

// The same for a good head and a body of events.
inline Streamed StreamOf(const Codec& codec, const std::string& body, int choices = 1) {
  return StreamOf(codec, HttpResponse{200, {{"content-type", "text/event-stream"}}, body}, choices);
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_STREAM_OF_H_
