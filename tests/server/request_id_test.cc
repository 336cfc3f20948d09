#include "server/request_id.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

namespace spillway::server {
namespace {

TEST(RequestIdTest, VisibleAsciiIsFit) {
  EXPECT_TRUE(IsFitRequestId("r-1"));
  EXPECT_TRUE(IsFitRequestId("!~{}\"'\\"));
  EXPECT_TRUE(IsFitRequestId(std::string(128, 'x')));
}

TEST(RequestIdTest, WhatCouldForgeALogLineIsNotFit) {
  EXPECT_FALSE(IsFitRequestId(""));
  EXPECT_FALSE(IsFitRequestId("two words"));
  EXPECT_FALSE(IsFitRequestId("line\nbreak"));
  EXPECT_FALSE(IsFitRequestId("caf\xC3\xA9"));
  EXPECT_FALSE(IsFitRequestId(std::string("nul\0", 4)));
  EXPECT_FALSE(IsFitRequestId(std::string(129, 'x')));
}

TEST(RequestIdTest, NewOnesAreHexadecimalAndDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewRequestId();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    ids.insert(id);
  }
  std::thread([&] { ids.insert(NewRequestId()); }).join();
  EXPECT_EQ(ids.size(), 1001u);
}

}  // namespace
}  // namespace spillway::server
