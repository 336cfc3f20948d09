#include "providers/struct_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "providers/json_document.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

Struct Read(const std::string& text) {
  const JsonDocument document(text);
  Struct out;
  ReadStruct(document.root().get_object(), out);
  return out;
}

std::string Written(const Struct& value) {
  std::string out;
  JsonWriter json(out);
  FieldError error;
  EXPECT_TRUE(WriteStruct(value, json, error)) << error.ToStatus();
  return out;
}

TEST(StructJsonTest, EveryKindComesOutAsItWentIn) {
  const std::string text = R"({"a":null,"b":true,"c":1.5,"d":"x","e":[1,[],{}],"f":{"g":{}}})";
  EXPECT_EQ(Written(Read(text)), text);
}

TEST(StructJsonTest, MembersAreSortedSoThatTheBytesAreTheSame) {
  EXPECT_EQ(Written(Read(R"({"b":1,"c":{"z":1,"y":2},"a":3})")), R"({"a":3,"b":1,"c":{"y":2,"z":1}})");
}

TEST(StructJsonTest, ANumberBeyondDoubleBecomesText) {
  EXPECT_EQ(Written(Read(R"({"a":1e999,"b":-1e999})")), R"({"a":"Infinity","b":"-Infinity"})");
}

TEST(StructJsonTest, ANumberThatIsNotFiniteIsNamed) {
  Struct value = Read(R"({"list":[1,{"deep":0}]})");
  (*value.mutable_fields())["list"]
      .mutable_list_value()
      ->mutable_values(1)
      ->mutable_struct_value()
      ->mutable_fields()
      ->at("deep")
      .set_number_value(std::numeric_limits<double>::quiet_NaN());
  std::string out;
  JsonWriter json(out);
  FieldError error;
  EXPECT_FALSE(WriteStruct(value, json, error));
  EXPECT_EQ(error.ToStatus().message(), "list[1].deep is not a finite number");
}

TEST(StructJsonTest, AValueOfNoKindIsNamed) {
  Struct value;
  (*value.mutable_fields())["empty"];
  std::string out;
  JsonWriter json(out);
  FieldError error;
  EXPECT_FALSE(WriteStruct(value, json, error));
  EXPECT_EQ(error.path(), "empty");
}

TEST(StructJsonTest, ExtraMayNotTakeTheNameOfAField) {
  constexpr std::string_view kReserved[] = {"role"};
  std::string out = "{";
  JsonWriter json(out);
  FieldError error;
  EXPECT_TRUE(WriteExtra(Read(R"({"x":1})"), kReserved, json, error));
  EXPECT_FALSE(WriteExtra(Read(R"({"role":1})"), kReserved, json, error));
  EXPECT_EQ(error.ToStatus().message(), "extra.role has a field of its own");
  EXPECT_TRUE(WriteExtra(Read(R"({"role":1})"), kReserved, json, error, kReserved));
  EXPECT_EQ(out, R"({"x":1)");
}

TEST(StructJsonTest, AMemberThatIsSetAgainIsReplaced) {
  Struct out = Read(R"({"a":[1],"b":{"x":1}})");
  SetMember("a", boost::json::parse("[2]"), out);
  SetMember("b", boost::json::parse(R"({"y":2})"), out);
  EXPECT_EQ(out.fields().at("a").list_value().values_size(), 1);
  EXPECT_EQ(out.fields().at("b").struct_value().fields_size(), 1);
}

TEST(StructJsonTest, NestedExtraFindsObjectsOnly) {
  const Struct extra = Read(R"({"function":{"a":1},"custom":3})");
  ASSERT_NE(NestedExtra(extra, "function"), nullptr);
  EXPECT_EQ(NestedExtra(extra, "custom"), nullptr);
  EXPECT_EQ(NestedExtra(extra, "other"), nullptr);
  EXPECT_EQ(NestedExtra(Struct(), "function"), nullptr);
}

}  // namespace
}  // namespace spillway::providers
