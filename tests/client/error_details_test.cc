#include "client/error_details.h"

#include "gtest/gtest.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

std::string Packed(const std::vector<const google::protobuf::Message*>& details) {
  google::rpc::Status status;
  for (const auto* detail : details) status.add_details()->PackFrom(*detail);
  return status.SerializeAsString();
}

TEST(ErrorDetails, EveryKnownDetailIsTakenOut) {
  const auto info = Parse<google::rpc::ErrorInfo>(
      "reason: 'ALL_TARGETS_FAILED' domain: 'spillway' metadata {key: 'policy' value: 'p'}");
  const auto retry = Parse<google::rpc::RetryInfo>("retry_delay {seconds: 28 nanos: 500000000}");
  const auto bad = Parse<google::rpc::BadRequest>(
      "field_violations {field: 'messages[0].role' description: 'required'} field_violations {field: "
      "'model'}");
  const auto trace =
      Parse<v1::RouteTrace>("policy: 'p' attempts {failure: FAILURE_RATE_LIMITED http_status: 429}");

  const ErrorDetails details = ParseErrorDetails(Packed({&info, &retry, &bad, &trace}));

  ASSERT_TRUE(details.error_info);
  EXPECT_EQ(details.error_info->reason(), "ALL_TARGETS_FAILED");
  EXPECT_EQ(details.error_info->metadata().at("policy"), "p");
  EXPECT_EQ(details.retry_delay, std::chrono::milliseconds(28500));
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[0].field(), "messages[0].role");
  ASSERT_TRUE(details.route);
  EXPECT_EQ(details.route->attempts(0).http_status(), 429);
  EXPECT_EQ(details.raw.details_size(), 4);
}

TEST(ErrorDetails, NothingSentIsNothingParsed) {
  const ErrorDetails details = ParseErrorDetails("");
  EXPECT_FALSE(details.error_info);
  EXPECT_FALSE(details.retry_delay);
  EXPECT_FALSE(details.route);
  EXPECT_TRUE(details.violations.empty());
}

TEST(ErrorDetails, UnreadableBytesAreNoDetails) {
  const ErrorDetails details = ParseErrorDetails("\xFF\xFFnot a status");
  EXPECT_FALSE(details.error_info);
  EXPECT_EQ(details.raw.details_size(), 0);
}

TEST(ErrorDetails, AnUnknownOrBrokenDetailDoesNotHideTheOthers) {
  const auto info = Parse<google::rpc::ErrorInfo>("reason: 'R'");
  google::rpc::Status status;
  status.add_details()->set_type_url("type.googleapis.com/google.rpc.Help");
  auto* broken = status.add_details();
  broken->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  broken->set_value("\xFF");
  status.add_details()->PackFrom(info);

  const ErrorDetails details = ParseErrorDetails(status.SerializeAsString());

  ASSERT_TRUE(details.error_info);
  EXPECT_EQ(details.error_info->reason(), "R");
  EXPECT_FALSE(details.retry_delay);
  EXPECT_EQ(details.raw.details_size(), 3);
}

TEST(ErrorDetails, ADelayOutOfRangeNeitherWrapsNorGoesBack) {
  const auto negative = Parse<google::rpc::RetryInfo>("retry_delay {seconds: -1}");
  EXPECT_FALSE(ParseErrorDetails(Packed({&negative})).retry_delay);
  const auto huge = Parse<google::rpc::RetryInfo>("retry_delay {seconds: 9000000000000000000}");
  EXPECT_EQ(ParseErrorDetails(Packed({&huge})).retry_delay, std::chrono::nanoseconds::max());
}

}  // namespace
}  // namespace spillway::client
