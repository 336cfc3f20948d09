// Images, documents and cache points of requests to Bedrock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "providers/bedrock_media.h"
#include "tests/providers/bedrock_request.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;

// The blocks of the one turn of a user with these parts.
boost::json::value BlocksOf(const std::string& parts, const std::string& model = kClaude) {
  const auto messages = MemberOf("messages { role: ROLE_USER " + parts + " }", "messages", model);
  return messages.is_array() ? messages.at(0).at("content") : messages;
}

std::string PartFault(const std::string& part) {
  return FaultOf("messages { role: ROLE_USER parts { " + part + " } }");
}

TEST(BedrockPartsTest, ImagesAreInlineOrInS3) {
  EXPECT_EQ(BlocksOf(R"(parts { image_url { url: "data:image/png;base64,AAAA" detail: "auto" } }
                        parts { image_url { url: "data:image/jpg;base64,BB" } }
                        parts { image_url { url: "s3://b/k.JPG" } })"),
            Json(R"([{"image":{"format":"png","source":{"bytes":"AAAA"}}},
                     {"image":{"format":"jpeg","source":{"bytes":"BB"}}},
                     {"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://b/k.JPG"}}}}])"));
}

TEST(BedrockPartsTest, ImagesThatBedrockCannotFetchOrReadAreRefused) {
  EXPECT_EQ(PartFault(R"(image_url { url: "https://x/y.png" })"),
            "UNIMPLEMENTED: messages[0].parts[0].image_url.url is no data: URL, and Bedrock fetches images "
            "from S3 alone");
  for (const std::string url : {"data:image/svg+xml;base64,AA", "s3://b/k", "s3://b/k.tiff"}) {
    EXPECT_EQ(PartFault("image_url { url: \"" + url + "\" }"),
              "UNIMPLEMENTED: messages[0].parts[0].image_url.url is no image that Bedrock takes");
  }
}

TEST(BedrockPartsTest, TheDetailOfAnImageIsDropped) {
  EXPECT_THAT(DroppedFrom(R"(messages { role: ROLE_USER parts { image_url {
                  url: "data:image/png;base64,AAAA" detail: "high" } } })"),
              ElementsAre("messages.parts.image_url.detail"));
}

TEST(BedrockPartsTest, DocumentsAreNamedAndTheirFormatIsKnown) {
  EXPECT_EQ(BlocksOf(R"(parts { text: "read" }
                        parts { file { file_data: "data:application/pdf;base64,AA" filename: "Q1_report (final).pdf" } }
                        parts { file { file_data: "data:text/x-python;base64,AA" } }
                        parts { file { file_data: "AA" filename: "a.Md" } }
                        parts { file { file_data: "JVBERi0x" } }
                        parts { file { file_id: "s3://b/k.docx" } })"),
            Json(R"json([{"text":"read"},
                     {"document":{"format":"pdf","name":"Q1 report (final)","source":{"bytes":"AA"}}},
                     {"document":{"format":"txt","name":"document","source":{"bytes":"AA"}}},
                     {"document":{"format":"md","name":"a","source":{"bytes":"AA"}}},
                     {"document":{"format":"pdf","name":"document (2)","source":{"bytes":"JVBERi0x"}}},
                     {"document":{"format":"docx","name":"document (3)",
                                  "source":{"s3Location":{"uri":"s3://b/k.docx"}}}}])json"));
}

TEST(BedrockPartsTest, DocumentsThatBedrockDoesNotTakeAreRefused) {
  constexpr char kWhat[] = "UNIMPLEMENTED: messages[0].parts[0].file";
  EXPECT_EQ(PartFault(R"(file { file_id: "file-1" })"),
            std::string(kWhat) + ".file_id is no s3:// URL: Bedrock keeps no files");
  EXPECT_EQ(PartFault(R"(file { file_data: "https://x/y.pdf" })"),
            std::string(kWhat) + ".file_data is a URL of no data in base64");
  for (const std::string file : {R"(file_data: "data:application/zip;base64,AA" filename: "a.zip")",
                                 R"(file_data: "AAAA" filename: "a")", R"(file_id: "s3://b/k.bin")"}) {
    EXPECT_EQ(PartFault("file { " + file + " }"),
              std::string(kWhat) + " is no document of a format that Bedrock takes");
  }
}

TEST(BedrockPartsTest, ADocumentAloneIsAskedForByItsName) {
  EXPECT_EQ(BlocksOf(R"(parts { file { file_data: "AA" filename: "a.txt" } })"),
            Json(R"([{"document":{"format":"txt","name":"a","source":{"bytes":"AA"}}},{"text":"a"}])"));
}

TEST(BedrockDocumentNamesTest, NamesAreWhatBedrockTakes) {
  BedrockDocumentNames names;
  EXPECT_EQ(names.Next(""), "document");
  EXPECT_EQ(names.Next("..."), "document (2)");
  EXPECT_EQ(names.Next("  a\t/ b__c\xC3\xA9.v2.pdf"), "a b c v2");
  EXPECT_EQ(names.Next("[a]-(b).HTML"), "[a]-(b)");
  const std::string name = names.Next(std::string(189, 'x') + " y z");
  EXPECT_EQ(name, std::string(189, 'x'));
  EXPECT_EQ(names.Next(std::string(400, 'x')).size(), 190u);
}

TEST(BedrockPartsTest, PartsOfOtherKindsAreRefused) {
  constexpr char kWhy[] = " is of a kind that Bedrock does not take here";
  EXPECT_EQ(PartFault(R"(input_audio { data: "AA" format: "wav" })"),
            std::string("UNIMPLEMENTED: messages[0].parts[0]") + kWhy);
  EXPECT_EQ(PartFault("other {}"), std::string("UNIMPLEMENTED: messages[0].parts[0]") + kWhy);
  for (const std::string role : {"ROLE_ASSISTANT", "ROLE_SYSTEM"}) {
    EXPECT_EQ(FaultOf(std::string(kHelloToBedrock) + " messages { role: " + role +
                      R"( parts { image_url { url: "data:image/png;base64,AAAA" } } })"),
              std::string("UNIMPLEMENTED: messages[1].parts[0]") + kWhy);
  }
}

constexpr char kGuarded[] = R"(extra { fields { key: "bedrock" value { struct_value { fields {
    key: "guardContent" value { struct_value { fields { key: "text" value { struct_value { fields {
      key: "text" value { string_value: "x" } } } } } } } } } } } })";

