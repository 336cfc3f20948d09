// Conversations, in the form that Anthropic's API wants them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/providers/anthropic_call.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kUser[] = "{'role':'user','content':'hi'}";

std::string SystemSent(const std::string& messages) {
  return MemberOf(Encoded(Asked("", messages)), "system");
}

// The blocks that one user message with `parts` becomes.
std::string PartsSent(const std::string& parts) {
  const std::string sent = MessagesSent("[{'role':'user','content':[" + parts + "]}]");
  const std::string begin = "[{'role':'user','content':";
  return sent.substr(begin.size(), sent.size() - begin.size() - 2);
}

std::string Mistake(const std::string& messages) {
  const absl::Status status = Refusal(Asked("", messages));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

std::string Unsupported(const std::string& messages, const std::string& model = "m") {
  const absl::Status status = Refusal(Asked("", messages), ModelSpec(model));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << status;
  return std::string(status.message());
}

std::string UnsupportedPart(const std::string& part) {
  return Unsupported("[{'role':'user','content':[" + part + "]}]");
}

TEST(AnthropicMessagesTest, TheSystemsWordsAreTakenOutAndJoined) {
  const std::string messages =
      "[{'role':'system','content':'One.'},{'role':'user','content':'hi'},"
      "{'role':'developer','content':[{'type':'text','text':'Two.'},{'type':'text','text':' Three.'}]}]";
  EXPECT_EQ(SystemSent(messages), R"('One.\n\nTwo. Three.')");
  EXPECT_EQ(MessagesSent(messages), "[{'role':'user','content':'hi'}]");
}

TEST(AnthropicMessagesTest, ACacheMarkMakesBlocksOfTheSystemsWords) {
  EXPECT_EQ(
      SystemSent("[{'role':'system','content':'One.'},{'role':'system','content':[{'type':'text',"
                 "'text':'Two.','cache_control':{'type':'ephemeral'}},{'type':'text','text':'3'}]}," +
                 std::string(kUser) + "]"),
      "[{'type':'text','text':'One.'},{'type':'text','text':'Two.','cache_control':{'type':'ephemeral'}},"
      "{'type':'text','text':'3'}]");
  EXPECT_EQ(MemberOf(Encoded(Asked("'response_format':{'type':'json_object'}",
                                   "[{'role':'system','content':'One.','cache_control':{'type':'e'}}," +
                                       std::string(kUser) + "]")),
                     "system"),
            "[{'type':'text','text':'One.','cache_control':{'type':'e'}},"
            "{'type':'text','text':'Answer with one JSON object and nothing else.'}]");
}

TEST(AnthropicMessagesTest, TheSystemSpeaksInTextAlone) {
  EXPECT_EQ(Unsupported("[{'role':'system','content':[{'type':'text','text':'a'},{'type':'image_url',"
                        "'image_url':{'url':'https://x'}}]}," +
                        std::string(kUser) + "]"),
            "messages[0].parts[1] is no text, and Anthropic's system prompt takes no other");
}

TEST(AnthropicMessagesTest, WhereOnlyTheSystemSpokeTheUserIsSaidToHave) {
  const std::string only = "[{'role':'system','content':'Do it.'}]";
  EXPECT_EQ(MessagesSent(only), "[{'role':'user','content':'Do it.'}]");
  EXPECT_EQ(SystemSent(only), "");
  EXPECT_EQ(MessagesSent("[{'role':'system','content':'Do it.'},{'role':'developer','content':'Now.'}]"),
            "[{'role':'user','content':[{'type':'text','text':'Do it.'},{'type':'text','text':'Now.'}]}]");
}

TEST(AnthropicMessagesTest, AConversationThatSaysNothingIsTheCallersMistake) {
  EXPECT_EQ(Mistake("[]"), "messages say nothing");
  EXPECT_EQ(Mistake(R"([{'role':'user','content':' \n'}])"), "messages say nothing");
}

TEST(AnthropicMessagesTest, MessagesOfOneSpeakerInARowAreOneTurn) {
  EXPECT_EQ(MessagesSent("[{'role':'user','content':'a'},{'role':'user','content':'b'},"
                         "{'role':'assistant','content':'c'},{'role':'user','content':'d'}]"),
            "[{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]},"
            "{'role':'assistant','content':'c'},{'role':'user','content':'d'}]");
}

TEST(AnthropicMessagesTest, BlankTextIsLeftOut) {
  EXPECT_EQ(
      MessagesSent("[{'role':'user','content':'a'},{'role':'assistant','content':''},"
                   "{'role':'user','content':[{'type':'text','text':' '},{'type':'text','text':'b'}]}]"),
      "[{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}]");
}

TEST(AnthropicMessagesTest, NamesOfParticipantsAreLeftOutAndReported) {
  const auto encoded = Encoded(Asked("", "[{'role':'user','name':'ann','content':'hi'}]"));
  EXPECT_EQ(MemberOf(encoded, "messages"), "[{'role':'user','content':'hi'}]");
  EXPECT_THAT(encoded.dropped, ElementsAre("messages.name"));
}

TEST(AnthropicMessagesTest, AToolConversationOfAnotherProviderIsUnderstood) {
  EXPECT_EQ(
      MessagesSent(
          "[{'role':'user','content':'Weather?'},"
          "{'role':'assistant','content':'Let me see.','tool_calls':["
          "{'id':'call_1','type':'function','function':{'name':'w','arguments':'{\\'c\\':\\'Rome\\'}'}},"
          "{'id':'call_2','type':'function','function':{'name':'t','arguments':''}}]},"
          "{'role':'tool','tool_call_id':'call_1','content':'sunny'},"
          "{'role':'tool','tool_call_id':'call_2','content':''},{'role':'user','content':'Well?'}]"),
      "[{'role':'user','content':'Weather?'},"
      "{'role':'assistant','content':[{'type':'text','text':'Let me see.'},"
      "{'type':'tool_use','id':'call_1','name':'w','input':{'c':'Rome'}},"
      "{'type':'tool_use','id':'call_2','name':'t','input':{}}]},"
      "{'role':'user','content':[{'type':'tool_result','tool_use_id':'call_1','content':'sunny'},"
      "{'type':'tool_result','tool_use_id':'call_2'},{'type':'text','text':'Well?'}]}]");
}

TEST(AnthropicMessagesTest, IdsThatAnthropicRefusesAreMadeFitAndStillMatch) {
  const auto request = Asked(
      "",
      "[{'role':'user','content':'x'},{'role':'assistant','content':null,'tool_calls':[{'id':'functions.w:0',"
      "'type':'function','function':{'name':'w','arguments':'{}'}}]},"
      "{'role':'tool','tool_call_id':'functions.w:0','content':'1'}]");
  const auto messages = Json(Encoded(request).body).at("messages").as_array();
  const std::string id(messages[1].at("content").as_array()[0].at("id").as_string().c_str());
  EXPECT_THAT(id, testing::MatchesRegex("[A-Za-z0-9_-]+"));
  EXPECT_EQ(messages[2].at("content").as_array()[0].at("tool_use_id").as_string().c_str(), id);
}

TEST(AnthropicMessagesTest, ArgumentsThatAreNoObjectAreStillSayable) {
  EXPECT_EQ(
      MessagesSent(
          "[{'role':'user','content':'x'},{'role':'assistant','content':null,'tool_calls':[{'id':'a',"
          "'type':'function','function':{'name':'w','arguments':'[1'}}]},"
          "{'role':'tool','tool_call_id':'a','content':'1'}]"),
      "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'w',"
      "'input':{'arguments':'[1'}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a',"
      "'content':'1'}]}]");
}

TEST(AnthropicMessagesTest, TheLegacyFunctionDialectIsUnderstood) {
  const auto encoded = Encoded(
      Asked("",
            "[{'role':'user','content':'x'},{'role':'assistant','content':null,'function_call':{'name':'w',"
            "'arguments':'{}'}},{'role':'function','name':'w','content':'1'}]"));
  EXPECT_EQ(MemberOf(encoded, "messages"),
            "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'tool_use',"
            "'id':'function_call_1','name':'w','input':{}}]},{'role':'user','content':[{'type':'tool_result',"
            "'tool_use_id':'function_call_1','content':'1'}]}]");
  EXPECT_THAT(encoded.dropped, IsEmpty());
}

TEST(AnthropicMessagesTest, AToolsResultMayHoldTextAndImages) {
  EXPECT_EQ(
      MessagesSent(
          "[{'role':'user','content':'x'},{'role':'assistant','content':null,'tool_calls':[{'id':'a',"
          "'type':'function','function':{'name':'w','arguments':'{}'}}]},"
          "{'role':'tool','tool_call_id':'a','content':[{'type':'text','text':'1'},{'type':'text',"
          "'text':' '},{'type':'image_url','image_url':{'url':'https://i/x.png'}}]}]"),
      "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'w',"
      "'input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':["
      "{'type':'text','text':'1'},{'type':'image','source':{'type':'url','url':'https://i/x.png'}}]}]}]");
  EXPECT_EQ(Unsupported("[{'role':'tool','tool_call_id':'a','content':[{'type':'video'}]}]"),
            "messages[0].parts[0].other is of no type that Anthropic is asked with");
}

TEST(AnthropicMessagesTest, AResultsOwnMembersAndMarkStayWithIt) {
  EXPECT_EQ(
      MessagesSent("[{'role':'user','content':'x'},{'role':'tool','tool_call_id':'a','content':'1',"
                   "'anthropic':{'is_error':true},'cache_control':{'type':'ephemeral'}}]"),
      "[{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'1','is_error':true,"
      "'cache_control':{'type':'ephemeral'}},{'type':'text','text':'x'}]}]");
}

TEST(AnthropicMessagesTest, AMessagesCacheMarkIsItsLastBlocks) {
  EXPECT_EQ(MessagesSent("[{'role':'user','cache_control':{'type':'e'},'content':[{'type':'text','text':'a'},"
                         "{'type':'image_url','image_url':{'url':'https://x'}}]}]"),
            "[{'role':'user','content':[{'type':'text','text':'a'},{'type':'image','source':{'type':'url',"
            "'url':'https://x'},'cache_control':{'type':'e'}}]}]");
  EXPECT_EQ(MessagesSent("[{'role':'user','cache_control':{'type':'e'},'content':'a'}]"),
            "[{'role':'user','content':[{'type':'text','text':'a','cache_control':{'type':'e'}}]}]");
  EXPECT_EQ(MessagesSent("[{'role':'user','content':'q'},{'role':'assistant','cache_control':{'type':'e'},"
                         "'content':'a','tool_calls':[{'id':'a','type':'function','function':{'name':'w',"
                         "'arguments':'{}'}}]},{'role':'tool','tool_call_id':'a','content':'1'}]"),
            "[{'role':'user','content':'q'},{'role':'assistant','content':[{'type':'text','text':'a'},"
            "{'type':'tool_use','id':'a','name':'w','input':{},'cache_control':{'type':'e'}}]},"
            "{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'1'}]}]");
}

TEST(AnthropicMessagesTest, AMarkOfAnthropicsOwnWinsAndNullIsNone) {
  EXPECT_EQ(PartsSent("{'type':'text','text':'a','cache_control':{'a':1},"
                      "'anthropic':{'cache_control':{'b':1}},'vendor':1}"),
            "[{'type':'text','text':'a','cache_control':{'b':1}}]");
  EXPECT_EQ(PartsSent("{'type':'text','text':'a','cache_control':null}"), "[{'type':'text','text':'a'}]");
}

TEST(AnthropicMessagesTest, ImagesInlineAndByUrl) {
  EXPECT_EQ(PartsSent("{'type':'image_url','image_url':{'url':'data:image/png;base64,aGk='}},"
                      "{'type':'image_url','image_url':{'url':'data:image/jpg;base64,aGk='}},"
                      "{'type':'image_url','image_url':{'url':'HTTP://x/y'}}"),
            "[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'aGk='}},"
            "{'type':'image','source':{'type':'base64','media_type':'image/jpeg','data':'aGk='}},"
            "{'type':'image','source':{'type':'url','url':'HTTP://x/y'}}]");
}

TEST(AnthropicMessagesTest, AnImagesDetailIsLeftOutAndReported) {
  const auto dropped = [](const std::string& detail) {
    return Encoded(Asked("",
                         "[{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://x',"
                         "'detail':'" +
                             detail + "'}}]}]"))
        .dropped;
  };
  EXPECT_THAT(dropped("low"), ElementsAre("messages.parts.image_url.detail"));
  EXPECT_THAT(dropped("auto"), IsEmpty());
}

TEST(AnthropicMessagesTest, ImagesThatAnthropicCannotReadAreRefused) {
  EXPECT_EQ(UnsupportedPart("{'type':'image_url','image_url':{'url':'data:image/tiff;base64,aGk='}}"),
            "messages[0].parts[0].image_url.url is no image that Anthropic can read");
  EXPECT_EQ(UnsupportedPart("{'type':'text','text':'a'},{'type':'image_url','image_url':{'url':'gs://x'}}"),
            "messages[0].parts[1].image_url.url is neither http(s) nor base64 data");
}

TEST(AnthropicMessagesTest, PdfAndTextFilesBecomeDocuments) {
  EXPECT_EQ(
      PartsSent(
          "{'type':'file','file':{'file_data':'data:application/pdf;base64,JVBERi0=','filename':'a.pdf'}},"
          "{'type':'file','file':{'file_data':'JVBERi0x'}},"
          "{'type':'file','file':{'file_data':'data:text/markdown;base64,aMOp'}},"
          "{'type':'file','file':{'file_data':'aGk=','filename':'n.TXT'},'anthropic':{'citations':{'enabled':"
          "true}}}"),
      "[{'type':'document','source':{'type':'base64','media_type':'application/"
      "pdf','data':'JVBERi0='},'title':'a.pdf'},"
      "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'JVBERi0x'}},"
      "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'hé'}},"
      "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'hi'},'title':'n.TXT',"
      "'citations':{'enabled':true}}]");
}

TEST(AnthropicMessagesTest, AnImageAmongFilesIsAnImage) {
  EXPECT_EQ(
      PartsSent("{'type':'file','file':{'file_data':'data:image/webp;base64,aGk=','filename':'a.webp'}}"),
      "[{'type':'image','source':{'type':'base64','media_type':'image/webp','data':'aGk='}}]");
}

TEST(AnthropicMessagesTest, FilesThatAnthropicCannotReadAreRefused) {
  EXPECT_EQ(UnsupportedPart("{'type':'file','file':{'file_data':'data:application/zip;base64,aGk='}}"),
            "messages[0].parts[0].file.file_data is no document that Anthropic can read");
  EXPECT_EQ(UnsupportedPart("{'type':'file','file':{'file_data':'aGk='}}"),
            "messages[0].parts[0].file.file_data is no document that Anthropic can read");
  EXPECT_EQ(UnsupportedPart("{'type':'file','file':{'file_data':'data:text/plain;base64,/w=='}}"),
            "messages[0].parts[0].file.file_data is not the base64 of a text in UTF-8");
  EXPECT_EQ(UnsupportedPart("{'type':'file','file':{'file_data':'data:text/plain;base64,*'}}"),
            "messages[0].parts[0].file.file_data is not the base64 of a text in UTF-8");
  EXPECT_EQ(UnsupportedPart("{'type':'file','file':{'file_id':'file-abc'}}"),
            "messages[0].parts[0].file.file_id is not Anthropic's");
}

TEST(AnthropicMessagesTest, AnUploadedFileIsNamedAndTheRequestSaysSo) {
  const auto encoded =
      Encoded(Asked("", "[{'role':'user','content':[{'type':'file','file':{'file_id':'file_01'}}]}]"));
  EXPECT_EQ(MemberOf(encoded, "messages"),
            "[{'role':'user','content':[{'type':'document','source':{'type':'file','file_id':'file_01'}}]}]");
  ASSERT_NE(FindHeader(encoded.headers, "anthropic-beta"), nullptr);
  EXPECT_EQ(*FindHeader(encoded.headers, "anthropic-beta"), "files-api-2025-04-14");
}

TEST(AnthropicMessagesTest, PartsThatAnthropicCannotTakeAreRefused) {
  EXPECT_EQ(UnsupportedPart("{'type':'input_audio','input_audio':{'data':'aGk=','format':'wav'}}"),
            "messages[0].parts[0].input_audio is more than Anthropic can take");
  EXPECT_EQ(UnsupportedPart("{'type':'container_upload','file_id':'x'}"),
            "messages[0].parts[0].other is of no type that Anthropic is asked with");
}

TEST(AnthropicMessagesTest, PartsThatAreNoneAreTheCallersMistake) {
  EXPECT_EQ(Refusal(Proto<v1::ChatRequest>("messages { role: ROLE_USER parts { text: \"a\" } parts {} }"))
                .message(),
            "messages[0].parts[1] has no content");
  EXPECT_EQ(Mistake("[{'role':'user','content':[{'type':'file','file':{}}]}]"),
            "messages[0].parts[0].file holds neither data nor an id");
  EXPECT_EQ(
      Refusal(Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "a" parts { text: "b" } })"))
          .message(),
      "messages[0].content and parts exclude each other");
  EXPECT_EQ(Mistake("[{'role':'user','content':[{'type':'text','text':'a','anthropic':{'type':'b'}}]}]"),
            "messages[0].parts[0].extra.anthropic.type has a field of its own");
}

