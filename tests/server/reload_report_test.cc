#include "server/reload_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/support/log_capture.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ReloadResult Rejected(ConfigErrors errors) {
  ReloadResult result;
  result.outcome = ReloadOutcome::kRejected;
  result.hash = 42;
  result.errors = std::move(errors);
  return result;
}

boost::json::object Logged(const ReloadResult& result, const std::string& event) {
  const testing::LogCapture logs;
  LogReload("c.yaml", "SIGHUP", result);
  const auto lines = logs.Events(event);
  EXPECT_EQ(lines.size(), 1u);
  return lines.empty() ? boost::json::object() : lines[0];
}

TEST(ReloadLogTest, SaysWhoAskedAndWhatIsInForce) {
  ReloadResult result;
  result.outcome = ReloadOutcome::kApplied;
  result.hash = (std::uint64_t{1} << 48) - 1;
  const boost::json::object line = Logged(result, "config_reloaded");
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("trigger"), "SIGHUP");
  EXPECT_EQ(line.at("file"), "c.yaml");
  EXPECT_EQ(line.at("hash").as_int64(), 281474976710655);
  EXPECT_FALSE(line.contains("restart_needed"));
  EXPECT_FALSE(line.contains("errors"));
}

TEST(ReloadLogTest, WarnsOfWhatWaitsForARestart) {
  ReloadResult result;
  result.outcome = ReloadOutcome::kUnchanged;
  result.restart_needed = {"server.grpc.address", "server.admin.address"};
  const boost::json::object line = Logged(result, "config_unchanged");
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("restart_needed"), boost::json::array({"server.grpc.address", "server.admin.address"}));
}

TEST(ReloadLogTest, HasEveryErrorAtItsPlace) {
  const boost::json::object line =
      Logged(Rejected({{0, 0, "", "cannot read the file"}, {7, 3, "policies[0].model", "required"}}),
             "config_rejected");
  EXPECT_EQ(line.at("level"), "error");
  EXPECT_EQ(line.at("hash"), 42);
  EXPECT_EQ(line.at("errors"),
            boost::json::array(
                {boost::json::object({{"what", "cannot read the file"}}),
                 boost::json::object(
                     {{"line", 7}, {"column", 3}, {"path", "policies[0].model"}, {"what", "required"}})}));
}

TEST(ReloadLogTest, BytesThatAreNoTextMakeNoOddLine) {
  Logged(Rejected({{1, 1, "a\xFF\"b", "odd \xC3"}}), "config_rejected");
}

google::rpc::BadRequest ViolationsOf(const CallStatus& status, google::rpc::ErrorInfo& info) {
  google::rpc::Status proto;
  google::rpc::BadRequest bad;
  EXPECT_TRUE(proto.ParseFromString(status.details));
  EXPECT_EQ(proto.details_size(), 2);
  EXPECT_TRUE(proto.details(0).UnpackTo(&info));
  EXPECT_TRUE(proto.details(1).UnpackTo(&bad));
  return bad;
}

TEST(ReloadStatusTest, ARejectionListsItsErrors) {
  const CallStatus status =
      StatusOf("c.yaml", Rejected({{7, 3, "policies[0].model", "required"}, {9, 1, "", "odd"}}));
  EXPECT_EQ(status.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message, "nothing changed: c.yaml: 7:3: policies[0].model: required; 9:1: odd");
  google::rpc::ErrorInfo info;
  const google::rpc::BadRequest bad = ViolationsOf(status, info);
  EXPECT_EQ(info.reason(), "INVALID_CONFIG");
  EXPECT_EQ(info.domain(), "spillway");
  EXPECT_EQ(info.metadata().at("file"), "c.yaml");
  EXPECT_EQ(info.metadata().at("errors"), "2");
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(0).field(), "policies[0].model");
  EXPECT_EQ(bad.field_violations(0).description(), "line 7, column 3: required");
}

// gRPC clients refuse more than 8 KiB of metadata, of which details take four thirds.
TEST(ReloadStatusTest, ManyErrorsFitIntoTrailers) {
  const std::string path(300, 'd');
  ConfigErrors errors(
      1000, {12, 34, "policies[12].production.failover.targets[3].endpoint", "no endpoint \"primarry\""});
  errors[1].what = std::string(5000, 'w');
  const CallStatus status = StatusOf(path, Rejected(errors));
  EXPECT_LE(status.message.size(), 512u);
  EXPECT_LT(status.details.size() * 4 / 3 + status.message.size(), 7000u);
  EXPECT_THAT(status.message, HasSubstr("; and 999 more, which the server's log has"));
  google::rpc::ErrorInfo info;
  const google::rpc::BadRequest bad = ViolationsOf(status, info);
  EXPECT_GT(bad.field_violations_size(), 10);
  EXPECT_EQ(info.metadata().at("errors"), "1000");
}

TEST(ReloadStatusTest, BytesThatAreNoTextCanBeSent) {
  const CallStatus status = StatusOf("c\xFF.yaml", Rejected({{1, 1, "a\xFF", "odd \xC3"}}));
  google::rpc::ErrorInfo info;
  EXPECT_THAT(ViolationsOf(status, info).field_violations(0).description(), HasSubstr("odd "));
  EXPECT_THAT(status.message, Not(HasSubstr("\xFF")));
}

TEST(ReloadStatusTest, WhatWasNotRejectedIsFine) {
  ReloadResult result;
  result.outcome = ReloadOutcome::kUnchanged;
  EXPECT_EQ(StatusOf("c.yaml", result).code, absl::StatusCode::kOk);
}

}  // namespace
}  // namespace spillway::server
