#include "server/grpc/call_metadata.h"

#include <gmock/gmock.h>
#include <grpcpp/test/server_context_test_spouse.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/server/played_call.h"

namespace spillway::server {
namespace {

using router::Failure;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class CallMetadataTest : public ::testing::Test {
 protected:
  CallMetadataTest() {
    request_.set_model("llama");
    input_.request = &request_;
    input_.received = calls_.now();
  }

  void Add(std::optional<router::CallReport> report) {
    CallResult result;
    result.report = std::move(report);
    result.end = input_.received + milliseconds(25);
    result.upstream = milliseconds(20);
    result.serving_upstream = milliseconds(8);
    AddMetadata(input_, result, "r-1", context_);
  }

  PlayedCalls calls_;
  v1::ChatRequest request_;
  CallInput input_;
  grpc::ServerContext context_;
  grpc::testing::ServerContextTestSpouse spouse_{&context_};
};

TEST_F(CallMetadataTest, AServedCallsMetadataComesFirst) {
  Add(calls_.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}}));
  EXPECT_THAT(spouse_.GetInitialMetadata(),
              UnorderedElementsAre(Pair("x-request-id", "r-1"), Pair("x-spillway-provider", "azure"),
                                   Pair("x-spillway-endpoint", "eu"), Pair("x-spillway-model", "gpt-4o-mini"),
                                   Pair("x-spillway-policy", "chat"), Pair("x-spillway-attempts", "2"),
                                   Pair("x-spillway-upstream-latency-ms", "8.000"),
                                   Pair("x-spillway-router-latency-ms", "5.000")));
  EXPECT_THAT(spouse_.GetTrailingMetadata(), IsEmpty());
}

TEST_F(CallMetadataTest, AFailedCallsMetadataIsInTheTrailers) {
  Add(calls_.Play({PlayedCalls::Fails(Failure::kInvalidRequest, 400)}));
  EXPECT_THAT(spouse_.GetInitialMetadata(), IsEmpty());
  EXPECT_THAT(
      spouse_.GetTrailingMetadata(),
      UnorderedElementsAre(Pair("x-request-id", "r-1"), Pair("x-spillway-policy", "chat"),
                           Pair("x-spillway-attempts", "1"), Pair("x-spillway-router-latency-ms", "5.000"),
                           Pair("grpc-retry-pushback-ms", "-1")));
}

TEST_F(CallMetadataTest, AStreamsFirstEventTellsWhoServesIt) {
  router::CallReport so_far =
      calls_.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  so_far.attempts[1].first_token = so_far.attempts[1].start;
  AddServingMetadata(input_, {so_far, milliseconds(20), milliseconds(8), {}}, "r-1", context_);
  EXPECT_THAT(
      spouse_.GetInitialMetadata(),
      ::testing::IsSupersetOf({Pair("x-request-id", "r-1"), Pair("x-spillway-provider", "azure"),
                               Pair("x-spillway-endpoint", "eu"), Pair("x-spillway-model", "gpt-4o-mini"),
                               Pair("x-spillway-policy", "chat"), Pair("x-spillway-attempts", "2"),
                               Pair("x-spillway-upstream-latency-ms", "8.000")}));
  EXPECT_EQ(spouse_.GetInitialMetadata().count("x-spillway-router-latency-ms"), 1u);
  EXPECT_THAT(spouse_.GetTrailingMetadata(), IsEmpty());
}

TEST_F(CallMetadataTest, AStreamsTrailersTellHowItEnded) {
  CallResult result;
  result.report = calls_.Play({PlayedCalls::Fails(Failure::kTruncated), router::Succeeded{}});
  result.report->attempts[0].first_token = result.report->attempts[0].start;
  result.report->attempts[1].first_token = result.report->attempts[1].start;
  result.end = input_.received + milliseconds(25);
  result.upstream = milliseconds(20);
  result.serving_upstream = milliseconds(8);
  AddFinalMetadata(input_, result, "r-1", context_);
  EXPECT_THAT(spouse_.GetTrailingMetadata(),
              UnorderedElementsAre(Pair("x-request-id", "r-1"), Pair("x-spillway-provider", "azure"),
                                   Pair("x-spillway-endpoint", "eu"), Pair("x-spillway-model", "gpt-4o-mini"),
                                   Pair("x-spillway-policy", "chat"), Pair("x-spillway-attempts", "2"),
                                   Pair("x-spillway-upstream-latency-ms", "8.000"),
                                   Pair("x-spillway-router-latency-ms", "5.000")));
  EXPECT_THAT(spouse_.GetInitialMetadata(), IsEmpty());
}

TEST_F(CallMetadataTest, ABrokenStreamsTrailersTellWhoGaveWhatCame) {
  CallResult result;
  result.report =
      calls_.Play({PlayedCalls::Fails(Failure::kTruncated), PlayedCalls::Fails(Failure::kOverloaded, 503)});
  result.report->attempts[0].first_token = result.report->attempts[0].start;
  AddFinalMetadata(input_, result, "r-1", context_);
  EXPECT_THAT(spouse_.GetTrailingMetadata(), Contains(Pair("x-spillway-endpoint", "prod")));
  EXPECT_THAT(spouse_.GetTrailingMetadata(), Contains(Pair("x-spillway-upstream-latency-ms", "10.000")));
  EXPECT_THAT(spouse_.GetTrailingMetadata(), Contains(Pair("x-spillway-attempts", "2")));
}

