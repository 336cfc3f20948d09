#include "server/call/turn_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <string>
#include <vector>

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TurnEndTest : public ::testing::Test {
 protected:
  TurnEnd::Task Note(std::string what) {
    return [this, what = std::move(what)] { notes_.push_back(what); };
  }

  boost::asio::io_context io_;
  TurnEnd turn_end_{io_};
  std::vector<std::string> notes_;
};

TEST_F(TurnEndTest, NothingHappensAtOnce) {
  turn_end_.PutOffReply(Note("reply"));
  turn_end_.PutOffLog(Note("log"));
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(TurnEndTest, RepliesComeBeforeLogLines) {
  turn_end_.PutOffLog(Note("first log"));
  turn_end_.PutOffReply(Note("first reply"));
  turn_end_.PutOffLog(Note("second log"));
  turn_end_.PutOffReply(Note("second reply"));
  io_.run();
  EXPECT_THAT(notes_, ElementsAre("first reply", "second reply", "first log", "second log"));
}

TEST_F(TurnEndTest, WhatIsReadyComesFirst) {
  boost::asio::post(io_, [this] { turn_end_.PutOffReply(Note("reply")); });
  boost::asio::post(io_, [this] { notes_.push_back("other"); });
  io_.run();
  EXPECT_THAT(notes_, ElementsAre("other", "reply"));
}

TEST_F(TurnEndTest, WhatIsPutOffMeanwhileIsTheNextTurns) {
  turn_end_.PutOffReply([this] {
    notes_.push_back("reply");
    turn_end_.PutOffReply(Note("another turn's reply"));
  });
  turn_end_.PutOffLog(Note("log"));
  io_.run();
  EXPECT_THAT(notes_, ElementsAre("reply", "log", "another turn's reply"));
}

TEST_F(TurnEndTest, TurnsFollowEachOther) {
  turn_end_.PutOffLog(Note("first"));
  io_.run();
  io_.restart();
  turn_end_.PutOffLog(Note("second"));
  io_.run();
  EXPECT_THAT(notes_, ElementsAre("first", "second"));
}

// A task may hold the last reference to its call.
TEST_F(TurnEndTest, ATaskIsGoneOnceItHasRun) {
  auto call = std::make_shared<int>();
  const std::weak_ptr<int> watched = call;
  turn_end_.PutOffReply([call = std::move(call)] {});
  turn_end_.PutOffLog([this, watched] { notes_.emplace_back(watched.expired() ? "gone" : "kept"); });
  io_.run();
  EXPECT_THAT(notes_, ElementsAre("gone"));
}

}  // namespace
}  // namespace spillway::server