TEST(AnthropicMessagesTest, TheAssistantsRefusalIsItsText) {
  EXPECT_EQ(MessagesSent("[{'role':'user','content':'x'},{'role':'assistant','content':null,'refusal':'No.'},"
                         "{'role':'user','content':'y'}]"),
            "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'text','text':'No.'}]},"
            "{'role':'user','content':'y'}]");
  EXPECT_EQ(MessagesSent("[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'refusal',"
                         "'refusal':'No.'}]},{'role':'user','content':'y'}]"),
            "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'text','text':'No.'}]},"
            "{'role':'user','content':'y'}]");
}

TEST(AnthropicMessagesTest, TheAssistantSpeaksInTextAlone) {
  EXPECT_EQ(Unsupported("[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'image_url',"
                        "'image_url':{'url':'https://x'}}]}]"),
            "messages[1].parts[0] is no text, and Anthropic's assistant says no other");
}

TEST(AnthropicMessagesTest, CallsThatAnthropicHasNotAreRefused) {
  EXPECT_EQ(
      Unsupported("[{'role':'user','content':'x'},{'role':'assistant','content':null,'tool_calls':[{'id':'a',"
                  "'type':'custom','custom':{'name':'w','input':'{}'}}]}]"),
      "messages[1].tool_calls[0].custom is a kind of call that Anthropic has not");
  EXPECT_EQ(
      Refusal(Proto<v1::ChatRequest>("messages { role: ROLE_ASSISTANT tool_calls { id: \"a\" } }")).message(),
      "messages[0].tool_calls[0].function is not set");
}

