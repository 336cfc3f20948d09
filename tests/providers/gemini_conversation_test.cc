// Messages as Gemini's contents, wherever they come from.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "providers/gemini_request_encoder.h"
#include "tests/providers/gemini_encoding.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string Saying(const std::string& messages) { return R"({"messages":[)" + messages + "]}"; }

json::value ContentsFor(const std::string& messages, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return BodyFor(Saying(messages), std::move(spec)).at("contents");
}

// An image of this URL.
std::string Image(const std::string& url) {
  return R"([{"type":"image_url","image_url":{"url":")" + url + R"("}}])";
}

TEST(GeminiConversationTest, SpeakersTakeTurns) {
  const json::object body =
      BodyFor(Saying(R"({"role":"system","content":"be brief"},{"role":"user","content":"a"},
      {"role":"user","content":"b"},{"role":"assistant","content":"c"},{"role":"developer","content":"be kind"},
      {"role":"user","content":"d"})"));
  EXPECT_EQ(body.at("contents"), Json(R"([{"role":"user","parts":[{"text":"a"},{"text":"b"}]},
      {"role":"model","parts":[{"text":"c"}]},{"role":"user","parts":[{"text":"d"}]}])"));
  EXPECT_EQ(body.at("systemInstruction"), Json(R"({"parts":[{"text":"be brief"},{"text":"be kind"}]})"));
}

TEST(GeminiConversationTest, SystemTextAloneIsTheUsersTurn) {
  const json::object body =
      BodyFor(Saying(R"({"role":"system","content":"say hi"},{"role":"user","content":" "})"));
  EXPECT_EQ(body.at("contents"), Json(R"([{"role":"user","parts":[{"text":"say hi"}]}])"));
  EXPECT_FALSE(body.contains("systemInstruction"));
}

TEST(GeminiConversationTest, AConversationThatSaysNothingIsInvalid) {
  ExpectInvalid(Saying(R"({"role":"user","content":""})"), "messages say nothing");
}

TEST(GeminiConversationTest, TheSystemSpeaksInTextOnly) {
  EXPECT_EQ(
      BodyFor(Saying(R"({"role":"system","content":[{"type":"text","text":"x"},{"type":"text","text":""}]},
                              {"role":"user","content":"a"})"))
          .at("systemInstruction"),
      Json(R"({"parts":[{"text":"x"}]})"));
  ExpectRefused(
      Saying(R"({"role":"system","content":[{"type":"image_url","image_url":{"url":"data:,"}}]},
                          {"role":"user","content":"a"})"),
      "messages[0].parts are more than text, which is all that Gemini takes for the system's words");
}

TEST(GeminiConversationTest, NamesOfSpeakersAreDropped) {
  const EncodedRequest request = GeminiRequestFor(Saying(R"({"role":"user","name":"Ann","content":"a"})"));
  EXPECT_EQ(request.dropped, std::vector<std::string_view>{"messages.name"});
}

TEST(GeminiConversationTest, ARefusalIsTextLikeAnyOther) {
  EXPECT_EQ(ContentsFor(R"({"role":"user","content":"a"},{"role":"assistant","content":null,"refusal":"no"},
      {"role":"user","content":"b"},{"role":"assistant","content":[{"type":"refusal","refusal":"never"}]},
      {"role":"user","content":"c"})"),
            Json(R"([{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"no"}]},
      {"role":"user","parts":[{"text":"b"}]},{"role":"model","parts":[{"text":"never"}]},
      {"role":"user","parts":[{"text":"c"}]}])"));
}

TEST(GeminiConversationTest, BrokenPartsAreInvalid) {
  ExpectInvalid(Saying(R"({"role":"user","content":)" + Image("data:image/png,raw") + "}"),
                "messages[0].parts[0].image_url.url is a data URL, but not in base64");
  ExpectInvalid(Saying(R"({"role":"user","content":[{"type":"file","file":{"file_data":"data:x"}}]})"),
                "messages[0].parts[0].file.file_data is a data URL, but not in base64");
  ExpectInvalid(Saying(R"({"role":"user","content":[{"type":"file","file":{}}]})"),
                "messages[0].parts[0].file has neither file_data nor file_id");
  const auto empty = Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER parts {} parts { text: "x" } })");
  EXPECT_EQ(EncodeGeminiRequest(empty, {}).status().message(), "messages[0].parts[0] has no content");
  const auto both =
      Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "x" parts { text: "x" } })");
  EXPECT_EQ(EncodeGeminiRequest(both, {}).status().message(),
            "messages[0].content and parts exclude each other");
  const auto nobody = Proto<v1::ChatRequest>(R"(messages { content: "x" })");
  EXPECT_EQ(EncodeGeminiRequest(nobody, {}).status().message(), "messages[0].role is not set");
}

