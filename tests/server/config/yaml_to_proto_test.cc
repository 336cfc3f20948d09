// The converter on messages that the configuration does not have (yet): maps and every scalar type.
#include "server/config/yaml_to_proto.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace spillway::server {
namespace {

constexpr char kSchema[] = R"pb(
  name: "everything.proto"
  package: "t"
  syntax: "proto3"
  dependency: "google/protobuf/duration.proto"
  enum_type {
    name: "HttpColor"
    value { name: "HTTP_COLOR_UNSPECIFIED" number: 0 }
    value { name: "HTTP_COLOR_RED" number: 1 }
    value { name: "BLUE" number: 2 }
  }
  message_type {
    name: "All"
    field { name: "i32" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "i64" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL }
    field { name: "u32" number: 3 type: TYPE_UINT32 label: LABEL_OPTIONAL }
    field { name: "u64" number: 4 type: TYPE_UINT64 label: LABEL_OPTIONAL }
    field { name: "f" number: 5 type: TYPE_FLOAT label: LABEL_OPTIONAL }
    field { name: "d" number: 6 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
    field { name: "b" number: 7 type: TYPE_BOOL label: LABEL_OPTIONAL }
    field { name: "s" number: 8 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "raw" number: 9 type: TYPE_BYTES label: LABEL_OPTIONAL }
    field { name: "color" number: 10 type: TYPE_ENUM type_name: ".t.HttpColor" label: LABEL_OPTIONAL }
    field { name: "i32s" number: 11 type: TYPE_INT32 label: LABEL_REPEATED }
    field { name: "i64s" number: 12 type: TYPE_INT64 label: LABEL_REPEATED }
    field { name: "u32s" number: 13 type: TYPE_UINT32 label: LABEL_REPEATED }
    field { name: "u64s" number: 14 type: TYPE_UINT64 label: LABEL_REPEATED }
    field { name: "fs" number: 15 type: TYPE_FLOAT label: LABEL_REPEATED }
    field { name: "ds" number: 16 type: TYPE_DOUBLE label: LABEL_REPEATED }
    field { name: "bs" number: 17 type: TYPE_BOOL label: LABEL_REPEATED }
    field { name: "colors" number: 18 type: TYPE_ENUM type_name: ".t.HttpColor" label: LABEL_REPEATED }
    field {
      name: "waits"
      number: 19
      type: TYPE_MESSAGE
      type_name: ".google.protobuf.Duration"
      label: LABEL_REPEATED
    }
    field {
      name: "labels"
      number: 20
      type: TYPE_MESSAGE
      type_name: ".t.All.LabelsEntry"
      label: LABEL_REPEATED
    }
    field { name: "by_id" number: 21 type: TYPE_MESSAGE type_name: ".t.All.ByIdEntry" label: LABEL_REPEATED }
    nested_type {
      name: "LabelsEntry"
      options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
    }
    nested_type {
      name: "ByIdEntry"
      options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".t.All" label: LABEL_OPTIONAL }
    }
  }
)pb";

class YamlToProtoTest : public ::testing::Test {
 protected:
  YamlToProtoTest() {
    google::protobuf::FileDescriptorProto schema;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSchema, &schema));
    EXPECT_NE(pool_.BuildFile(schema), nullptr);
    // For Duration, which is not made of the schema above.
    factory_.SetDelegateToGeneratedFactory(true);
    message_.reset(factory_.GetPrototype(pool_.FindMessageTypeByName("t.All"))->New());
  }

  // The errors of reading `yaml`, formatted.
  std::string Read(const std::string& yaml) {
    ConfigErrors errors;
    message_->Clear();
    const std::optional<YamlNode> root = ParseYaml(yaml, &errors);
    if (root) YamlToProto(*root, {}, message_.get(), &source_, &errors);
    return FormatErrors("f", errors);
  }

  std::string Written() const { return message_->ShortDebugString(); }

  google::protobuf::DescriptorPool pool_{google::protobuf::DescriptorPool::generated_pool()};
  google::protobuf::DynamicMessageFactory factory_{&pool_};
  std::unique_ptr<google::protobuf::Message> message_;
  SourceMap source_;
};

TEST_F(YamlToProtoTest, EveryTypeOfScalarIsRead) {
  EXPECT_EQ(Read("{i32: -2147483648, i64: -9223372036854775808, u32: 4294967295, u64: 18446744073709551615,\n"
                 " f: 0.5, d: -1e3, b: true, s: 401, color: red}"),
            "");
  EXPECT_EQ(
      Written(),
      "i32: -2147483648 i64: -9223372036854775808 u32: 4294967295 u64: 18446744073709551615 f: 0.5 d: -1000 "
      "b: true s: \"401\" color: HTTP_COLOR_RED");
}

TEST_F(YamlToProtoTest, EveryTypeOfListIsRead) {
  EXPECT_EQ(Read("{i32s: [1, -2], i64s: [3], u32s: [4], u64s: [5], fs: [1.5], ds: [2], bs: [true, false],\n"
                 " colors: [blue, red], waits: [1s, 2ms]}"),
            "");
  EXPECT_EQ(Written(),
            "i32s: 1 i32s: -2 i64s: 3 u32s: 4 u64s: 5 fs: 1.5 ds: 2 bs: true bs: false colors: BLUE "
            "colors: HTTP_COLOR_RED waits { seconds: 1 } waits { nanos: 2000000 }");
}

