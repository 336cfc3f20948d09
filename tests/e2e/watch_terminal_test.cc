// `spillway targets --watch` on a terminal: what stands on the screen, and that the terminal is whole
// afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/e2e/pty_process.h"
#include "tests/e2e/reload_scene.h"
#include "tests/support/paths.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// How often `part` stands on the screen.
int Count(const TerminalModel& screen, const std::string& part) {
  const auto& lines = screen.lines();
  return static_cast<int>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(part) != std::string::npos;
  }));
}

class WatchTerminalTest : public ::testing::Test {
 protected:
  std::unique_ptr<PtyProcess> Watch(PtyProcess::Size size = {}, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"targets", "--watch", "--interval",
                                          "100ms",   "--admin", scene_.admin_address()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return std::make_unique<PtyProcess>(testing::ProgramPath("spillway"), arguments, size);
  }

  void Suspend() {
    v1::SuspendTargetRequest request;
    request.set_endpoint("primary");
    request.set_model("gpt-4o");
    ASSERT_TRUE(scene_.admin().SuspendTarget(request).ok());
  }

  static void ExpectWhole(const PtyProcess& watch) {
    EXPECT_TRUE(watch.screen().cursor_shown());
    EXPECT_TRUE(watch.screen().wraps());
    EXPECT_TRUE(watch.echoes());
    EXPECT_THAT(watch.screen().unknown(), IsEmpty());
  }

  ReloadScene scene_;
};

TEST_F(WatchTerminalTest, TheTableIsKeptUpToDateInPlace) {
  ASSERT_TRUE(scene_.running());
  const auto watch = Watch();
  ASSERT_TRUE(watch->WaitForText("2 targets, all available")) << watch->raw();
  EXPECT_FALSE(watch->screen().cursor_shown());
  EXPECT_FALSE(watch->echoes());
  Suspend();
  ASSERT_TRUE(watch->WaitForText("suspended  by hand")) << watch->screen().text();
  ASSERT_TRUE(scene_.Chat().ok());
  const auto served = [](const TerminalModel& screen) {
    return std::any_of(screen.lines().begin(), screen.lines().end(), [](const std::string& line) {
      return line.rfind("backup/gpt-4o", 0) == 0 && line.find(" ms ") != std::string::npos;
    });
  };
  ASSERT_TRUE(watch->WaitFor(served)) << watch->screen().text();
  // A heading, a row of names, two targets; and not one of them twice.
  EXPECT_EQ(Count(watch->screen(), "127.0.0.1"), 1) << watch->screen().text();
  EXPECT_EQ(Count(watch->screen(), "state"), 1) << watch->screen().text();
  EXPECT_EQ(Count(watch->screen(), "primary/gpt-4o"), 1) << watch->screen().text();
  EXPECT_EQ(Count(watch->screen(), "backup/gpt-4o"), 1) << watch->screen().text();
}

TEST_F(WatchTerminalTest, CtrlCEndsItAndLeavesTheTerminalWhole) {
  ASSERT_TRUE(scene_.running());
  const auto watch = Watch();
  ASSERT_TRUE(watch->WaitForText("primary/gpt-4o"));
  // Neither shown, nor left for whoever reads the terminal next.
  watch->Type("rm -rf\r\r\r");
  Suspend();
  ASSERT_TRUE(watch->WaitForText("by hand"));
  watch->Type("\x03");
  EXPECT_EQ(watch->Wait(), 0);
  ExpectWhole(*watch);
  EXPECT_EQ(Count(watch->screen(), "state"), 1) << watch->screen().text();
  EXPECT_THAT(watch->screen().text(), Not(HasSubstr("rm -rf")));
  EXPECT_THAT(watch->screen().text(), HasSubstr("by hand")) << "the last table stays";
}

TEST_F(WatchTerminalTest, EverySignalThatEndsItLeavesTheTerminalWhole) {
  ASSERT_TRUE(scene_.running());
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT}) {
    const auto watch = Watch();
    ASSERT_TRUE(watch->WaitForText("primary/gpt-4o"));
    watch->Signal(signal);
    EXPECT_EQ(watch->Wait(), 128 + signal);
    ExpectWhole(*watch);
  }
}

