#include "providers/cohere_usage_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

v1::Usage Read(const std::string& usage) {
  v1::Usage out;
  ReadCohereUsage(boost::json::parse(usage).as_object(), out);
  return out;
}

TEST(CohereUsageTest, TokensAreCountedAndBilledUnitsKept) {
  EXPECT_TRUE(
      SameProto(Read(R"({"billed_units":{"input_tokens":5},"tokens":{"input_tokens":10.0,"output_tokens":2,
                                 "image_tokens":3}})"),
                R"(prompt_tokens: 10 completion_tokens: 2 total_tokens: 12
      extra { fields { key: "tokens" value { struct_value { fields { key: "image_tokens" value { number_value: 3 } } } } }
              fields { key: "billed_units" value { struct_value { fields { key: "input_tokens" value { number_value: 5 } } } } } })"));
}

TEST(CohereUsageTest, WithoutTokensTheBilledOnesCount) {
  const v1::Usage usage = Read(R"({"billed_units":{"input_tokens":5,"output_tokens":1}})");
  EXPECT_EQ(usage.prompt_tokens(), 5);
  EXPECT_EQ(usage.completion_tokens(), 1);
  EXPECT_EQ(usage.total_tokens(), 6);
}

TEST(CohereUsageTest, FiguresThatAreNoneAreKeptWhereTheyWere) {
  const v1::Usage usage = Read(R"({"tokens":{"input_tokens":-1,"output_tokens":9223372036854775807},
                                   "cached_tokens":"many","billed_units":7})");
  EXPECT_EQ(usage.total_tokens(), 0);
  EXPECT_EQ(usage.cached_tokens(), 0);
  EXPECT_EQ(usage.extra().fields().at("tokens").struct_value().fields_size(), 2);
  EXPECT_EQ(usage.extra().fields().at("cached_tokens").string_value(), "many");
  EXPECT_EQ(usage.extra().fields().at("billed_units").number_value(), 7);
}

}  // namespace
}  // namespace spillway::providers
