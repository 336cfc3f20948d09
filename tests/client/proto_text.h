// Messages for tests, written in protobuf's text format.
#ifndef SPILLWAY_TESTS_CLIENT_PROTO_TEXT_H_
#define SPILLWAY_TESTS_CLIENT_PROTO_TEXT_H_

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace spillway::testing {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_CLIENT_PROTO_TEXT_H_
