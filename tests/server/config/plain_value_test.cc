#include "server/config/plain_value.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace spillway::server {
namespace {

std::string Read(const std::string& text) {
  const auto value = ReadPlainValue(text);
  return value.ok() ? value->ShortDebugString() : "error";
}

TEST(PlainValue, TrueAndFalseAreBools) {
  EXPECT_EQ(Read("true"), "bool_value: true");
  EXPECT_EQ(Read("false"), "bool_value: false");
}

TEST(PlainValue, DecimalsAreNumbers) {
  const std::pair<const char*, double> cases[] = {{"0", 0},
                                                  {"-0", -0.0},
                                                  {"7", 7},
                                                  {"-7", -7},
                                                  {"0.7", 0.7},
                                                  {".5", 0.5},
                                                  {"-.5", -0.5},
                                                  {"5.", 5},
                                                  {"1e3", 1000},
                                                  {"1E-3", 0.001},
                                                  {"1.5e+2", 150},
                                                  {"0e0", 0},
                                                  {"9007199254740991", 9007199254740991.0},
                                                  {"-9007199254740991", -9007199254740991.0},
                                                  {"1e300", 1e300}};
  for (const auto& [text, number] : cases) {
    const auto value = ReadPlainValue(text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_TRUE(value->has_number_value()) << text;
    EXPECT_EQ(value->number_value(), number) << text;
  }
}

TEST(PlainValue, OtherWordsAreTexts) {
  for (const char* text :
       {"low",       "gpt-4o",  "24h", "7b",  "none", "null_device", "2nd",    "e5",   "-",
        "--",        ".",       "..",  "a:b", "1 2",  "0xyz",        "0b9",    "10%",  "1,5",
        "yesterday", "on-call", "é",   "inf", "nan",  "-a",          "v1.2.3", "1.5s", "http://a"}) {
    const auto value = ReadPlainValue(text);
    ASSERT_TRUE(value.ok()) << text << ": " << value.status();
    EXPECT_EQ(value->string_value(), text);
  }
}

TEST(PlainValue, WhatCouldMeanTwoThingsMeansNeither) {
  for (const char* text :
       {"yes", "no",   "on",   "off",  "y",     "n",     "True", "FALSE", "Yes",  "010",   "-010",
        "00",  "0x1F", "0X1f", "0o17", "0b101", "+1",    "+0.5", "1_000", "1:30", "1.2.3", "2024-10-21",
        "1e",  "1e+",  "1-1",  ".inf", "-.INF", "+.Inf", ".nan", ".NaN",  "1..2", "0_7"}) {
    EXPECT_EQ(Read(text), "error") << text;
  }
}

TEST(PlainValue, NumbersThatADoubleCannotHoldAreOutOfRange) {
  for (const char* text :
       {"9007199254740992", "-9007199254740992", "123456789012345678901234567890", "1e309", "-1e309"}) {
    const auto value = ReadPlainValue(text);
    ASSERT_FALSE(value.ok()) << text;
    EXPECT_EQ(value.status().message().substr(0, 12), "out of range") << text;
  }
}

}  // namespace
}  // namespace spillway::server
