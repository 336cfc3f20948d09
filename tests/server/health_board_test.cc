#include "server/grpc/health_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
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

TEST(HealthBoardTest, AWatchThatBeginsAmidAChangeEndsWithWhatIsSo) {
  // The change comes between the watch's look at the status and its being told of it.
  class Late final : public HealthWatcher {
   public:
    explicit Late(HealthBoard& board) : board_(board) {}
    void OnServing(bool serving) override {
      if (!std::exchange(changed_, true)) board_.Set(false);
      last = serving;
    }
    void OnClosing() override {}

    std::optional<bool> last;

   private:
    HealthBoard& board_;
    bool changed_ = false;
  };
  HealthBoard board;
  board.Set(true);
  const auto watcher = std::make_shared<Late>(board);
  board.Watch(watcher);
  EXPECT_EQ(watcher->last, false);
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