TEST_F(WatchTerminalTest, CtrlZLeavesTheTerminalWholeAndItGoesOnLater) {
  ASSERT_TRUE(scene_.running());
  const auto watch = Watch();
  ASSERT_TRUE(watch->WaitForText("all available"));
  watch->Type("\x1a");
  ASSERT_TRUE(watch->WaitUntilStopped());
  ExpectWhole(*watch);
  Suspend();
  watch->Signal(SIGCONT);
  ASSERT_TRUE(watch->WaitForText("by hand"));
  EXPECT_FALSE(watch->screen().cursor_shown());
  EXPECT_FALSE(watch->echoes());
  watch->Type("\x03");
  EXPECT_EQ(watch->Wait(), 0);
  ExpectWhole(*watch);
}

TEST_F(WatchTerminalTest, LinesAreCutToTheWindowWhateverItsSize) {
  ASSERT_TRUE(scene_.running());
  const auto widest = [](const TerminalModel& screen) {
    std::size_t width = 0;
    for (const std::string& line : screen.lines()) {
      // The ellipsis is three bytes.
      width = std::max(width, line.size() - (line.find("…") == std::string::npos ? 0 : 2));
    }
    return width;
  };
  const auto watch = Watch({.columns = 40, .rows = 20});
  ASSERT_TRUE(watch->WaitForText("backup/gpt-4o"));
  EXPECT_LE(widest(watch->screen()), 40u) << watch->screen().text();
  EXPECT_THAT(watch->screen().text(), HasSubstr("…"));
  watch->Resize({.columns = 120, .rows = 20});
  ASSERT_TRUE(watch->WaitFor([&](const TerminalModel& screen) { return widest(screen) > 60; }));
  EXPECT_EQ(Count(watch->screen(), "state"), 1) << watch->screen().text();
  watch->Resize({.columns = 30, .rows = 4});
  ASSERT_TRUE(watch->WaitForText("more lines"));
  EXPECT_LT(watch->screen().lines().size(), 5u) << watch->screen().text();
}

TEST_F(WatchTerminalTest, AServerThatIsRestartedIsFoundAgain) {
  ASSERT_TRUE(scene_.running());
  ASSERT_TRUE(scene_.Chat().ok());
  const auto watch = Watch();
  ASSERT_TRUE(watch->WaitForText("primary/gpt-4o"));
  scene_.process().Signal(SIGKILL);
  // What it said last stays.
  ASSERT_TRUE(watch->WaitFor([](const TerminalModel& screen) {
    return absl::StrContains(screen.text(), "lost the server") &&
           absl::StrContains(screen.text(), "primary/gpt-4o");
  })) << watch->raw();
  EXPECT_FALSE(watch->screen().cursor_shown());
  scene_.Restart(SIGKILL);
  ASSERT_TRUE(scene_.running());
  ASSERT_TRUE(watch->WaitForText("is back since")) << watch->screen().text();
  EXPECT_EQ(Count(watch->screen(), "state"), 1) << watch->screen().text();
  Suspend();
  ASSERT_TRUE(watch->WaitForText("by hand"));
  scene_.process().Signal(SIGKILL);
  ASSERT_TRUE(watch->WaitForText("lost the server"));
  watch->Type("\x03");
  EXPECT_EQ(watch->Wait(), 0) << "also while there is no server";
  ExpectWhole(*watch);
}

TEST_F(WatchTerminalTest, AServerThatIsNotThereIsAnErrorWithoutATrace) {
  PtyProcess watch(testing::ProgramPath("spillway"), {"targets", "--watch", "--admin", "127.0.0.1:1"}, {});
  EXPECT_EQ(watch.Wait(), 1);
  EXPECT_THAT(watch.screen().text(), HasSubstr("cannot reach the Spillway server"));
  ExpectWhole(watch);
}

}  // namespace
}  // namespace spillway::e2e
