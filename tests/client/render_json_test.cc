#include "client/command/render_json.h"

#include <limits>

#include "gtest/gtest.h"
#include "spillway/v1/chat.pb.h"
#include "tests/client/proto_text.h"

namespace spillway::client {
namespace {

using testing::Parse;

TEST(RenderJson, AnAnswerIsTheMessageInSnakeCase) {
  Outcome outcome;
  outcome.metadata = {{"x-spillway-model", "gpt-4o"}, {"x-spillway-provider", "openai"}};
  const auto response = Parse<v1::ChatResponse>(R"pb(
    created: 1700000000
    choices {
      message { role: ROLE_ASSISTANT content: "Say \"hi\"\n" }
      finish_reason: "stop"
    }
    usage { prompt_tokens: 3 }
    route {
      served_by { endpoint: "prod" }
      attempts { latency { nanos: 12000000 } }
    })pb");
  EXPECT_EQ(RenderJson(outcome, response).value(),
            R"({"response":{"created":"1700000000","choices":[{"message":{"role":"ROLE_ASSISTANT",)"
            R"("content":"Say \"hi\"\n"},"finish_reason":"stop"}],"usage":{"prompt_tokens":"3"},)"
            R"("route":{"served_by":{"endpoint":"prod"},"attempts":[{"latency":"0.012s"}]}},)"
            R"("metadata":{"x-spillway-model":"gpt-4o","x-spillway-provider":"openai"},)"
            R"("status":{"code":"OK","message":"","details":[]}})"
            "\n");
}

TEST(RenderJson, AFailureHasNoResponseAndAllItsDetails) {
  Outcome outcome;
  outcome.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "all targets failed");
  auto* raw = &outcome.details.raw;
  raw->add_details()->PackFrom(
      Parse<google::rpc::ErrorInfo>("reason: 'ALL_TARGETS_FAILED' domain: 'spillway'"));
  raw->add_details()->PackFrom(Parse<google::rpc::RetryInfo>("retry_delay {seconds: 28}"));
  raw->add_details()->PackFrom(
      Parse<v1::RouteTrace>("attempts {failure: FAILURE_RATE_LIMITED http_status: 429}"));
  EXPECT_EQ(
      RenderJson(outcome, v1::ChatResponse()).value(),
      R"({"response":null,"metadata":{},"status":{"code":"UNAVAILABLE","message":"all targets failed",)"
      R"("details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ALL_TARGETS_FAILED",)"
      R"("domain":"spillway"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":"28s"},)"
      R"({"@type":"type.googleapis.com/spillway.v1.RouteTrace","attempts":[{"failure":)"
      R"("FAILURE_RATE_LIMITED","http_status":429}]}]}})"
      "\n");
}

TEST(RenderJson, AnUnknownDetailKeepsItsBytes) {
  Outcome outcome;
  outcome.status = grpc::Status(grpc::StatusCode::INTERNAL, "x");
  auto* detail = outcome.details.raw.add_details();
  detail->set_type_url("type.googleapis.com/example.Unknown");
  detail->set_value("abc");
  EXPECT_NE(RenderJson(outcome, v1::ChatResponse())
                .value()
                .find(R"("details":[{"@type":"type.googleapis.com/example.Unknown","value":"YWJj"}])"),
            std::string::npos);
}

TEST(RenderJson, BytesThatAreNotTextDoNotBreakTheObject) {
  Outcome outcome;
  outcome.status = grpc::Status(grpc::StatusCode::INTERNAL, "bad \xFF byte\x01");
  outcome.metadata = {{"x-spillway-policy", "a\"b\\"}};
  const std::string json = RenderJson(outcome, v1::ChatResponse()).value();
  EXPECT_NE(json.find("\"message\":\"bad \uFFFD byte\\u0001\""), std::string::npos) << json;
  EXPECT_NE(json.find(R"({"x-spillway-policy":"a\"b\\"})"), std::string::npos) << json;
}

TEST(RenderJson, ANumberThatIsNotFiniteIsAString) {
  v1::ChatResponse response;
  auto& fields = *response.mutable_extra()->mutable_fields();
  fields["x"].set_number_value(std::numeric_limits<double>::infinity());
  EXPECT_NE(RenderJson({}, response).value().find(R"({"extra":{"x":"Infinity"}})"), std::string::npos);
}

TEST(RenderJson, WhatJsonCannotSayIsAnError) {
  v1::ChatResponse response;
  response.mutable_route()->add_attempts()->mutable_latency()->set_seconds(1'000'000'000'000);
  EXPECT_EQ(RenderJson({}, response).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace spillway::client
