#include "client/command/paint.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "client/command/table.h"
#include "gtest/gtest.h"

namespace spillway::client {
namespace {

TEST(Paint, WithoutColourTextStaysAsItIs) {
  EXPECT_EQ(Paint(false)(Tone::kBad, "429"), "429");
  EXPECT_EQ(Paint(true)(Tone::kBad, "429"), "\033[31m429\033[0m");
  EXPECT_EQ(Paint(true)(Tone::kPlain, "429"), "429");
  EXPECT_EQ(Paint(true)(Tone::kBad, ""), "");
}

TEST(Paint, ColourNeedsATerminalThatWantsIt) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(grantpt(master), 0);
  ASSERT_EQ(unlockpt(master), 0);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const int file = open("/dev/null", O_WRONLY);

  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  EXPECT_TRUE(WantsColour(terminal));
  EXPECT_FALSE(WantsColour(file));
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(WantsColour(terminal));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(WantsColour(terminal));
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(WantsColour(terminal));

  unsetenv("NO_COLOR");
  close(file);
  close(terminal);
  close(master);
}

TEST(Table, ColumnsAlignAndLinesHaveNoTrailingBlanks) {
  const std::vector<Row> rows = {
      {{"#"}, {"target"}, {"why"}}, {{"1"}, {"prödü/gpt-4o"}, {""}}, {{"10"}, {"x"}, {"y"}}};
  EXPECT_EQ(RenderTable(rows, Paint(false)),
            "#   target        why\n"
            "1   prödü/gpt-4o\n"
            "10  x             y\n");
}

TEST(Table, ColourDoesNotDisturbTheColumns) {
  const std::vector<Row> rows = {{{"ab", Tone::kGood}, {"x"}}, {{"a"}, {"y"}}};
  EXPECT_EQ(RenderTable(rows, Paint(true)),
            "\033[32mab\033[0m  x\n"
            "a   y\n");
}

}  // namespace
}  // namespace spillway::client
