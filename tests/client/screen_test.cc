#include "client/command/screen.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace spillway::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr ScreenSize kWide{80, 24};

TEST(CutLine, WhatFitsStaysAsItIs) {
  EXPECT_EQ(CutLine("", 5), "");
  EXPECT_EQ(CutLine("12345", 5), "12345");
  EXPECT_EQ(CutLine("123456", 0), "123456");
  EXPECT_EQ(CutLine("\033[31m12345\033[0m", 5), "\033[31m12345\033[0m");
}

TEST(CutLine, WhatDoesNotIsCutByCharacters) {
  EXPECT_EQ(CutLine("123456", 5), "1234…");
  EXPECT_EQ(CutLine("äöüßéè", 5), "äöüß…");
  EXPECT_EQ(CutLine("12", 1), "…");
}

TEST(CutLine, ColoursTakeNoRoomAndNoneRunsOn) {
  EXPECT_EQ(CutLine("\033[31m123456\033[0m", 5), "\033[31m1234\033[0m…");
  EXPECT_EQ(CutLine("\033[31m12\033[0m3456", 5), "\033[31m12\033[0m34…");
}

TEST(Screen, TheFirstFrameHidesTheCursorAndGoesNowhere) {
  Screen screen;
  EXPECT_EQ(screen.Draw({"a", "b"}, kWide), "\033[?25l\033[?7la\033[K\nb\033[K\n\033[J");
}

TEST(Screen, TheNextStandsWhereTheFirstStood) {
  Screen screen;
  screen.Draw({"a", "b"}, kWide);
  EXPECT_EQ(screen.Draw({"c", "d", "e"}, kWide), "\033[2A\rc\033[K\nd\033[K\ne\033[K\n\033[J");
  EXPECT_EQ(screen.Draw({"f"}, kWide), "\033[3A\rf\033[K\n\033[J");
}

TEST(Screen, AWindowOfAnotherSizeIsCleared) {
  Screen screen;
  screen.Draw({"a"}, kWide);
  EXPECT_EQ(screen.Draw({"12345"}, {4, 24}), "\033[H\033[2J123…\033[K\n\033[J");
  EXPECT_THAT(screen.Draw({"12345"}, {4, 24}), StartsWith("\033[1A"));
}

TEST(Screen, NoFrameIsTallerThanTheWindow) {
  Screen screen;
  const std::string frame = screen.Draw({"1", "2", "3", "4", "5"}, {80, 5});
  EXPECT_THAT(frame, HasSubstr("3\033[K\n… and 2 more lines: the window is too low\033[K\n\033[J"));
  EXPECT_THAT(screen.Draw({"1", "2", "3", "4"}, {80, 5}), StartsWith("\033[4A"));
}

TEST(Screen, LeavingUndoesEnteringOnce) {
  Screen screen;
  EXPECT_EQ(screen.Leave(), "");
  screen.Draw({"a"}, kWide);
  EXPECT_EQ(screen.Leave(), "\033[?7h\033[?25h");
  EXPECT_EQ(screen.Leave(), "");
  EXPECT_EQ(screen.Draw({"a"}, kWide), "\033[?25l\033[?7la\033[K\n\033[J") << "below what stands there now";
}

}  // namespace
}  // namespace spillway::client