TEST_F(YamlToProtoTest, AnItemThatCannotBeReadKeepsItsPlace) {
  EXPECT_EQ(Read("{i32s: [x, 7], i64s: [x], u32s: [x], u64s: [x], fs: [x], ds: [x], bs: [x], colors: [x], "
                 "waits: [x, 1s]}")
                    .size() > 0,
            true);
  EXPECT_EQ(Written(),
            "i32s: 0 i32s: 7 i64s: 0 u32s: 0 u64s: 0 fs: 0 ds: 0 bs: false colors: HTTP_COLOR_UNSPECIFIED "
            "waits { } waits { seconds: 1 }");
  EXPECT_TRUE(source_.IsBroken("i32s[0]"));
  EXPECT_FALSE(source_.IsBroken("i32s[1]"));
}

TEST_F(YamlToProtoTest, NumbersBeyondTheirTypeAreErrors) {
  EXPECT_EQ(Read("i32: 2147483648\ni64: 9223372036854775808\nu64: 18446744073709551616\nf: 1e39\nd: 1e309\n"),
            "f:1:6: i32: out of range: must be between -2147483648 and 2147483647\n"
            "f:2:6: i64: out of range: must be between -9223372036854775808 and 9223372036854775807\n"
            "f:3:6: u64: out of range: must be between 0 and 18446744073709551615\n"
            "f:4:4: f: out of range\n"
            "f:5:4: d: out of range\n");
  EXPECT_EQ(Read("{f: nan, d: .inf, ds: [-nan, 'x', 0x10, '']}"),
            "f:1:5: f: expected a number, found \"nan\"\n"
            "f:1:13: d: expected a number, found \".inf\"\n"
            "f:1:24: ds[0]: expected a number, found \"-nan\"\n"
            "f:1:30: ds[1]: expected a number, found a text in quotes\n"
            "f:1:35: ds[2]: expected a number, found \"0x10\"\n"
            "f:1:41: ds[3]: expected a number, found a text in quotes\n");
}

TEST_F(YamlToProtoTest, BytesCannotBeWritten) {
  EXPECT_EQ(Read("raw: abc"), "f:1:6: raw: a value of this type cannot be written in a file\n");
}

TEST_F(YamlToProtoTest, MapsAreRead) {
  EXPECT_EQ(Read("labels: {team: search, 'a b': c}\nby_id: {7: {i32: 1}}\n"), "");
  EXPECT_EQ(source_.Find("by_id[\"7\"].i32"), (Position{2, 18}));
  EXPECT_NE(Written().find("by_id { key: 7 value { i32: 1 } }"), std::string::npos) << Written();
  EXPECT_NE(Written().find("labels { key: \"a b\" value: \"c\" }"), std::string::npos) << Written();
}

TEST_F(YamlToProtoTest, MistakesInMapsHavePaths) {
  EXPECT_EQ(Read("labels: {a: b, a: c, d: [e], f: , [g]: h, ~: i}\nby_id: {x: {}, 8: {i33: 1}, 9: 1}\n"),
            "f:1:16: labels[\"a\"]: duplicate key; it is on line 1 already\n"
            "f:1:25: labels[\"d\"]: expected a text, found a list\n"
            "f:1:30: labels[\"f\"]: has no value; give it one or leave the key out\n"
            "f:1:35: labels[\"\"]: expected a text, found a list\n"
            "f:1:43: labels[\"\"]: duplicate key; it is on line 1 already\n"
            "f:2:9: by_id[\"x\"]: expected a whole number, found \"x\"\n"
            "f:2:20: by_id[\"8\"].i33: unknown key \"i33\"; did you mean \"i32\"?\n"
            "f:2:32: by_id[\"9\"]: expected a mapping (key: value), found a single value\n");
  EXPECT_EQ(Read("labels: [a]"), "f:1:1: labels: expected a mapping (key: value), found a list\n");
}

TEST_F(YamlToProtoTest, LongAndOddTextsAreCutAndEscapedInMessages) {
  const std::string errors =
      Read("i32: \xC3\xA9\x20" + std::string(200, 'x') + "\nb: \"\\e[31m\"\ncolor: \"\\e[31m\"\n");
  EXPECT_EQ(errors, "f:1:6: i32: expected a whole number, found \"\xC3\xA9 " + std::string(117, 'x') +
                        "…\"\n"
                        "f:2:4: b: expected true or false, found a text in quotes\n"
                        "f:3:8: color: unknown value \"\\033[31m\"; must be one of red, blue\n");
}

TEST_F(YamlToProtoTest, AnAnchoredOrTaggedRootIsRefused) {
  EXPECT_EQ(Read("&a\ni32: 1\n"), "f:1:1: anchors and aliases are not supported; write the value out\n");
  EXPECT_EQ(Read("!!map\ni32: 1\n"), "f:1:1: YAML tags are not supported; write the value alone\n");
}

}  // namespace
}  // namespace spillway::server
