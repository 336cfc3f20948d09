#include "client/command/text.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

TEST(Text, DurationsReadAsAPersonWouldSayThem) {
  const std::vector<std::pair<absl::Duration, std::string>> cases = {
      {absl::Microseconds(900), "0.9 ms"},   {absl::Microseconds(9940), "9.9 ms"},
      {absl::Microseconds(9960), "10 ms"},   {absl::Milliseconds(812), "812 ms"},
      {absl::Milliseconds(9999), "9999 ms"}, {absl::Milliseconds(12345), "12.3 s"},
      {absl::ZeroDuration(), "0.0 ms"},
  };
  for (const auto& [duration, expected] : cases) EXPECT_EQ(Took(duration), expected);
}

TEST(Text, WaitsAreNeverTooShort) {
  const std::vector<std::pair<absl::Duration, std::string>> cases = {
      {absl::ZeroDuration(), "1 s"},       {-absl::Seconds(4), "1 s"},
      {absl::Milliseconds(27001), "28 s"}, {absl::Milliseconds(59001), "1 min"},
      {absl::Seconds(250), "4 min 10 s"},  {absl::Seconds(3600), "1 h"},
      {absl::Minutes(125), "2 h 5 min"},
  };
  for (const auto& [duration, expected] : cases) EXPECT_EQ(Wait(duration), expected);
}

TEST(Text, SettingsReadAsTheConfigurationWritesThem) {
  const std::vector<std::pair<absl::Duration, std::string>> cases = {
      {absl::Seconds(30), "30s"},           {absl::Seconds(60), "1m"}, {absl::Seconds(90), "90s"},
      {absl::Milliseconds(1500), "1500ms"}, {absl::Minutes(5), "5m"},  {absl::ZeroDuration(), "0s"},
  };
  for (const auto& [duration, expected] : cases) EXPECT_EQ(Setting(duration), expected);
}

TEST(Text, OnlyUtf8IsUtf8) {
  const std::vector<std::pair<std::string, bool>> cases = {
      {"", true},
      {"plain", true},
      {"é€😀", true},
      {"\x80", false},
      {"\xC0\xAF", false},
      {"\xE0\x80\xAF", false},
      {"\xED\xA0\x80", false},
      {"\xF4\x90\x80\x80", false},
      {"\xF5\x80\x80\x80", false},
      {"cut \xE2\x82", false},
      {"\xF4\x8F\xBF\xBF", true},
  };
  for (const auto& [text, valid] : cases) {
    EXPECT_EQ(IsUtf8(text), valid) << text;
    EXPECT_TRUE(IsUtf8(ToUtf8(text))) << text;
    if (valid) {
      EXPECT_EQ(ToUtf8(text), text);
    }
  }
  EXPECT_EQ(ToUtf8("a\xFFz"), "a\uFFFDz");
}

TEST(Text, AForeignMessageCannotSteerTheTerminal) {
  EXPECT_EQ(Printable("a\033[2Jb\r\x07\x7F\u009B1mc\td\n"), "a[2Jb1mc\td\n");
  EXPECT_EQ(Printable("safe \u202Ecilam\u202C"), "safe cilam");
}

TEST(Text, AMessageOfManyLinesTakesOne) {
  EXPECT_EQ(OneLine("  Rate limit\n\n  reached \t for x \n"), "Rate limit reached for x");
  EXPECT_EQ(OneLine("12345", 5), "12345");
  EXPECT_EQ(OneLine("123456", 5), "1234…");
  EXPECT_EQ(OneLine("éèêëē", 3), "éè…");
}

TEST(Text, CodesAndEnumsHaveTheirContractNames) {
  EXPECT_EQ(CodeName(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(CodeName(grpc::StatusCode::RESOURCE_EXHAUSTED), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(CodeName(grpc::StatusCode::UNAVAILABLE), "UNAVAILABLE");
  EXPECT_EQ(CodeName(grpc::StatusCode::UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_EQ(CodeName(static_cast<grpc::StatusCode>(20)), "CODE_20");
  EXPECT_EQ(FailureName(v1::FAILURE_RATE_LIMITED), "rate_limited");
  EXPECT_EQ(FailureName(v1::FAILURE_UNSPECIFIED), "");
  EXPECT_EQ(FailureName(static_cast<v1::Failure>(99)), "99");
  EXPECT_EQ(StateName(v1::TARGET_STATE_PROBING), "probing");
  EXPECT_EQ(EnvironmentName(v1::ENVIRONMENT_SANDBOX), "sandbox");
  EXPECT_EQ(TargetName(testing::Parse<v1::TargetRef>("provider: 'openai' endpoint: 'prod' model: 'gpt-4o'")),
            "openai/prod gpt-4o");
}

}  // namespace
}  // namespace spillway::client