TEST(BedrockPartsTest, ABlockOfBedrocksOwnTakesThePlaceOfThePart) {
  EXPECT_EQ(BlocksOf(std::string(R"(parts { text: "for others" )") + kGuarded + " }"),
            Json(R"([{"guardContent":{"text":{"text":"x"}}}])"));
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER parts { text: "x"
      extra { fields { key: "bedrock" value { struct_value { fields { key: "a" value {} } } } } } } })"),
            "INVALID_ARGUMENT: messages[0].parts[0].extra.bedrock.a has no value");
}

TEST(BedrockPartsTest, AToolsResultMayHoldImagesAndDocuments) {
  EXPECT_EQ(MemberOf(R"(messages { role: ROLE_TOOL tool_call_id: "a" parts { text: "{}" } parts { text: "b" }
      parts { image_url { url: "data:image/webp;base64,AA" } }
      parts { file { file_data: "AA" filename: "x.csv" } } })",
                     "messages")
                .at(0)
                .at("content"),
            Json(R"([{"toolResult":{"toolUseId":"a","content":[{"json":{}},{"text":"b"},
                     {"image":{"format":"webp","source":{"bytes":"AA"}}},
                     {"document":{"format":"csv","name":"x","source":{"bytes":"AA"}}}]}}])"));
  EXPECT_EQ(
      FaultOf(R"(messages { role: ROLE_TOOL tool_call_id: "a" parts { image_url { url: "http://x" } } })"),
      "UNIMPLEMENTED: messages[0].parts[0].image_url.url is no data: URL, and Bedrock fetches images from S3 "
      "alone");
}

constexpr char kMark[] = R"(extra { fields { key: "cache_control" value { struct_value {
    fields { key: "type" value { string_value: "ephemeral" } } } } } })";
constexpr char kHourMark[] = R"(extra { fields { key: "cache_control" value { struct_value {
    fields { key: "ttl" value { string_value: "1h" } } } } } })";

// Every place a caller may put the mark.
std::string Marked() {
  const std::string mark = kMark;
  return R"(messages { role: ROLE_SYSTEM content: "s" )" + mark + R"( }
    messages { role: ROLE_USER parts { text: "a" )" +
         std::string(kHourMark) + R"( } parts { text: "b" } }
    messages { role: ROLE_ASSISTANT content: "c" tool_calls { id: "i" function { name: "f" } )" +
         mark + R"( } }
    messages { role: ROLE_TOOL tool_call_id: "i" parts { text: "d" )" +
         mark + R"( } )" + mark + R"( }
    tools { function { name: "f" } )" +
         mark + " }";
}

TEST(BedrockPartsTest, CacheMarksAreCachePoints) {
  const auto body = BodyOf(Marked());
  EXPECT_EQ(body.at("system"), Json(R"([{"text":"s"},{"cachePoint":{"type":"default"}}])"));
  EXPECT_EQ(
      body.at("messages"),
      Json(
          R"([{"role":"user","content":[{"text":"a"},{"cachePoint":{"type":"default","ttl":"1h"}},{"text":"b"}]},
                     {"role":"assistant","content":[{"text":"c"},
                       {"toolUse":{"toolUseId":"i","name":"f","input":{}}},{"cachePoint":{"type":"default"}}]},
                     {"role":"user","content":[{"toolResult":{"toolUseId":"i","content":[{"text":"d"}]}},
                       {"cachePoint":{"type":"default"}}]}])"));
  EXPECT_EQ(body.at("toolConfig").at("tools").at(1), Json(R"({"cachePoint":{"type":"default"}})"));
}

TEST(BedrockPartsTest, ModelsWithoutACacheGetNoCachePoints) {
  EXPECT_EQ(BedrockRequest(Marked(), kLlama).body.find("cachePoint"), std::string::npos);
  EXPECT_EQ(BedrockRequest(Marked(), "anthropic.claude-3-haiku-20240307-v1:0").body.find("cachePoint"),
            std::string::npos);
  EXPECT_NE(BedrockRequest(Marked(), "amazon.nova-pro-v1:0").body.find("cachePoint"), std::string::npos);
}

TEST(BedrockPartsTest, ACachePointNeedsSomethingBeforeIt) {
  EXPECT_EQ(BlocksOf(std::string(R"(parts { text: " " )") + kMark + R"( } parts { text: "a" })"),
            Json(R"([{"text":"a"}])"));
}

TEST(BedrockPartsTest, BetweenADocumentAndACachePointStandsALineBreak) {
  EXPECT_EQ(
      BlocksOf(std::string(R"(parts { text: "a" } parts { file { file_data: "AA" filename: "a.txt" } )") +
               kMark + " }"),
      Json(R"([{"text":"a"},{"document":{"format":"txt","name":"a","source":{"bytes":"AA"}}},{"text":"\n"},
                     {"cachePoint":{"type":"default"}}])"));
}

}  // namespace
}  // namespace spillway::providers
