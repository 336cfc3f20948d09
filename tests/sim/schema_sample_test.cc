#include "tests/sim/schema_sample.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace spillway::sim {
namespace {

std::string Sample(const char* schema) {
  return boost::json::serialize(SampleOf(boost::json::parse(schema)));
}

TEST(SchemaSampleTest, EveryPropertyGetsAValueOfItsType) {
  EXPECT_EQ(Sample(R"({"type":"object","properties":{"s":{"type":"string"},"i":{"type":"integer"},
                      "n":{"type":"number"},"b":{"type":"boolean"},"a":{"type":"array","items":{"type":"null"}}}})"),
            R"({"s":"example","i":1,"n":1.5E0,"b":true,"a":[null]})");
}

TEST(SchemaSampleTest, EnumConstAndChoicesTakeTheFirst) {
  EXPECT_EQ(Sample(R"({"enum":["celsius","fahrenheit"]})"), R"("celsius")");
  EXPECT_EQ(Sample(R"({"const":42})"), "42");
  EXPECT_EQ(Sample(R"({"anyOf":[{"type":"integer"},{"type":"null"}]})"), "1");
  EXPECT_EQ(Sample(R"({"type":["integer","null"]})"), "1");
}

TEST(SchemaSampleTest, ReferencesAreFollowedAndRecursionEnds) {
  EXPECT_EQ(Sample(R"({"$ref":"#/$defs/City","$defs":{"City":{"type":"integer"}}})"), "1");
  EXPECT_EQ(Sample(R"({"$ref":"#/$defs/None"})"), "null");
  EXPECT_NE(Sample(R"({"type":"object","properties":{"next":{"$ref":"#"}}})"), "");
}

TEST(SchemaSampleTest, MinItemsIsHonoured) {
  EXPECT_EQ(Sample(R"({"type":"array","minItems":2,"items":{"type":"integer"}})"), "[1,1]");
}

}  // namespace
}  // namespace spillway::sim
