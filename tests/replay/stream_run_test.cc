#include "tests/support/stream_run.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spillway::testing {
namespace {

using providers::StreamState;
using Deltas = std::vector<v1::Delta>;

v1::Delta Saying(std::string_view text) {
  v1::Delta delta;
  delta.set_content(std::string(text));
  return delta;
}

// A codec whose decoder does what a test says.
class Scripted : public providers::Codec, public providers::StreamDecoder {
 public:
  std::function<StreamState(std::string_view, Deltas&)> feed;
  std::function<StreamState(Deltas&)> finish = [](Deltas&) { return StreamState::kComplete; };

  absl::StatusOr<providers::EncodedRequest> Encode(const v1::ChatRequest&) const override {
    return providers::EncodedRequest();
  }
  absl::StatusOr<providers::EncodedRequest> EncodeStream(const v1::ChatRequest&) const override {
    return providers::EncodedRequest();
  }
  providers::Decoded Decode(const HttpResponse&, const providers::DecodeContext&) const override {
    return {};
  }
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse,
                                                  const providers::StreamContext&) const override {
    return std::make_unique<Scripted>(*this);
  }
  StreamState Feed(std::string_view bytes, Deltas& deltas) override { return feed(bytes, deltas); }
  StreamState Finish(Deltas& deltas) override { return finish(deltas); }
  providers::AnswerIdentity identity() const override { return {}; }
  providers::StreamEnding TakeEnding() override { return {}; }
  router::FailedAttempt TakeFailure() override { return {}; }
};

StreamRun Play(const Scripted& codec, const std::vector<std::size_t>& cuts = {}) {
  return RunStream(codec, {200, {}, "abc"}, {}, cuts);
}

TEST(StreamRunTest, TheBodyIsFedInThePiecesAskedFor) {
  Scripted codec;
  codec.feed = [](std::string_view bytes, Deltas& deltas) {
    if (deltas.size() < 3) deltas.push_back(Saying(bytes));
    return deltas.size() < 3 ? StreamState::kOpen : StreamState::kComplete;
  };
  const StreamRun run = Play(codec, EveryByte(3));
  ASSERT_EQ(run.deltas.size(), 3u);
  EXPECT_EQ(run.deltas[2].content(), "c");
  EXPECT_EQ(run.fed, StreamState::kComplete);
  EXPECT_EQ(run.broken_rule, "");
  EXPECT_TRUE(run.ending);
}

TEST(StreamRunTest, ADecoderThatSpeaksAfterTheEndIsFound) {
  Scripted codec;
  codec.feed = [](std::string_view, Deltas& deltas) {
    deltas.push_back(Saying("x"));
    return StreamState::kComplete;
  };
  EXPECT_EQ(Play(codec).broken_rule, "nothing is given out after the end");
}

TEST(StreamRunTest, ADecoderThatTakesItsEndBackIsFound) {
  Scripted codec;
  codec.feed = [](std::string_view, Deltas&) { return StreamState::kFailed; };
  EXPECT_EQ(Play(codec).broken_rule, "an end is for ever");
}

TEST(StreamRunTest, ADecoderThatDoesNotEndIsFound) {
  Scripted codec;
  codec.feed = [](std::string_view, Deltas&) { return StreamState::kOpen; };
  codec.finish = [](Deltas&) { return StreamState::kFinished; };
  EXPECT_EQ(Play(codec).broken_rule, "Finish ends the answer");
}

TEST(StreamRunTest, RunsDifferInWhatWasGivenOutAndInHowItEnded) {
  StreamRun one;
  one.deltas.push_back(Saying("x"));
  one.ending.emplace();
  EXPECT_EQ(Difference(one, one), "");
  StreamRun other = one;
  other.deltas[0] = Saying("y");
  EXPECT_EQ(Difference(one, other), "another delta 0");
  other = one;
  other.deltas.clear();
  EXPECT_EQ(Difference(one, other), "1 / 0 deltas");
  other = one;
  other.fed = StreamState::kFinished;
  EXPECT_EQ(Difference(one, other), "state 0 / 1 after the bytes");
  other = one;
  other.state = StreamState::kFailed;
  EXPECT_EQ(Difference(one, other), "state 0 / 3 in the end");
  other = one;
  other.ending->usage.emplace();
  EXPECT_EQ(Difference(one, other), "another usage");
  other = one;
  other.ending->finishes.emplace_back();
  EXPECT_EQ(Difference(one, other), "other finishes");
  StreamRun failed;
  failed.failure = router::FailedAttempt{.message = "a"};
  other = failed;
  other.failure->message = "b";
  EXPECT_EQ(Difference(failed, other), "another failure: a / b");
}

}  // namespace
}  // namespace spillway::testing
