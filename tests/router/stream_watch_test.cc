// Silence of every kind, on a simulated clock.
#include "router/stream_watch.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// 15 s to the first token, then 30 s, and 120 s without a token at most.
Try Attempt(Instant deadline = kNever, Failure on_timeout = Failure::kDeadline) {
  Try attempt;
  attempt.deadline = deadline;
  attempt.on_timeout = on_timeout;
  attempt.streamed = true;
  attempt.first_token_timeout = seconds(15);
  attempt.stream_idle_timeout = seconds(30);
  return attempt;
}

// What happened at which second; then how long the attempt may go on, and what it is if it does.
struct Row {
  const char* what;
  // "token 3", "life 5", "pause 6", "resume 9".
  std::vector<std::string> events;
  Instant own_deadline;
  int until_second;
  Failure failure;
};

Instant At(int second) { return kStart + seconds(second); }

void Play(const std::string& event, StreamWatch& watch) {
  const std::size_t space = event.find(' ');
  const std::string kind = event.substr(0, space);
  const Instant now = At(std::stoi(event.substr(space)));
  ASSERT_LE(now, watch.deadline()) << event << " comes too late";
  if (kind == "token") return watch.OnToken(now);
  if (kind == "life") return watch.OnLife(now);
  if (kind == "pause") return watch.Pause();
  ASSERT_EQ(kind, "resume");
  watch.Resume(now);
}

TEST(StreamWatchTest, EachKindOfSilenceHasItsBound) {
  constexpr Failure kFirst = Failure::kFirstTokenTimeout;
  constexpr Failure kStalled = Failure::kStalled;
  constexpr Failure kDeadline = Failure::kDeadline;
  const std::vector<Row> rows = {
      {"nothing at all", {}, kNever, 15, kFirst},
      {"signs of life are no token", {"life 3", "life 14"}, kNever, 15, kFirst},
      {"the first token has all of its time", {"token 15"}, kNever, 45, kStalled},
      {"each token begins the time anew", {"token 1", "token 20"}, kNever, 50, kStalled},
      {"a sign of life does, too", {"token 1", "life 20"}, kNever, 50, kStalled},
      {"but not for ever", {"token 1", "life 30", "life 60", "life 90", "life 118"}, kNever, 121, kStalled},
      {"a token after signs of life", {"token 1", "life 30", "life 60", "token 89"}, kNever, 119, kStalled},
      {"the deadline before the first token", {}, At(10), 10, kDeadline},
      {"the deadline after it", {"token 1"}, At(10), 10, kDeadline},
      {"of two at once the deadline is to blame", {}, At(15), 15, kDeadline},
      {"of two at once after a token, too", {"token 1"}, At(31), 31, kDeadline},
      {"a deadline that is further away", {"token 1"}, At(32), 31, kStalled},
      {"a caller who holds us back", {"token 1", "pause 2"}, At(500), 500, kDeadline},
      {"a caller who reads on", {"token 1", "pause 2", "resume 400"}, At(500), 430, kStalled},
      {"reading on begins both times",
       {"token 1", "pause 2", "resume 400", "life 425"},
       kNever,
       455,
       kStalled},
      {"bytes on their way when reading stopped",
       {"token 1", "pause 2", "life 3", "token 4"},
       At(9),
       9,
       kDeadline},
      {"nobody is held back before the first token", {"pause 2"}, kNever, 15, kFirst},
      {"nor does reading on then give more time", {"pause 2", "resume 9"}, kNever, 15, kFirst},
      {"reading on without having stopped", {"token 1", "resume 20"}, kNever, 31, kStalled},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    StreamWatch watch(Attempt(row.own_deadline), kStart);
    for (const std::string& event : row.events) Play(event, watch);
    EXPECT_EQ(watch.deadline(), At(row.until_second));
    EXPECT_EQ(watch.failure(), row.failure);
  }
}

TEST(StreamWatchTest, TheAttemptsOwnDeadlineIsWhatTheAttemptSays) {
  const StreamWatch watch(Attempt(At(5), Failure::kTimeout), kStart);
  EXPECT_EQ(watch.failure(), Failure::kTimeout);
}

TEST(StreamWatchTest, APausedStreamWithoutADeadlineHasAllTheTimeThereIs) {
  StreamWatch watch(Attempt(), kStart);
  watch.OnToken(At(1));
  watch.Pause();
  EXPECT_EQ(watch.deadline(), kNever);
}

TEST(StreamWatchTest, EndlessTimeoutsDoNotWrapAround) {
  Try attempt = Attempt();
  attempt.first_token_timeout = Duration::max();
  attempt.stream_idle_timeout = Duration::max() / 2;
  StreamWatch watch(attempt, kStart);
  EXPECT_EQ(watch.deadline(), kNever);
  watch.OnToken(At(1));
  watch.OnLife(kStart + hours(24 * 365));
  EXPECT_GT(watch.deadline(), kStart + hours(24 * 365 * 100));
}

}  // namespace
}  // namespace spillway::router
