// Messages from text format, for fixtures.
#ifndef SPILLWAY_TESTS_PROVIDERS_TEXT_PROTO_H_
#define SPILLWAY_TESTS_PROVIDERS_TEXT_PROTO_H_

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace spillway::providers {

template <typename Message>
Message Proto(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// Equal field by field; says how they differ.
template <typename Message>
testing::AssertionResult SameProto(const Message& actual, const std::string& expected) {
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  if (differencer.Compare(Proto<Message>(expected), actual)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << difference << "\nactual:\n" << actual.DebugString();
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_TEXT_PROTO_H_
