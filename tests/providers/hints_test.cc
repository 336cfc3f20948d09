#include "providers/hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kEveryHint[] = R"pb(
  seed: 0
  presence_penalty: 0.5
  frequency_penalty: -1
  user: "u"
  safety_identifier: "s"
  metadata { key: "a" value: "b" }
  store: true
  service_tier: "flex"
  verbosity: "low"
  parallel_tool_calls: false
  prediction {}
  prompt_cache_key: "k"
  prompt_cache_retention: "24h")pb";

std::vector<std::string_view> Dropped(const std::string& request,
                                      std::initializer_list<std::string_view> seen_to = {}) {
  DroppedFields dropped;
  DropHints(Proto<v1::ChatRequest>(request), seen_to, dropped);
  return dropped.Take();
}

TEST(HintsTest, EveryHintThatAsksForSomethingIsReported) {
  EXPECT_THAT(Dropped(kEveryHint),
              ElementsAre("frequency_penalty", "metadata", "parallel_tool_calls", "prediction",
                          "presence_penalty", "prompt_cache_key", "prompt_cache_retention",
                          "safety_identifier", "seed", "service_tier", "store", "user", "verbosity"));
}

TEST(HintsTest, WhatAsksForNothingIsNot) {
  EXPECT_THAT(Dropped(""), IsEmpty());
  EXPECT_THAT(Dropped("presence_penalty: 0 frequency_penalty: 0 store: false service_tier: 'auto' "
                      "parallel_tool_calls: true"),
              IsEmpty());
  EXPECT_THAT(Dropped("service_tier: 'default'"), IsEmpty());
}

TEST(HintsTest, WhatTheCodecSeesToIsNot) {
  EXPECT_THAT(Dropped("seed: 1 user: 'u'", {"seed"}), ElementsAre("user"));
}

}  // namespace
}  // namespace spillway::providers
