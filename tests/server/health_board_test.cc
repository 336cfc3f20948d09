#include "server/grpc/health_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Watcher final : public HealthWatcher {
 public:
  void OnServing(bool serving) override { seen.push_back(serving ? "serving" : "not serving"); }
  void OnClosing() override { seen.push_back("closing"); }

  std::vector<std::string> seen;
};

TEST(HealthBoardTest, AWatcherHearsTheStatusAndEveryChange) {
  HealthBoard board;
  const auto watcher = std::make_shared<Watcher>();
  board.Watch(watcher);
  board.Set(true);
  board.Set(true);
  board.Set(false);
  EXPECT_THAT(watcher->seen, ElementsAre("not serving", "serving", "not serving"));
  EXPECT_FALSE(board.serving());
}

TEST(HealthBoardTest, ClosingEndsEveryWatch) {
  HealthBoard board;
  const auto watcher = std::make_shared<Watcher>();
  board.Watch(watcher);
  board.Close();
  board.Set(true);
  EXPECT_THAT(watcher->seen, ElementsAre("not serving", "closing"));
}

// A watch may be on its way while the server closes; it must not keep the server from ending.
TEST(HealthBoardTest, AWatchAfterTheEndIsEndedAtOnce) {
  HealthBoard board;
  board.Close();
  const auto watcher = std::make_shared<Watcher>();
  board.Watch(watcher);
  ASSERT_FALSE(watcher->seen.empty());
  EXPECT_EQ(watcher->seen.back(), "closing");
}

TEST(HealthBoardTest, AWatcherThatIsGoneIsNotTold) {
  HealthBoard board;
  auto watcher = std::make_shared<Watcher>();
  board.Watch(watcher);
  watcher.reset();
  board.Set(true);
  board.Close();
  EXPECT_TRUE(board.serving());
}

}  // namespace
}  // namespace spillway::server
