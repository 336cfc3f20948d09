#include "server/grpc/wire_walk.h"

#include <gtest/gtest.h>

#include <string>

#include "spillway/v1/chat.pb.h"

namespace spillway::server {
namespace {

using State = WireWalk::State;

struct Walked {
  State state;
  std::size_t values;
  bool complete;
};

// In pieces of `piece` bytes.
Walked Walk(const std::string& bytes, std::size_t most = 1000, std::size_t piece = 1000) {
  static const WireTypes types(*v1::ChatRequest::descriptor());
  WireWalk walk(types, bytes.size(), most);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!walk.Feed(std::string_view(bytes).substr(at, piece))) break;
  }
  return {walk.state(), walk.values(), walk.complete()};
}

v1::ChatRequest Question() {
  v1::ChatRequest request;
  request.set_model("gpt-4o");
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content(std::string(300, 'x'));
  return request;
}

// A list in a list, and so on.
google::protobuf::Value Nested(int depth) {
  google::protobuf::Value value;
  google::protobuf::Value* inner = &value;
  for (int i = 0; i < depth; ++i) inner = inner->mutable_list_value()->add_values();
  inner->set_null_value(google::protobuf::NULL_VALUE);
  return value;
}

TEST(WireWalkTest, CountsFieldsAtEveryDepth) {
  v1::ChatRequest request = Question();
  EXPECT_EQ(Walk(request.SerializeAsString()).values, 4u);
  // The entry, its key, its value, and what kind of value that is.
  (*request.mutable_extra()->mutable_fields())["a"].set_number_value(1);
  EXPECT_EQ(Walk(request.SerializeAsString()).values, 9u);
  (*request.mutable_metadata())["b"] = "c";
  EXPECT_EQ(Walk(request.SerializeAsString()).values, 12u);
}

TEST(WireWalkTest, TextThatLooksLikeFieldsIsText) {
  v1::ChatRequest request = Question();
  request.mutable_messages(0)->set_content(Question().SerializeAsString());
  EXPECT_EQ(Walk(request.SerializeAsString()).values, 4u);
}

TEST(WireWalkTest, AnySplitGivesTheSame) {
  v1::ChatRequest request = Question();
  (*request.mutable_extra()->mutable_fields())["a"] = Nested(5);
  const std::string bytes = request.SerializeAsString();
  const Walked whole = Walk(bytes);
  EXPECT_TRUE(whole.complete);
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    const Walked pieces = Walk(bytes, 1000, piece);
    EXPECT_TRUE(pieces.complete) << piece;
    EXPECT_EQ(pieces.values, whole.values) << piece;
  }
}

TEST(WireWalkTest, StopsAtTheFirstValueTooMany) {
  const std::string bytes = Question().SerializeAsString();
  EXPECT_EQ(Walk(bytes, 4).state, State::kUnderWay);
  EXPECT_EQ(Walk(bytes, 3).state, State::kTooMany);
  EXPECT_EQ(Walk(bytes, 0).values, 1u);
}

TEST(WireWalkTest, TwoBytesAreAValue) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += std::string("\x12\0", 2);
  v1::ChatRequest request;
  ASSERT_TRUE(request.ParseFromString(bytes));
  EXPECT_EQ(request.messages_size(), 100);
  EXPECT_EQ(Walk(bytes).values, 100u);
  EXPECT_EQ(bytes.size() / kMinValueBytes, 100u);
}

TEST(WireWalkTest, GoesAsDeepAsProtobufDoes) {
  bool refused = false;
  for (int depth = 0; depth < 80; ++depth) {
    v1::ChatRequest request = Question();
    (*request.mutable_extra()->mutable_fields())["a"] = Nested(depth);
    const std::string bytes = request.SerializeAsString();
    v1::ChatRequest parsed;
    const bool parses = parsed.ParseFromString(bytes);
    EXPECT_EQ(Walk(bytes).state, parses ? State::kUnderWay : State::kTooDeep) << depth;
    refused = refused || !parses;
  }
  EXPECT_TRUE(refused);
}

TEST(WireWalkTest, UnknownFieldsCount) {
  // 500: a group that holds a number. 501: a string.
  const std::string bytes("\xa3\x1f\x08\x01\xa4\x1f\xaa\x1f\x02zz", 11);
  EXPECT_EQ(Walk(bytes).values, 3u);
  EXPECT_TRUE(Walk(bytes).complete);
}

TEST(WireWalkTest, WhatBreaksOffIsNotComplete) {
  const std::string bytes = Question().SerializeAsString();
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    v1::ChatRequest request;
    const std::string begun = bytes.substr(0, size);
    EXPECT_EQ(Walk(begun).complete, request.ParseFromString(begun)) << size;
  }
}

TEST(WireWalkTest, WhatIsNoMessageIsMalformed) {
  for (const std::string& bytes : {std::string("\0\0", 2), std::string("\x07"), std::string("\x0a\x7fzz"),
                                   std::string("\x12\x02\x0a\x01"), std::string("\x0c"),
                                   std::string(11, '\xff'), std::string("\x0a\xff\xff\xff\xff\x0f")}) {
    v1::ChatRequest request;
    EXPECT_FALSE(request.ParseFromString(bytes));
    EXPECT_EQ(Walk(bytes).state, State::kMalformed);
  }
}

}  // namespace
}  // namespace spillway::server
