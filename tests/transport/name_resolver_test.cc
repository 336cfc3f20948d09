#include "transport/name_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spillway::transport {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A resolver of the test's own: each look-up blocks until the test answers it.
class HeldLookUps {
 public:
  LookUp look_up() {
    return [state = state_](const std::string& host) {
      std::unique_lock lock(state->mutex);
      ++state->begun[host];
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return !state->answers[host].empty(); });
      LookUpAnswer answer = std::move(state->answers[host].front());
      state->answers[host].erase(state->answers[host].begin());
      ++state->ended;
      state->changed.notify_all();
      return answer;
    };
  }

  // To the look-up of that host that is under way, or the next.
  void Answer(const std::string& host, LookUpAnswer answer) {
    const std::lock_guard lock(state_->mutex);
    state_->answers[host].push_back(std::move(answer));
    state_->changed.notify_all();
  }

  void WaitUntilBegun(const std::string& host, int look_ups) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->begun[host] >= look_ups; });
  }
  void WaitUntilEnded(int look_ups) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->ended >= look_ups; });
  }
  int begun(const std::string& host) {
    const std::lock_guard lock(state_->mutex);
    return state_->begun[host];
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::vector<LookUpAnswer>> answers;
    std::map<std::string, int> begun;
    int ended = 0;
  };
  // Its threads may outlive the test.
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

LookUpAnswer Good(const std::string& address) { return {{asio::ip::make_address(address)}, "", false}; }
LookUpAnswer Fails() { return {{}, "no resolver there", false}; }
LookUpAnswer NoSuchName() { return {{}, "no such name", true}; }

std::string Text(const LookUpAnswer& answer) {
  return answer.addresses.empty() ? answer.error : answer.addresses[0].to_string();
}

struct Stage {
  explicit Stage(nanoseconds patience = hours(1)) {
    NameResolver::Make(io, {.look_up = look_ups.look_up(), .patience = patience});
  }

  NameResolver::Ticket Ask(const std::string& host) {
    return NameResolver::Of(io).Resolve(
        host, [this, host](const LookUpAnswer& answer) { heard.push_back(host + " " + Text(answer)); });
  }
  // Until nobody waits any more.
  void Run() {
    io.restart();
    io.run();
  }
  // An answer that is remembered from now on.
  void Learn(const std::string& host, const std::string& address) {
    look_ups.Answer(host, Good(address));
    Ask(host);
    Run();
    heard.clear();
  }

  HeldLookUps look_ups;
  std::vector<std::string> heard;
  asio::io_context io{1};
};

TEST(NameResolver, AllWhoAskAtATimeShareOneLookUp) {
  Stage stage;
  for (int i = 0; i < 3; ++i) stage.Ask("a");
  stage.look_ups.Answer("a", Good("192.0.2.1"));
  EXPECT_THAT(stage.heard, IsEmpty()) << "not from inside";
  stage.Run();
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.1", "a 192.0.2.1", "a 192.0.2.1"));
  EXPECT_EQ(stage.look_ups.begun("a"), 1);
}

TEST(NameResolver, EachLaterOneAsksAnew) {
  Stage stage;
  stage.Learn("a", "192.0.2.1");
  stage.look_ups.Answer("a", Good("192.0.2.2"));
  stage.Ask("a");
  stage.Run();
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.2"));
}

TEST(NameResolver, ThreeDeadNamesHoldUpNoOther) {
  Stage stage;
  std::vector<NameResolver::Ticket> dead;
  for (const char* host : {"x", "y", "z"}) {
    dead.push_back(stage.Ask(host));
    stage.look_ups.WaitUntilBegun(host, 1);
  }
  stage.look_ups.Answer("a", Good("192.0.2.1"));
  stage.Ask("a");
  while (stage.heard.empty()) stage.io.run_one();
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.1"));
  for (const NameResolver::Ticket ticket : dead) NameResolver::Of(stage.io).Cancel(ticket);
  for (const char* host : {"x", "y", "z"}) stage.look_ups.Answer(host, Fails());
}

TEST(NameResolver, AFifthDeadNameWaitsForAThreadAndIsLookedUpThen) {
  Stage stage;
  for (const char* host : {"v", "w", "x", "y"}) {
    stage.Ask(host);
    stage.look_ups.WaitUntilBegun(host, 1);
  }
  stage.Ask("z");
  EXPECT_EQ(stage.look_ups.begun("z"), 0);
  for (const char* host : {"v", "w", "x", "y", "z"}) stage.look_ups.Answer(host, Fails());
  stage.Run();
  EXPECT_EQ(stage.heard.size(), 5U);
  EXPECT_THAT(stage.heard, Contains("z no resolver there"));
}

