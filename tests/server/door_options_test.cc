#include "server/openai/door_options.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "server/config/defaults.h"

namespace spillway::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

v1::Config Parse(const std::string& text) {
  v1::Config config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

TEST(DoorOptionsTest, TheDoorIsOffUnlessItHasAnAddress) {
  EXPECT_EQ(OpenAiAddress(v1::Config()), "");
  EXPECT_EQ(OpenAiAddress(Parse("server {openai {address: '0.0.0.0:8080'}}")), "0.0.0.0:8080");
}

TEST(DoorOptionsTest, TheSchemasDefaultsAreTheServers) {
  const HttpLimits limits = DoorLimits(v1::Config());
  const HttpLimits servers;
  EXPECT_EQ(limits.max_header_bytes, servers.max_header_bytes);
  EXPECT_EQ(limits.max_body_bytes, servers.max_body_bytes);
  EXPECT_EQ(limits.max_body_bytes, 33554432u);
  EXPECT_EQ(limits.max_connections, servers.max_connections);
  EXPECT_EQ(limits.header_timeout, servers.header_timeout);
  EXPECT_EQ(limits.body_timeout, servers.body_timeout);
  EXPECT_EQ(limits.idle_timeout, servers.idle_timeout);
  EXPECT_EQ(limits.write_timeout, servers.write_timeout);
}

TEST(DoorOptionsTest, WhatIsWrittenStands) {
  const HttpLimits limits = DoorLimits(Parse(
      "server {openai {address: 'h:1' max_body_bytes: 2048 max_connections: 3 header_timeout {seconds: 4}"
      " body_timeout {seconds: 5} idle_timeout {nanos: 600000000} write_timeout {seconds: 7}}}"));
  EXPECT_EQ(limits.max_body_bytes, 2048u);
  EXPECT_EQ(limits.max_connections, 3u);
  EXPECT_EQ(limits.header_timeout, seconds(4));
  EXPECT_EQ(limits.body_timeout, seconds(5));
  EXPECT_EQ(limits.idle_timeout, milliseconds(600));
  EXPECT_EQ(limits.write_timeout, seconds(7));
}

}  // namespace
}  // namespace spillway::server
