#include "server/grpc/request_reading.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace spillway::server {
namespace {

using ::testing::HasSubstr;

constexpr RequestBounds kBounds = {.message_bytes = 1'000'000, .metadata_bytes = 16'384, .values = 1000};

// In pieces, as it comes off a connection.
grpc::ByteBuffer Buffer(const std::string& bytes, std::size_t piece = 500) {
  std::vector<grpc::Slice> slices;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    slices.emplace_back(bytes.data() + at, std::min(piece, bytes.size() - at));
  }
  return {slices.data(), slices.size()};
}

RequestFault Read(const std::string& bytes, v1::ChatRequest& request) {
  grpc::ByteBuffer buffer = Buffer(bytes);
  const RequestFault fault = ReadChatRequest(buffer, kBounds, request);
  EXPECT_EQ(buffer.Length(), 0u);
  return fault;
}

RequestFault Read(const std::string& bytes) {
  v1::ChatRequest request;
  const RequestFault fault = Read(bytes, request);
  if (fault != RequestFault::kNone) {
    EXPECT_EQ(request.ByteSizeLong(), 0u);
  }
  return fault;
}

std::string Stops(int count) {
  v1::ChatRequest request;
  request.set_model("gpt-4o");
  for (int i = 1; i < count; ++i) request.add_stop("");
  return request.SerializeAsString();
}

TEST(RequestReadingTest, ARequestIsReadAsItIs) {
  v1::ChatRequest sent;
  sent.set_model("gpt-4o");
  sent.add_messages()->set_content(std::string(100'000, 'x'));
  v1::ChatRequest got;
  EXPECT_EQ(Read(sent.SerializeAsString(), got), RequestFault::kNone);
  EXPECT_EQ(got.SerializeAsString(), sent.SerializeAsString());
  EXPECT_EQ(Read(""), RequestFault::kNone) << "a message without fields is one";
}

TEST(RequestReadingTest, ValuesAreCountedUpToTheBound) {
  EXPECT_EQ(Read(Stops(1000)), RequestFault::kNone);
  EXPECT_EQ(Read(Stops(1001)), RequestFault::kTooManyValues);
  EXPECT_EQ(Read(Stops(400'000)), RequestFault::kTooManyValues);
}

TEST(RequestReadingTest, TheSizeIsCheckedHoweverItCame) {
  v1::ChatRequest request;
  request.set_model(std::string(999'996, 'm'));
  ASSERT_EQ(request.ByteSizeLong(), 1'000'000u);
  EXPECT_EQ(Read(request.SerializeAsString()), RequestFault::kNone);
  EXPECT_EQ(Read(request.SerializeAsString() + Stops(1)), RequestFault::kMessageTooLarge);
}

TEST(RequestReadingTest, WhatIsNoRequestIsUnreadable) {
  EXPECT_EQ(Read("garbage"), RequestFault::kUnreadable);
  EXPECT_EQ(Read(std::string("\x0a\x02\xC3\x28", 4)), RequestFault::kUnreadable) << "no UTF-8";
  EXPECT_EQ(Read(std::string(5000, '\xff')), RequestFault::kUnreadable);
}

TEST(RequestReadingTest, WhatIsNestedTooDeeplyIsSaidToBe) {
  v1::ChatRequest request;
  google::protobuf::Value* value = &(*request.mutable_extra()->mutable_fields())["a"];
  for (int i = 0; i < 60; ++i) value = value->mutable_list_value()->add_values();
  EXPECT_EQ(Read(request.SerializeAsString()), RequestFault::kTooDeep);
}

TEST(RequestReadingTest, EachFaultHasAStatus) {
  const struct {
    RequestFault fault;
    absl::StatusCode code;
    const char* reason;
    const char* message;
  } cases[] = {
      {RequestFault::kMetadataTooLarge, absl::StatusCode::kResourceExhausted, "METADATA_TOO_LARGE",
       "16384 bytes"},
      {RequestFault::kMessageTooLarge, absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE",
       "1000000 bytes"},
      {RequestFault::kTooManyValues, absl::StatusCode::kInvalidArgument, "TOO_MANY_VALUES", "1000 values"},
      {RequestFault::kTooDeep, absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", "nested too deeply"},
      {RequestFault::kUnreadable, absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", "no ChatRequest"},
  };
  for (const auto& c : cases) {
    const CallStatus status = StatusOf(c.fault, kBounds);
    EXPECT_EQ(status.code, c.code);
    EXPECT_EQ(status.reason, c.reason);
    EXPECT_THAT(status.message, HasSubstr(c.message));
    EXPECT_FALSE(status.details.empty());
  }
}

}  // namespace
}  // namespace spillway::server
