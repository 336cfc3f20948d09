#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "providers/field_error.h"
#include "providers/json_document.h"
#include "providers/json_text.h"
#include "providers/json_writer.h"
#include "providers/role.h"

namespace spillway::providers {
namespace {

std::string Written(std::string_view text) {
  std::string out;
  JsonWriter(out).String(text);
  return out;
}

std::string Written(double number) {
  std::string out;
  EXPECT_TRUE(JsonWriter(out).Double(number));
  return out;
}

TEST(JsonWriterTest, StringsAreEscapedAsJsonDemands) {
  EXPECT_EQ(Written("plain"), R"("plain")");
  EXPECT_EQ(Written("a\"b\\c\n\r\t\b\f"), R"("a\"b\\c\n\r\t\b\f")");
  EXPECT_EQ(Written(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(Written("\x7f Grüße 日本 😀 </script>"), "\"\x7f Grüße 日本 😀 </script>\"");
}

TEST(JsonWriterTest, ASpecialByteIsFoundAtEveryOffset) {
  for (const char special : {'"', '\\', '\n', '\x01', '\x1f'}) {
    for (std::size_t size = 1; size < 20; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, static_cast<char>(0xC3));
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>("aZ \x7f!#[]"[i % 8]);
        text[at] = special;
        const std::string json = Written(text);
        const JsonDocument document(json);
        ASSERT_TRUE(document.ok()) << json;
        EXPECT_EQ(AsText(document.root()), text);
      }
    }
  }
}

TEST(JsonWriterTest, NumbersReadBackTheSame) {
  EXPECT_EQ(Written(0.7), "0.7");
  EXPECT_EQ(Written(1), "1");
  EXPECT_EQ(Written(-3), "-3");
  EXPECT_EQ(Written(1e15), "1000000000000000");
  EXPECT_EQ(Written(14836394043272784000.0), "14836394043272783872");
  EXPECT_EQ(Written(1e19), "10000000000000000000");
  EXPECT_EQ(Written(-1e19), "-1e+19");
  EXPECT_EQ(Written(1e300), "1e+300");
  EXPECT_EQ(Written(-0.0), "0");
}

TEST(JsonWriterTest, ANumberThatIsNotFiniteIsRefused) {
  std::string out = "[";
  JsonWriter json(out);
  EXPECT_FALSE(json.Double(std::nan("")));
  EXPECT_FALSE(json.Double(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(out, "[");
}

TEST(JsonWriterTest, CommasStandWhereTheyBelong) {
  std::string out;
  JsonWriter json(out);
  json.BeginObject();
  json.Field("a", "{");
  json.Key("b");
  json.BeginArray();
  json.Int(1);
  json.Bool(true);
  json.Null();
  json.BeginArray();
  json.EndArray();
  json.EndArray();
  json.Field("c", "");
  json.EndObject();
  EXPECT_EQ(out, R"({"a":"{","b":[1,true,null,[]],"c":""})");
}

TEST(JsonDocumentTest, NumbersAreReadToTheLastDigit) {
  for (const double number : {0.1, 0.7, 1.7038461, -2.3841855e-07, 12479678939117453000.0, 5e-324, 1e308}) {
    const JsonDocument document(Written(number));
    EXPECT_EQ(AsDouble(document.root()), number);
  }
}

TEST(JsonDocumentTest, WhatIsNotExactlyJsonIsRefused) {
  for (const char* text :
       {"x", "{\"a\":1,}", "[1] 2", "// no\n1", "{'a':1}", "\xEF\xBB\xBF{}", "nul", "NaN"}) {
    EXPECT_FALSE(JsonDocument(text).ok()) << text;
  }
  EXPECT_TRUE(JsonDocument(" [1] \n").ok());
}

TEST(JsonDocumentTest, TheBeginningOfADocumentIsTruncated) {
  const std::string whole = R"({"a":[1,{"b":"t\u00e9xt"}],"c":null,"d":-0.5e-7,"e":"\nÃ©"})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const JsonDocument document(std::string_view(whole).substr(0, size));
    EXPECT_FALSE(document.ok());
    EXPECT_TRUE(document.truncated()) << size;
  }
  EXPECT_FALSE(JsonDocument("{\"a\":.").truncated());
  EXPECT_FALSE(JsonDocument("").truncated());
  EXPECT_FALSE(JsonDocument("").ok());
  EXPECT_FALSE(JsonDocument("  \r\n").ok());
}

TEST(JsonDocumentTest, InvalidUtf8IsRefused) {
  for (const char* bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    const JsonDocument document("{\"a\":\"" + std::string(bytes) + "\"}");
    EXPECT_FALSE(document.ok());
    EXPECT_FALSE(document.truncated());
  }
}

TEST(JsonDocumentTest, AnEscapeOfHalfASurrogatePairIsAReplacementCharacter) {
  const auto read = [](const std::string& escapes) {
    const JsonDocument document(R"({"a":")" + escapes + "\"}");
    EXPECT_TRUE(document.ok()) << escapes << ": " << document.problem();
    const boost::json::value* text = Member(document.root(), "a");
    return text == nullptr ? "" : std::string(AsText(*text).value_or("no text"));
  };
  const std::string instead = "\xEF\xBF\xBD";
  EXPECT_EQ(read(R"(\udcaf)"), instead);
  EXPECT_EQ(read(R"(ok \ud83d)"), "ok " + instead);
  EXPECT_EQ(read(R"(\uD83D\uD83D\uDE00!)"), instead + "\xF0\x9F\x98\x80!") << "the pair after it is whole";
  EXPECT_EQ(read(R"(\ud83d\n\u0041)"), instead + "\nA");
  EXPECT_EQ(read(R"(\\ud83d\udcaf)"), "\\ud83d" + instead) << "the first backslash is itself escaped";
  EXPECT_TRUE(JsonDocument(R"({"a":"\ud83d"})").mended());
  EXPECT_FALSE(JsonDocument(R"({"a":"\ud83d\ude00"})").mended());
  EXPECT_FALSE(JsonDocument(R"({"a":"\ud83d")").ok());
  EXPECT_TRUE(JsonDocument(R"({"a":"\ud83d")").truncated());
  EXPECT_FALSE(JsonDocument(R"({"a":"\ud83d"}})").ok());
}

TEST(JsonDocumentTest, NestingHasALimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(JsonDocument(nested(kMaxJsonDepth)).ok());
  EXPECT_FALSE(JsonDocument(nested(kMaxJsonDepth + 1)).ok());
  EXPECT_FALSE(JsonDocument(std::string(1000000, '[')).ok());
}

TEST(JsonDocumentTest, NumbersKeepToTheirTypes) {
  EXPECT_EQ(AsWhole(JsonDocument("7").root()), 7);
  EXPECT_EQ(AsWhole(JsonDocument("7.9").root()), 7);
  EXPECT_EQ(AsWhole(JsonDocument("1e30").root()), std::nullopt);
  EXPECT_EQ(AsWhole(JsonDocument("18446744073709551615").root()), std::nullopt);
  EXPECT_EQ(AsWhole(JsonDocument("\"7\"").root()), std::nullopt);
  EXPECT_EQ(AsDouble(JsonDocument("18446744073709551615").root()), 18446744073709551615.0);
  EXPECT_EQ(AsDouble(JsonDocument("7").root()), 7.0);
  EXPECT_EQ(AsDouble(JsonDocument("true").root()), std::nullopt);
}

TEST(FieldErrorTest, ThePathGrowsOutward) {
  FieldError error;
  EXPECT_FALSE(error.Set("top_k", "is wrong"));
  EXPECT_FALSE(error.In("", 2));
  EXPECT_FALSE(error.In("extra"));
  EXPECT_FALSE(error.In("messages", 3));
  EXPECT_EQ(error.path(), "messages[3].extra[2].top_k");
  EXPECT_EQ(error.ToStatus().message(), "messages[3].extra[2].top_k is wrong");
}

TEST(JsonTextTest, ItIsWhatWasParsed) {
  for (const std::string text :
       {R"({"a":[1,-2,18446744073709551615,true,false,null],"":{},"b\"":[[],"é\n"]})", "48.8566", "2.0",
        "-0.5", "1e+300", "1e-07", "\"\"", "null"}) {
    EXPECT_EQ(JsonText(JsonDocument(text).root()), text);
  }
  EXPECT_EQ(JsonText(JsonDocument(" [ 7006652.0 , 1E2 ] ").root()), "[7006652.0,100.0]");
  // Beyond a double: JSON has no word for infinity.
  EXPECT_EQ(JsonText(JsonDocument("[1e999,-1E1000]").root()), "[1e999,-1e999]");
}

TEST(RoleTest, EveryRoleHasItsWord) {
  for (const char* word : {"system", "developer", "user", "assistant", "tool", "function"}) {
    const auto role = RoleFromWord(word);
    ASSERT_TRUE(role.has_value());
    EXPECT_EQ(RoleWord(*role), word);
  }
  EXPECT_EQ(RoleWord(v1::ROLE_UNSPECIFIED), "");
  EXPECT_EQ(RoleFromWord("User"), std::nullopt);
}

}  // namespace
}  // namespace spillway::providers