TEST(NameResolver, AFailureIsAnErrorWhenNothingIsKnown) {
  Stage stage;
  stage.look_ups.Answer("a", Fails());
  stage.Ask("a");
  stage.Run();
  EXPECT_THAT(stage.heard, ElementsAre("a no resolver there"));
}

TEST(NameResolver, WhileTheResolverFailsTheLastGoodAnswerServes) {
  Stage stage;
  stage.Learn("a", "192.0.2.1");
  for (int i = 0; i < 2; ++i) {
    stage.look_ups.Answer("a", Fails());
    stage.Ask("a");
    stage.Run();
  }
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.1", "a 192.0.2.1"));
}

TEST(NameResolver, ANameThatIsNoMoreIsForgotten) {
  Stage stage;
  stage.Learn("a", "192.0.2.1");
  for (const auto& answer : {NoSuchName(), Fails()}) {
    stage.look_ups.Answer("a", answer);
    stage.Ask("a");
    stage.Run();
  }
  EXPECT_THAT(stage.heard, ElementsAre("a no such name", "a no resolver there"));
}

TEST(NameResolver, WhenALookUpIsOverdueTheLastGoodAnswerServes) {
  Stage stage(nanoseconds(0));
  stage.Learn("a", "192.0.2.1");
  for (int i = 0; i < 2; ++i) {
    stage.Ask("a");
    EXPECT_THAT(stage.heard, IsEmpty()) << "not from inside";
    stage.Run();
    EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.1"));
    stage.heard.clear();
  }
  stage.look_ups.WaitUntilBegun("a", 2);
  EXPECT_EQ(stage.look_ups.begun("a"), 2) << "the second shares the look-up that is overdue";
  stage.look_ups.Answer("a", Fails());
}

TEST(NameResolver, WhatAnOverdueLookUpSaysInTheEndIsRemembered) {
  Stage stage(nanoseconds(0));
  stage.Learn("a", "192.0.2.1");
  stage.Ask("a");
  stage.Run();
  stage.look_ups.Answer("a", Good("192.0.2.2"));
  stage.look_ups.WaitUntilEnded(2);
  // Its answer is taken before the next look-up, of which nobody hears in time.
  const auto held = boost::asio::make_work_guard(stage.io);
  stage.io.restart();
  stage.io.run_one();
  stage.heard.clear();
  stage.Ask("a");
  while (stage.heard.empty()) stage.io.run_one();
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.2"));
  stage.look_ups.Answer("a", Fails());
}

TEST(NameResolver, WhoHasCancelledIsNotCalledAndNotWaitedFor) {
  Stage stage;
  const NameResolver::Ticket ticket = stage.Ask("a");
  stage.look_ups.WaitUntilBegun("a", 1);
  NameResolver::Of(stage.io).Cancel(ticket);
  stage.Run();
  stage.look_ups.Answer("a", Good("192.0.2.1"));
  stage.look_ups.Answer("a", Good("192.0.2.1"));
  stage.Ask("a");
  stage.Run();
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.1"));
}

TEST(NameResolver, AHandlerMayCancelAnotherAndAskAgain) {
  Stage stage;
  NameResolver::Ticket other = 0;
  NameResolver::Of(stage.io).Resolve("a", [&](const LookUpAnswer&) {
    NameResolver::Of(stage.io).Cancel(other);
    stage.look_ups.Answer("a", Good("192.0.2.2"));
    stage.Ask("a");
  });
  other = stage.Ask("a");
  stage.look_ups.Answer("a", Good("192.0.2.1"));
  stage.Run();
  EXPECT_THAT(stage.heard, ElementsAre("a 192.0.2.2"));
}

TEST(NameResolver, DestroyedItWaitsForNoLookUpAndCallsNobody) {
  HeldLookUps look_ups;
  {
    asio::io_context io(1);
    NameResolver::Make(io, {.look_up = look_ups.look_up(), .threads = 1});
    for (const char* host : {"a", "in the queue"}) {
      NameResolver::Of(io).Resolve(host, [](const LookUpAnswer&) { FAIL(); });
    }
    look_ups.WaitUntilBegun("a", 1);
  }
  look_ups.Answer("a", Good("192.0.2.1"));
  look_ups.WaitUntilEnded(1);
  EXPECT_EQ(look_ups.begun("in the queue"), 0);
}

TEST(NameResolver, TheSystemKnowsThisHost) {
  const LookUpAnswer found = AskSystem("localhost");
  ASSERT_FALSE(found.addresses.empty()) << found.error;
  EXPECT_TRUE(found.addresses[0].is_loopback());
}

TEST(NameResolver, TheSystemSaysWhyThereIsNothing) {
  const LookUpAnswer found = AskSystem("no-such-host.invalid");
  EXPECT_THAT(found.addresses, IsEmpty());
  EXPECT_NE(found.error, "");
}

}  // namespace
}  // namespace spillway::transport