TEST_F(CallMetadataTest, WhatAnotherServerMayServeIsNotKeptFromIt) {
  Add(calls_.Play({router::Cancelled{}}));
  EXPECT_EQ(spouse_.GetTrailingMetadata().count("grpc-retry-pushback-ms"), 0u);
}

TEST_F(CallMetadataTest, ABrokenStreamIsNotToBeSentAgain) {
  CallResult result;
  result.report = calls_.PlayStream({router::FirstToken{}, PlayedCalls::Fails(Failure::kTruncated)});
  AddFinalMetadata(input_, result, "r-1", context_);
  EXPECT_THAT(spouse_.GetTrailingMetadata(), Contains(Pair("grpc-retry-pushback-ms", "-1")));
}

TEST_F(CallMetadataTest, ACallWithoutARouteKeepsItsId) {
  Add(std::nullopt);
  EXPECT_THAT(spouse_.GetTrailingMetadata(), UnorderedElementsAre(Pair("x-request-id", "r-1")));
}

TEST_F(CallMetadataTest, ThePrimaryEndpointServesTheModelAskedFor) {
  Add(calls_.Play({router::Succeeded{}}, "llama"));
  EXPECT_THAT(spouse_.GetInitialMetadata(), Contains(Pair("x-spillway-model", "llama")));
  EXPECT_THAT(spouse_.GetInitialMetadata(), Contains(Pair("x-spillway-policy", "")));
}

TEST_F(CallMetadataTest, ACallerThatTracesIsToldTheTrace) {
  input_.trace = BeginTrace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", 1);
  const std::string traceparent(TraceparentOf(input_.trace, input_.trace.span).view());
  Add(calls_.Play({router::Succeeded{}}));
  EXPECT_THAT(spouse_.GetInitialMetadata(), Contains(Pair("traceparent", traceparent)));
  Add(std::nullopt);
  EXPECT_THAT(spouse_.GetTrailingMetadata(), Contains(Pair("traceparent", traceparent)));
}

TEST_F(CallMetadataTest, NobodyElseIs) {
  input_.trace = BeginTrace("", 0);
  Add(calls_.Play({router::Succeeded{}}));
  EXPECT_EQ(spouse_.GetInitialMetadata().count("traceparent"), 0u);
}

TEST_F(CallMetadataTest, TheTraceIsTheCallersIfItSentOne) {
  EXPECT_FALSE(TraceOf(context_).asked);
  spouse_.AddClientMetadata("traceparen", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  spouse_.AddClientMetadata("traceparents", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_FALSE(TraceOf(context_).asked);
  spouse_.AddClientMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(TraceOf(context_).parent, 0x00f067aa0ba902b7u);
  EXPECT_TRUE(TraceOf(context_).asked);
}

TEST_F(CallMetadataTest, ATraceparentThatCameTwiceIsNoTrace) {
  for (int i = 0; i < 2; ++i) {
    spouse_.AddClientMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  }
  EXPECT_EQ(TraceOf(context_).parent, 0u);
  EXPECT_TRUE(TraceOf(context_).asked);
}

TEST_F(CallMetadataTest, AFitRequestIdIsKept) {
  spouse_.AddClientMetadata("x-request-id", "mine");
  EXPECT_EQ(RequestIdOf(context_), "mine");
}

TEST_F(CallMetadataTest, AnUnfitOrAbsentRequestIdIsReplaced) {
  EXPECT_EQ(RequestIdOf(context_).size(), 32u);
  spouse_.AddClientMetadata("x-request-id", "two words");
  EXPECT_EQ(RequestIdOf(context_).size(), 32u);
}

TEST_F(CallMetadataTest, TheAuthorizationIsCounted) {
  EXPECT_EQ(AuthorizationOf(context_).count, 0u);
  spouse_.AddClientMetadata("authorization", "Bearer one");
  EXPECT_EQ(AuthorizationOf(context_).count, 1u);
  EXPECT_EQ(AuthorizationOf(context_).value, "Bearer one");
  spouse_.AddClientMetadata("authorization", "Bearer one");
  spouse_.AddClientMetadata("proxy-authorization", "Bearer one");
  EXPECT_EQ(AuthorizationOf(context_).count, 2u);
}

TEST_F(CallMetadataTest, NoDeadlineIsNever) {
  EXPECT_EQ(DeadlineOf(context_, std::chrono::steady_clock::now()), router::kNever);
}

TEST(ToGrpcTest, AStatusKeepsItsWordsAndDetails) {
  CallStatus said;
  said.code = absl::StatusCode::kUnavailable;
  said.message = "words";
  said.details = "details";
  const grpc::Status status = ToGrpc(said);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "words");
  EXPECT_EQ(status.error_details(), "details");
  EXPECT_TRUE(ToGrpc({}).ok());
}

TEST_F(CallMetadataTest, ACallersMetadataAreMeasuredAsHttp2DoesIt) {
  EXPECT_EQ(MetadataBytesOf(context_), 0u);
  spouse_.AddClientMetadata("x-request-id", "r-1");
  spouse_.AddClientMetadata("x-empty", "");
  spouse_.AddClientMetadata("x-empty", "");
  EXPECT_EQ(MetadataBytesOf(context_), 12 + 3 + 32 + 2 * (7 + 32u));
}

}  // namespace
}  // namespace spillway::server
