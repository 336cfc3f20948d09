// Tools and the choice among them, in Gemini's form.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "providers/gemini_request_encoder.h"
#include "tests/providers/gemini_encoding.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using Names = std::vector<std::string_view>;

TEST(GeminiToolsTest, ToolsAreDeclarationsWithTheirJsonSchema) {
  const EncodedRequest request = GeminiRequestFor(Asking(
      R"("tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,
                   "parameters":{"type":"object","properties":{"a":{"type":"string"}}}}},
                  {"type":"function","function":{"name":"g","strict":false}}])"));
  EXPECT_EQ(Json(request.body).at("tools"), Json(R"([{"functionDeclarations":[{"name":"f","description":"d",
                     "parametersJsonSchema":{"type":"object","properties":{"a":{"type":"string"}}}},{"name":"g"}]}])"));
  EXPECT_EQ(request.dropped, Names{"tools.function.strict"});
}

TEST(GeminiToolsTest, ToolsOfOtherKindsAreRefused) {
  ExpectRefused(Asking(R"("tools":[{"type":"custom","custom":{"name":"c"}}])"),
                "tools[0].type is none that Gemini knows: it calls functions only");
  ExpectRefused(Asking(R"("tools":[{"type":"function","function":{"name":"f"}},{"type":"mcp"}])"),
                "tools[1].type is none that Gemini knows: it calls functions only");
  ExpectInvalid(Asking(R"("tools":[{"type":"function","function":{}}])"),
                "tools[0].function.name is not set");
}

json::value ChoiceFor(const std::string& choice) {
  return BodyFor(Asking(R"("tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":)" + choice))
      .at("toolConfig");
}

TEST(GeminiToolsTest, TheChoiceAmongToolsIsAMode) {
  EXPECT_EQ(ChoiceFor(R"("none")"), Json(R"({"functionCallingConfig":{"mode":"NONE"}})"));
  EXPECT_EQ(ChoiceFor(R"("auto")"), Json(R"({"functionCallingConfig":{"mode":"AUTO"}})"));
  EXPECT_EQ(ChoiceFor(R"("required")"), Json(R"({"functionCallingConfig":{"mode":"ANY"}})"));
  EXPECT_EQ(ChoiceFor(R"({"type":"function","function":{"name":"f"}})"),
            Json(R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}})"));
}

TEST(GeminiToolsTest, AChoiceWithoutToolsIsLeftOut) {
  EXPECT_FALSE(BodyFor(Asking(R"("tool_choice":"required")")).contains("toolConfig"));
}

TEST(GeminiToolsTest, OtherChoicesAreRefused) {
  const std::string tools = R"("tools":[{"type":"function","function":{"name":"f"}}],)";
  ExpectRefused(
      Asking(tools + R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}})"),
      "tool_choice.other is a choice that Gemini does not know");
  ExpectInvalid(Asking(tools + R"("tool_choice":"maybe")"), "tool_choice.mode is not none, auto or required");
  auto request = Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "hi" }
                                           tools { function { name: "f" } } tool_choice {})");
  EXPECT_EQ(EncodeGeminiRequest(request, {}).status().message(), "tool_choice has no choice");
}

TEST(GeminiToolsTest, NativeToolsTakeThePlaceOfFunctions) {
  const json::object body =
      BodyFor(Asking(R"("tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto",
                        "gemini":{"tools":[{"googleSearch":{}}],"toolConfig":{"retrievalConfig":{}}})"));
  EXPECT_EQ(body.at("tools"), Json(R"([{"googleSearch":{}}])"));
  EXPECT_EQ(body.at("toolConfig"), Json(R"({"functionCallingConfig":{"mode":"AUTO"},"retrievalConfig":{}})"));
}

TEST(GeminiToolsTest, AFunctionMayHaveMembersOfItsOwn) {
  EXPECT_EQ(
      BodyFor(Asking(R"("tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"},
                              "gemini":{"parameters":{"type":"OBJECT"}},"unknown":1}}])"))
          .at("tools"),
      Json(R"([{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}}]}])"));
  ExpectInvalid(Asking(R"("tools":[{"type":"function","function":{"name":"f","gemini":{"name":"g"}}}])"),
                "tools[0].function.extra.gemini.name has a field of its own");
}

}  // namespace
}  // namespace spillway::providers
