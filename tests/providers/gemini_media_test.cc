// Images, sound and documents as parts of Gemini's contents.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/providers/gemini_encoding.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::string Saying(const std::string& messages) { return R"({"messages":[)" + messages + "]}"; }

json::value ContentsFor(const std::string& messages, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return BodyFor(Saying(messages), std::move(spec)).at("contents");
}

// The parts of the one message of a user.
json::value PartsFor(const std::string& content, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return ContentsFor(R"({"role":"user","content":)" + content + "}", std::move(spec)).at(0).at("parts");
}

void ExpectPartRefused(const std::string& part, const std::string& text,
                       TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  ExpectRefused(Saying(R"({"role":"user","content":[)" + part + "]}"), "messages[0].parts[0]." + text,
                std::move(spec));
}

// An image of this URL.
std::string Image(const std::string& url) {
  return R"([{"type":"image_url","image_url":{"url":")" + url + R"("}}])";
}

json::value FileFor(const std::string& url, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return PartsFor(Image(url), std::move(spec)).at(0).at("fileData");
}

TEST(GeminiMediaTest, InlineMediaIsABlob) {
  EXPECT_EQ(PartsFor(R"([{"type":"text","text":"see"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"auto"}},
      {"type":"input_audio","input_audio":{"data":"BBBB","format":"wav"}},
      {"type":"input_audio","input_audio":{"data":"CCCC","format":"mp3"}},
      {"type":"file","file":{"file_data":"data:application/pdf;base64,DDDD","filename":"x"}},
      {"type":"file","file":{"file_data":"EEEE","filename":"notes.MD"}}])"),
            Json(R"([{"text":"see"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},
      {"inlineData":{"mimeType":"audio/wav","data":"BBBB"}},{"inlineData":{"mimeType":"audio/mp3","data":"CCCC"}},
      {"inlineData":{"mimeType":"application/pdf","data":"DDDD"}},
      {"inlineData":{"mimeType":"text/markdown","data":"EEEE"}}])"));
}

TEST(GeminiMediaTest, TheDetailOfAnImageIsDropped) {
  const EncodedRequest request = GeminiRequestFor(Saying(
      R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,A","detail":"low"}}]})"));
  EXPECT_EQ(request.dropped, std::vector<std::string_view>{"messages.parts.image_url.detail"});
}

TEST(GeminiMediaTest, ModelsThatFetchGetTheUrl) {
  EXPECT_EQ(FileFor("https://x.org/a/b.PNG?c=d.gif#e"),
            Json(R"({"mimeType":"image/png","fileUri":"https://x.org/a/b.PNG?c=d.gif#e"})"));
  EXPECT_EQ(FileFor("https://x.org/a.b/c").at("mimeType"), "image/jpeg");
  EXPECT_EQ(FileFor("gs://bucket/a.webp", {.base_path = kVertexBase, .model = "gemini-2.0-flash"}),
            Json(R"({"mimeType":"image/webp","fileUri":"gs://bucket/a.webp"})"));
  EXPECT_EQ(FileFor("http://x.org/a.gif", {.base_path = kVertexBase, .model = "m"}).at("mimeType"),
            "image/gif");
}

TEST(GeminiMediaTest, GooglesOwnFilesNeedNoType) {
  const std::string uri = "https://generativelanguage.googleapis.com/v1beta/files/abc";
  EXPECT_EQ(FileFor(uri, {.model = "gemini-2.0-flash"}), Json(R"({"fileUri":")" + uri + R"("})"));
  EXPECT_EQ(PartsFor(R"([{"type":"file","file":{"file_id":")" + uri + R"(","filename":"a.pdf"}}])"),
            Json(R"([{"fileData":{"fileUri":")" + uri + R"("}}])"));
  ExpectPartRefused(R"({"type":"file","file":{"file_id":")" + uri + R"("}})",
                    "file.file_id is a file of AI Studio, which Vertex cannot read",
                    {.base_path = kVertexBase, .model = "m"});
}

TEST(GeminiMediaTest, MediaThatTheTargetCannotReadIsRefused) {
  const std::string image = R"({"type":"image_url","image_url":{"url":)";
  ExpectPartRefused(image + R"("https://x.org/a.png"}})",
                    "image_url.url is a URL, which this model does not fetch", {.model = "gemini-2.0-flash"});
  ExpectPartRefused(image + R"("gs://b/a.png"}})", "image_url.url is no URL that Gemini fetches");
  ExpectPartRefused(image + R"("ftp://b/a.png"}})", "image_url.url is no URL that Vertex fetches",
                    {.base_path = kVertexBase, .model = "m"});
  ExpectPartRefused(R"({"type":"file","file":{"file_id":"file-abc"}})",
                    "file.file_id is no URL that Gemini fetches");
  ExpectPartRefused(R"({"type":"file","file":{"file_id":"https://x.org/report"}})",
                    "file.file_id has no extension that tells its type");
  ExpectPartRefused(R"({"type":"file","file":{"file_data":"AAAA"}})",
                    "file.filename has no extension that tells the type");
  ExpectPartRefused(R"({"type":"file","file":{"file_data":"data:application/zip;base64,AAAA"}})",
                    "file.file_data is of a type that Gemini does not read");
  ExpectPartRefused(R"({"type":"input_audio","input_audio":{"data":"A","format":"midi"}})",
                    "input_audio.format is none that Gemini hears");
  ExpectPartRefused(R"({"type":"input_audio","input_audio":{"data":"A","format":"pdf"}})",
                    "input_audio.format is none that Gemini hears");
  ExpectPartRefused(R"({"type":"document","title":"x"})", "other is of a type that Gemini does not know");
}

TEST(GeminiMediaTest, APartMayHaveMembersOfItsOwn) {
  EXPECT_EQ(PartsFor(R"([{"type":"text","text":"x","gemini":{"mediaResolution":{"level":"LOW"}},
                          "cache_control":{"type":"ephemeral"}}])"),
            Json(R"([{"text":"x","mediaResolution":{"level":"LOW"}}])"));
  ExpectInvalid(Saying(R"({"role":"user","content":[{"type":"text","text":"x","gemini":{"text":"y"}}]})"),
                "messages[0].parts[0].extra.gemini.text has a field of its own");
}

}  // namespace
}  // namespace spillway::providers
