#include "server/log.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <string>
#include <thread>

#include "tests/support/log_capture.h"

namespace spillway::server {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

class LogTest : public ::testing::Test {
 protected:
  boost::json::object OnlyLine() {
    const std::vector<std::string> lines = capture_.Lines();
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? boost::json::object() : testing::ParseLogLine(lines[0]);
  }

  testing::LogCapture capture_;
};

TEST_F(LogTest, ALineSaysWhenHowBadAndWhat) {
  const std::chrono::system_clock::time_point at(milliseconds(1'700'000'000'042));
  LogLine(LogLevel::kWarning, "thing", at).Text("name", "value").Int("n", -3).Write();
  const boost::json::object line = OnlyLine();
  EXPECT_EQ(line.at("ts"), "2023-11-14T22:13:20.042Z");
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("event"), "thing");
  EXPECT_EQ(line.at("name"), "value");
  EXPECT_EQ(line.at("n"), -3);
}

TEST_F(LogTest, AnEmptyOptionalTextIsLeftOut) {
  LogLine(LogLevel::kInfo, "thing").TextIf("a", "").TextIf("b", "x").Write();
  const boost::json::object line = OnlyLine();
  EXPECT_FALSE(line.contains("a"));
  EXPECT_EQ(line.at("b"), "x");
}

TEST_F(LogTest, ALineThatIsNotWrittenIsNothing) {
  LogLine(LogLevel::kInfo, "thing").Text("a", "b");
  EXPECT_TRUE(capture_.Lines().empty());
}

// Line breaks and quotes in a value must neither end the line nor forge a field.
TEST_F(LogTest, OddBytesStayInsideTheirValue) {
  std::string odd;
  for (int c = 1; c < 128; ++c) odd += static_cast<char>(c);
  odd += std::string("\0 é 漢 😀 \",\"level\":\"error", 30);
  LogLine(LogLevel::kInfo, "thing").Text("odd", odd).Write();
  ASSERT_EQ(capture_.Lines().size(), 1u);
  EXPECT_EQ(capture_.Lines()[0].find('\n'), std::string::npos);
  const boost::json::object line = OnlyLine();
  EXPECT_EQ(line.at("odd").as_string(), boost::json::string(odd));
  EXPECT_EQ(line.at("level"), "info");
}

TEST_F(LogTest, LengthsHaveThreeDecimals) {
  EXPECT_EQ(FormatMillis(microseconds(1'234'567)), "1234.567");
  EXPECT_EQ(FormatMillis(microseconds(7)), "0.007");
  EXPECT_EQ(FormatMillis(milliseconds(0)), "0.000");
  LogLine(LogLevel::kInfo, "thing").Millis("ms", microseconds(1500)).Text("after", "x").Write();
  EXPECT_EQ(OnlyLine().at("ms").as_double(), 1.5);
}

TEST_F(LogTest, ALengthBelowZeroIsStillANumber) {
  EXPECT_EQ(FormatMillis(microseconds(-1500)), "-1.500");
  EXPECT_EQ(FormatMillis(microseconds(-7)), "-0.007");
  LogLine(LogLevel::kInfo, "thing").Millis("ms", microseconds(-1500)).Write();
  EXPECT_EQ(OnlyLine().at("ms").as_double(), -1.5);
}

TEST_F(LogTest, TheLinesOfABatchComeOutAtItsEnd) {
  {
    const LogBatch batch;
    LogLine(LogLevel::kInfo, "one").Write();
    LogLine(LogLevel::kError, "two").Write();
    EXPECT_TRUE(capture_.Lines().empty());
  }
  EXPECT_EQ(capture_.Lines().size(), 2u);
  EXPECT_EQ(capture_.Events("one").size(), 1u);
  EXPECT_EQ(capture_.Events("two").size(), 1u);
  LogLine(LogLevel::kInfo, "three").Write();
  EXPECT_EQ(capture_.Events("three").size(), 1u);
}

TEST_F(LogTest, ABatchHoldsOnlyItsThreadsLines) {
  const LogBatch batch;
  std::thread([] { LogLine(LogLevel::kInfo, "elsewhere").Write(); }).join();
  EXPECT_EQ(capture_.Events("elsewhere").size(), 1u);
}

TEST_F(LogTest, AnEmptyBatchWritesNothing) {
  { const LogBatch batch; }
  EXPECT_TRUE(capture_.Lines().empty());
}

}  // namespace
}  // namespace spillway::server
