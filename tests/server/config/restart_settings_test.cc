#include "server/config/restart_settings.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "server/config/config_loader.h"

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Config Parse(const std::string& text) {
  v1::Config config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

std::vector<std::string> RestartNeeded(const std::string& started, const std::string& file) {
  return LivePartOf(Parse(file), Parse(started)).restart_needed;
}

TEST(RestartSettingsTest, ListenersCannotChangeLive) {
  EXPECT_THAT(RestartNeeded("", "server {grpc {address: '127.0.0.1:1' max_message_bytes: 5}}"),
              ElementsAre("server.grpc.address", "server.grpc.max_message_bytes"));
  EXPECT_THAT(
      RestartNeeded("server {admin {address: 'h:1'}}", "server {admin {address: 'h:2' grpc_address: 'h:3'}}"),
      ElementsAre("server.admin.address", "server.admin.grpc_address"));
  EXPECT_THAT(RestartNeeded("server {admin {grpc_address: 'h:3'}}", ""),
              ElementsAre("server.admin.grpc_address"));
}

TEST(RestartSettingsTest, SpellingADefaultOutIsNoChange) {
  EXPECT_THAT(RestartNeeded("",
                            "server {grpc {address: '0.0.0.0:50051' max_message_bytes: 33554432}"
                            "        admin {address: '127.0.0.1:9901'}}"),
              IsEmpty());
}

TEST(RestartSettingsTest, TheGraceAndEverythingElseChangesLive) {
  const std::string file =
      "server {shutdown_grace {seconds: 5}} endpoints {name: 'e'} policies {name: 'p'} callers {name: 'c'}";
  const LiveConfig live = LivePartOf(Parse(file), Parse("endpoints {name: 'old'}"));
  EXPECT_THAT(live.restart_needed, IsEmpty());
  EXPECT_EQ(live.config.DebugString(), Parse(file).DebugString());
}

TEST(RestartSettingsTest, WhatCannotChangeStaysAsItWas) {
  const LiveConfig live =
      LivePartOf(Parse("server {grpc {address: 'h:2'} shutdown_grace {seconds: 5}} policies {name: 'new'}"),
                 Parse("server {grpc {address: 'h:1'} shutdown_grace {seconds: 9}} policies {name: 'old'}"));
  EXPECT_EQ(live.config.server().grpc().address(), "h:1");
  EXPECT_EQ(live.config.server().shutdown_grace().seconds(), 5);
  EXPECT_EQ(live.config.policies(0).name(), "new");
}

TEST(RestartSettingsTest, AFileThatDiffersInThoseOnlyIsTheSameConfiguration) {
  const v1::Config started = Parse("server {grpc {address: 'h:1'}} policies {name: 'p'}");
  const v1::Config file = Parse("server {grpc {address: 'h:2'}} policies {name: 'p'}");
  EXPECT_EQ(ConfigHash(LivePartOf(file, started).config), ConfigHash(started));
  EXPECT_NE(ConfigHash(file), ConfigHash(started));
}

TEST(RestartSettingsTest, TheSameFileIsTheSameConfiguration) {
  for (const char* text :
       {"policies {name: 'p'}", "server {grpc {address: 'h:1'} shutdown_grace {seconds: 5}}"}) {
    EXPECT_EQ(ConfigHash(LivePartOf(Parse(text), Parse(text)).config), ConfigHash(Parse(text))) << text;
  }
}

TEST(RestartSettingsTest, AnEmptySectionIsNone) {
  const v1::Config none = Parse("policies {name: 'p'}");
  const v1::Config empty = Parse("server {} policies {name: 'p'}");
  EXPECT_FALSE(LivePartOf(empty, none).config.has_server());
  EXPECT_FALSE(LivePartOf(none, empty).config.has_server());
  EXPECT_FALSE(LivePartOf(Parse("server {grpc {address: 'h:1'}}"), none).config.has_server());
}

}  // namespace
}  // namespace spillway::server
