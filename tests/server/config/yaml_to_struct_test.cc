#include "server/config/yaml_to_struct.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

namespace spillway::server {
namespace {

class YamlToStructTest : public ::testing::Test {
 protected:
  // The errors of reading `yaml`, formatted.
  std::string Read(const std::string& yaml) {
    ConfigErrors errors;
    read_.Clear();
    const std::optional<YamlNode> root = ParseYaml(yaml, &errors);
    if (root) YamlToStruct(*root, "p", &read_, &source_, &errors);
    return FormatErrors("f", errors);
  }

  // Whether that is what was read.
  testing::AssertionResult Holds(const std::string& json) const {
    google::protobuf::Struct expected;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &expected).ok()) << json;
    if (google::protobuf::util::MessageDifferencer::Equals(expected, read_))
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << read_.ShortDebugString();
  }

  google::protobuf::Struct read_;
  SourceMap source_;
};

TEST_F(YamlToStructTest, EveryKindOfValueIsRead) {
  EXPECT_EQ(Read("a: {b: [1, [x, true], {c: null}], d: {}, e: [], f: ''}\n"), "");
  EXPECT_TRUE(Holds(R"({"a":{"b":[1,["x",true],{"c":null}],"d":{},"e":[],"f":""}})"));
}

TEST_F(YamlToStructTest, QuotesMakeATextOfAnything) {
  EXPECT_EQ(Read("a: ['1', \"true\", 'null', '~', 'yes', '0x10', '']\n"), "");
  EXPECT_TRUE(Holds(R"({"a":["1","true","null","~","yes","0x10",""]})"));
  EXPECT_EQ(Read("a: |\n  12\nb: >-\n  true\n"), "");
  EXPECT_EQ(read_.fields().at("a").string_value(), "12\n");
  EXPECT_EQ(read_.fields().at("b").string_value(), "true");
}

TEST_F(YamlToStructTest, ANullMustBeWritten) {
  EXPECT_EQ(Read("{a: null, b: ~, c: Null, d: NULL, e: [~, null], f: ~}"), "");
  EXPECT_TRUE(Holds(R"({"a":null,"b":null,"c":null,"d":null,"e":[null,null],"f":null})"));
  EXPECT_EQ(Read("a: null\nb: ~\nc: ~ # none\nd: null"), "");
  constexpr char kMissing[] = "has no value; give it one, or write null if that is meant\n";
  EXPECT_EQ(Read("a:\nnullable: 1\n"), std::string("f:1:1: p.a: ") + kMissing);
  EXPECT_EQ(Read("a:\n~b: 1\n"), std::string("f:1:1: p.a: ") + kMissing);
  EXPECT_EQ(Read("{a: , b: 1}"), std::string("f:1:2: p.a: ") + kMissing);
  EXPECT_EQ(Read("{a}"), std::string("f:1:2: p.a: ") + kMissing);
  EXPECT_EQ(Read("b: 1\na:"), std::string("f:2:1: p.a: ") + kMissing);
  // A missing item is where the parser came upon something else.
  EXPECT_EQ(Read("a:\n  -\n  - 1\n"), std::string("f:3:3: p.a[0]: ") + kMissing);
}

TEST_F(YamlToStructTest, KeysAreTextsWhateverTheyLookLike) {
  EXPECT_EQ(Read("{50256: 1, true: 2, 'a b': 3, 0x10: 4, é: 5}"), "");
  EXPECT_TRUE(Holds(R"({"0x10":4,"50256":1,"a b":3,"true":2,"é":5})"));
  EXPECT_TRUE(source_.Contains("p.50256"));
  EXPECT_TRUE(source_.Contains("p[\"a b\"]"));
}

TEST_F(YamlToStructTest, AScalarStandsAtItsValueAndTheRestAtItsKey) {
  EXPECT_EQ(Read("a: 1\nb:\n  c:\n    - d\n    - {e: f}\n"), "");
  EXPECT_EQ(source_.Find("p.a"), (Position{1, 4}));
  EXPECT_EQ(source_.Find("p.b"), (Position{2, 1}));
  EXPECT_EQ(source_.Find("p.b.c"), (Position{3, 3}));
  EXPECT_EQ(source_.Find("p.b.c[0]"), (Position{4, 7}));
  EXPECT_EQ(source_.Find("p.b.c[1].e"), (Position{5, 11}));
}

TEST_F(YamlToStructTest, EveryMistakeIsFoundAndMarksAllAroundIt) {
  EXPECT_EQ(Read("a: {b: [1, yes, {c: 010}]}\nd: 2\ne: {f: , f: 1}\n"),
            "f:1:12: p.a.b[1]: \"yes\" could be a text or mean true or false: write that, or put the text in "
            "quotes\n"
            "f:1:21: p.a.b[2].c: \"010\" could be a text or a number: write the number in decimal, or put "
            "the text in "
            "quotes\n"
            "f:3:5: p.e.f: has no value; give it one, or write null if that is meant\n"
            "f:3:10: p.e.f: duplicate key; it is on line 3 already\n");
  for (const char* broken : {"p", "p.a", "p.a.b", "p.a.b[1]", "p.a.b[2]", "p.a.b[2].c", "p.e", "p.e.f"}) {
    EXPECT_TRUE(source_.IsBroken(broken)) << broken;
  }
  EXPECT_FALSE(source_.IsBroken("p.d"));
  EXPECT_FALSE(source_.IsBroken("p.a.b[0]"));
  EXPECT_EQ(read_.fields().at("d").number_value(), 2);
}

TEST_F(YamlToStructTest, OddKeysAreEscapedInPaths) {
  EXPECT_EQ(
      Read("{\"a\\nb\": yes}"),
      "f:1:10: p[\"a\\nb\"]: \"yes\" could be a text or mean true or false: write that, or put the text in "
      "quotes\n");
}

TEST_F(YamlToStructTest, SixteenLevelsAreTheMost) {
  const auto nested = [](int levels) {
    std::string text = "1";
    for (int i = 0; i < levels; ++i) text = "{a: " + text + "}";
    return text;
  };
  EXPECT_EQ(Read(nested(16)), "");
  EXPECT_NE(Read(nested(17)).find("nested more than 16 levels deep"), std::string::npos);
  EXPECT_NE(Read(nested(120)).find("nested more than 16 levels deep"), std::string::npos);
}

}  // namespace
}  // namespace spillway::server