TEST(GeminiConversationTest, AnAnswerInSoundAloneIsRefused) {
  ExpectRefused(Saying(R"({"role":"user","content":"a"},{"role":"assistant","audio":{"id":"audio_1"}},
                          {"role":"user","content":"b"})"),
                "messages[1].audio is a reference that only its own provider knows");
  EXPECT_EQ(
      ContentsFor(
          R"({"role":"assistant","content":"x","audio":{"id":"audio_1"}},{"role":"user","content":"b"})")
          .at(0),
      Json(R"({"role":"model","parts":[{"text":"x"}]})"));
}

TEST(GeminiConversationTest, TheLegacyFunctionDialectIsUnderstood) {
  EXPECT_EQ(ContentsFor(R"({"role":"user","content":"a"},
      {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
      {"role":"function","name":"f","content":"x"})"),
            Json(R"([{"role":"user","parts":[{"text":"a"}]},
                     {"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},
                     {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"x"}}}]}])"));
}

TEST(GeminiConversationTest, ReasoningAndOtherProvidersMarksStayBehind) {
  EXPECT_EQ(
      ContentsFor(R"({"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"hm",
      "anthropic":{"thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"s"}]}},
      {"role":"user","content":"c"})")
          .at(1),
      Json(R"({"role":"model","parts":[{"text":"b"}]})"));
}

// A turn of a model that painted, with parts that no field holds.
std::string Painted(const std::string& content, const std::string& calls) {
  return R"({"role":"user","content":"a"},{"role":"assistant","content":)" + content + R"(,"tool_calls":)" +
         calls +
         R"(,"gemini":{"parts":[{"text":"hm","thought":true,"thoughtSignature":"T"},{"text":"x"},
             {"inlineData":{"mimeType":"image/png","data":"A"}},{"text":"y"},{"functionCall":{"name":"f"}}]}},
             {"role":"tool","name":"f","tool_call_id":"1","content":"z"})";
}

constexpr char kCalls[] = R"([{"id":"1","function":{"name":"f","arguments":"{\"a\":1}"}}])";

TEST(GeminiConversationTest, NativePartsGoBackAsTheyWere) {
  EXPECT_EQ(ContentsFor(Painted(R"("xy")", kCalls)).at(1).at("parts"),
            Json(R"([{"text":"hm","thought":true,"thoughtSignature":"T"},{"text":"x"},
                     {"inlineData":{"mimeType":"image/png","data":"A"}},{"text":"y"},
                     {"functionCall":{"name":"f","args":{"a":1}}}])"));
}

TEST(GeminiConversationTest, AMessageThatItsCallerChangedSaysWhatTheCallerSays) {
  EXPECT_EQ(ContentsFor(Painted(R"("changed")", kCalls)).at(1).at("parts"),
            Json(R"([{"text":"changed"},{"functionCall":{"name":"f","args":{"a":1}}}])"));
  EXPECT_EQ(ContentsFor(Painted(R"("xy")", "[]")).at(1).at("parts"), Json(R"([{"text":"xy"}])"));
  EXPECT_EQ(ContentsFor(Painted(R"("xy")", R"([{"id":"1","function":{"name":"g","arguments":""}}])"))
                .at(1)
                .at("parts"),
            Json(R"([{"text":"xy"},{"functionCall":{"name":"g","args":{}}}])"));
}

TEST(GeminiConversationTest, KeptPartsThatAreNoneAreNoParts) {
  for (const char* parts : {"5", "[5]", R"([{"functionCall":5}])", R"([{"functionCall":{"name":5}}])"}) {
    EXPECT_EQ(
        ContentsFor(R"({"role":"user","content":"a"},{"role":"assistant","content":"b","gemini":{"parts":)" +
                    std::string(parts) + R"(}},{"role":"user","content":"c"})")
            .at(1)
            .at("parts"),
        Json(R"([{"text":"b"}])"))
        << parts;
  }
}

}  // namespace
}  // namespace spillway::providers