TEST(AnthropicMessagesTest, AudioOfTheAssistantGoesOnlyBesideItsText) {
  EXPECT_EQ(
      Unsupported("[{'role':'user','content':'x'},{'role':'assistant','content':null,'audio':{'id':'a'}}]"),
      "messages[1].audio is more than Anthropic can take");
  EXPECT_EQ(
      MessagesSent("[{'role':'user','content':'x'},{'role':'assistant','content':'y','audio':{'id':'a'}}]"),
      "[{'role':'user','content':'x'},{'role':'assistant','content':'y'}]");
}

TEST(AnthropicMessagesTest, WhatOtherProvidersSaidBesideTheTextIsNotSent) {
  EXPECT_EQ(
      MessagesSent("[{'role':'user','content':'x'},{'role':'assistant','content':'y','reasoning_content':'z',"
                   "'annotations':[{'type':'url_citation'}],'gemini':{'s':1},'vendor':2},"
                   "{'role':'user','content':'z'}]"),
      "[{'role':'user','content':'x'},{'role':'assistant','content':'y'},{'role':'user','content':'z'}]");
}

TEST(AnthropicMessagesTest, ATurnToBeContinuedDoesNotEndInSpace) {
  EXPECT_EQ(
      MessagesSent(R"([{'role':'user','content':'x '},{'role':'assistant','content':' The answer: \n'}])"),
      "[{'role':'user','content':'x '},{'role':'assistant','content':' The answer:'}]");
  EXPECT_EQ(MessagesSent(
                "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'text','text':'a '},"
                "{'type':'text','text':'b '}]}]"),
            "[{'role':'user','content':'x'},{'role':'assistant','content':[{'type':'text','text':'a '},"
            "{'type':'text','text':'b'}]}]");
}

TEST(AnthropicMessagesTest, ModelsThatContinueNothingAreNotAskedTo) {
  const std::string messages = "[{'role':'user','content':'x'},{'role':'assistant','content':'a'}]";
  EXPECT_EQ(Unsupported(messages, "claude-sonnet-4-6"),
            "messages[1] is the assistant's, and this model does not continue its own words");
  EXPECT_TRUE(Refusal(Asked("", messages), ModelSpec("claude-sonnet-4-5")).ok());
}

}  // namespace
}  // namespace spillway::providers
