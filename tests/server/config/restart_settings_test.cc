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

TEST(RestartSettingsTest, LimitsMetricsTheShutdownsDelayAndAdminKeysChangeLive) {
  const std::string started = "server {admin {grpc_address: 'h:1' keys {name: 'a' key_sha256: 'k'}}}";
  const std::string file =
      "server {admin {grpc_address: 'h:1' keys {name: 'b' key_sha256: 'l'}} limits {max_calls_in_flight: 5}"
      "        metrics {gen_ai: true} shutdown_delay {seconds: 3}}";
  EXPECT_THAT(RestartNeeded(started, file), IsEmpty());
  EXPECT_EQ(LivePartOf(Parse(file), Parse(started)).config.DebugString(), Parse(file).DebugString());
  EXPECT_EQ(LivePartOf(Parse(started), Parse(file)).config.DebugString(), Parse(started).DebugString());
}

TEST(RestartSettingsTest, AGrpcListenersCertificateIsLiveAndWhetherItAsksForOneIsNot) {
  const std::string plain = "server {grpc {address: 'h:1'}}";
  const std::string tls = "server {grpc {address: 'h:1' tls {cert_file: 'a' key_file: 'b'}}}";
  const std::string other = "server {grpc {address: 'h:1' tls {cert_file: 'c' key_file: 'd'}}}";
  const std::string mutual =
      "server {grpc {address: 'h:1' tls {cert_file: 'a' key_file: 'b' client_ca_file: 'e'}}}";
  EXPECT_THAT(RestartNeeded(plain, tls), ElementsAre("server.grpc.tls"));
  EXPECT_THAT(RestartNeeded(tls, other), IsEmpty());
  EXPECT_EQ(LivePartOf(Parse(other), Parse(tls)).config.DebugString(), Parse(other).DebugString());
  EXPECT_THAT(RestartNeeded(tls, mutual), ElementsAre("server.grpc.tls.client_ca_file"));
  EXPECT_EQ(LivePartOf(Parse(mutual), Parse(tls)).config.DebugString(), Parse(tls).DebugString());
}

TEST(RestartSettingsTest, TheDoorCannotChangeLive) {
  EXPECT_THAT(RestartNeeded("", "server {openai {address: 'h:1'}}"), ElementsAre("server.openai.address"));
  EXPECT_THAT(RestartNeeded("server {openai {address: 'h:1'}}", ""), ElementsAre("server.openai.address"));
  EXPECT_THAT(RestartNeeded("server {openai {address: 'h:1'}}",
                            "server {openai {address: 'h:1' max_body_bytes: 2048 max_connections: 5"
                            "        header_timeout {seconds: 1} body_timeout {seconds: 1}"
                            "        idle_timeout {seconds: 1} write_timeout {seconds: 1}}}"),
              ElementsAre("server.openai.max_body_bytes", "server.openai.max_connections",
                          "server.openai.header_timeout", "server.openai.body_timeout",
                          "server.openai.idle_timeout", "server.openai.write_timeout"));
}

TEST(RestartSettingsTest, WhetherTheDoorSpeaksTlsCannotChangeLiveButItsCertificateCan) {
  const std::string plain = "server {openai {address: 'h:1'}}";
  const std::string tls = "server {openai {address: 'h:1' tls {cert_file: 'a' key_file: 'b'}}}";
  const std::string other =
      "server {openai {address: 'h:1' tls {cert_file: 'c' key_file: 'd' client_ca_file: 'e'}}}";
  EXPECT_THAT(RestartNeeded(plain, tls), ElementsAre("server.openai.tls"));
  EXPECT_THAT(RestartNeeded(tls, plain), ElementsAre("server.openai.tls"));
  EXPECT_THAT(RestartNeeded("", tls), ElementsAre("server.openai.address", "server.openai.tls"));
  EXPECT_EQ(LivePartOf(Parse(plain), Parse(tls)).config.DebugString(), Parse(tls).DebugString());
  EXPECT_EQ(LivePartOf(Parse(tls), Parse(plain)).config.DebugString(), Parse(plain).DebugString());
  EXPECT_THAT(RestartNeeded(tls, other), IsEmpty());
  EXPECT_EQ(LivePartOf(Parse(other), Parse(tls)).config.DebugString(), Parse(other).DebugString());
}

TEST(RestartSettingsTest, SpellingADefaultOutIsNoChange) {
  EXPECT_THAT(RestartNeeded("",
                            "server {grpc {address: '0.0.0.0:50051' max_message_bytes: 33554432}"
                            "        admin {address: '127.0.0.1:9901'}}"),
              IsEmpty());
  EXPECT_THAT(RestartNeeded("server {openai {address: 'h:1'}}",
                            "server {openai {address: 'h:1' max_body_bytes: 33554432 max_connections: 10000"
                            "        header_timeout {seconds: 10} body_timeout {seconds: 60}"
                            "        idle_timeout {seconds: 75} write_timeout {seconds: 60}}}"),
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
