#include "tests/sim/gemini_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <utility>

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kFlash[] = "/v1beta/models/gemini-2.0-flash:generateContent";
constexpr char kGemini3[] = "/v1beta/models/gemini-3-flash:generateContent";
constexpr char kVertex[] =
    "/v1/projects/p/locations/global/publishers/google/models/gemini-2.0-flash:generateContent";
constexpr char kTools[] = R"("tools":[{"functionDeclarations":[
    {"name":"get_weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}},
    {"name":"get_time"}]}])";

std::string Asked(const std::string& text) {
  return R"("contents":[{"role":"user","parts":[{"text":")" + text + R"("}]}])";
}

// A conversation up to a function's response; `call` is the model's turn, `after` follows the response.
std::string Loop(const std::string& call, const std::string& response, const std::string& after = "") {
  return std::string(kTools) + R"(,"contents":[{"role":"user","parts":[{"text":"weather?"}]},
    {"role":"model","parts":[)" +
         call + R"(]},{"role":"user","parts":[)" + response + "]}" + after + "]";
}

constexpr char kCall[] = R"({"functionCall":{"name":"get_weather","args":{"city":"Rome"}}})";
constexpr char kResponse[] = R"({"functionResponse":{"name":"get_weather","response":{"sky":"blue"}}})";

class GeminiApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& members, const std::string& path = kFlash,
                    const HttpHeaders& headers = {}) {
    return MakeGeminiApi(options_)->Respond({"POST", path, headers, "{" + members + "}"}, {kNow}).http;
  }

  json::object Ask(const std::string& members, const std::string& path = kFlash) {
    const HttpResponse answer = Post(members, path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  static json::array PartsOf(const json::object& answer) {
    return answer.at("candidates").at(0).at("content").at("parts").as_array();
  }

  // The message of an INVALID_ARGUMENT.
  std::string Mistake(const std::string& members, const std::string& path = kFlash) {
    const HttpResponse answer = Post(members, path);
    EXPECT_EQ(answer.status, 400) << answer.body;
    const json::value error = json::parse(answer.body).at("error");
    EXPECT_EQ(error.at("status"), "INVALID_ARGUMENT");
    return std::string(error.at("message").as_string());
  }

  ApiOptions options_{.name = "google"};
};

TEST_F(GeminiApiTest, AnswersTheDocumentationsQuestion) {
  const json::object answer = Ask(Asked("Say this is a test!"));
  EXPECT_EQ(answer.at("candidates").at(0).at("content"),
            json::parse(R"({"parts":[{"text":"This is a test!"}],"role":"model"})"));
  EXPECT_EQ(answer.at("candidates").at(0).at("finishReason"), "STOP");
  EXPECT_EQ(answer.at("modelVersion"), "gemini-2.0-flash");
  EXPECT_EQ(answer.at("usageMetadata").at("candidatesTokenCount"), 4);
  EXPECT_FALSE(answer.at("usageMetadata").as_object().contains("thoughtsTokenCount"));
}

TEST_F(GeminiApiTest, BothSpellingsAreTakenAndNullsAreNothing) {
  const json::object answer =
      Ask(Asked("hello") + R"(,"system_instruction":{"parts":{"text":"x"}},"tools":null,
          "generation_config":{"max_output_tokens":2,"candidate_count":2})");
  EXPECT_EQ(answer.at("candidates").as_array().size(), 2u);
  EXPECT_EQ(answer.at("candidates").at(1).at("finishReason"), "MAX_TOKENS");
  EXPECT_EQ(answer.at("candidates").at(1).at("index"), 1);
}

TEST_F(GeminiApiTest, FunctionsAreCalledWhenNamedOrForced) {
  const json::object named = Ask(Asked("get_weather, get_time") + "," + kTools);
  EXPECT_EQ(named.at("candidates").at(0).at("finishReason"), "STOP");
  EXPECT_EQ(PartsOf(named), json::parse(R"([{"functionCall":{"name":"get_weather","args":{"city":"example"}}},
                                            {"functionCall":{"name":"get_time","args":{}}}])"));
  const auto forced = [&](const std::string& config) {
    const json::array parts = PartsOf(
        Ask(Asked("hi") + "," + kTools + R"(,"toolConfig":{"functionCallingConfig":)" + config + "}"));
    const json::object* call = parts.at(0).as_object().if_contains("functionCall") != nullptr
                                   ? &parts.at(0).at("functionCall").as_object()
                                   : nullptr;
    return call == nullptr ? std::string("text") : std::string(call->at("name").as_string());
  };
  EXPECT_EQ(forced(R"({"mode":"ANY"})"), "get_weather");
  EXPECT_EQ(forced(R"({"mode":"ANY","allowedFunctionNames":["get_time"]})"), "get_time");
  EXPECT_EQ(forced(R"({"mode":"NONE"})"), "text");
}

TEST_F(GeminiApiTest, ASchemaIsAnsweredWithAValueThatFits) {
  const auto text = [&](const std::string& schema) {
    const std::string config =
        R"(,"generationConfig":{"responseMimeType":"application/json",)" + schema + "}";
    return std::string(PartsOf(Ask(Asked("hi") + config)).at(0).at("text").as_string());
  };
  EXPECT_EQ(text(R"("responseJsonSchema":{"type":"object","additionalProperties":false,
                    "properties":{"age":{"type":"integer"}}})"),
            R"({"age":1})");
  EXPECT_EQ(text(R"("responseSchema":{"type":"OBJECT","properties":{"age":{"type":"INTEGER"}}})"),
            R"({"age":1})");
  EXPECT_EQ(text(R"("seed":1)"), R"({"answer":"google heard: hi"})");
}

TEST_F(GeminiApiTest, Gemini3SignsItsCallsAndWantsTheSignatureBackInTheLoop) {
  const json::array parts = PartsOf(Ask(Asked("get_weather, get_time") + "," + kTools, kGemini3));
  EXPECT_TRUE(parts.at(0).as_object().contains("thoughtSignature"));
  EXPECT_FALSE(parts.at(1).as_object().contains("thoughtSignature"));
  EXPECT_TRUE(parts.at(0).at("functionCall").as_object().contains("id"));

  const std::string call = json::serialize(parts.at(0));
  const json::object answer = Ask(Loop(call, kResponse), kGemini3);
  EXPECT_TRUE(PartsOf(answer).at(0).as_object().contains("thoughtSignature"));
  EXPECT_GT(answer.at("usageMetadata").at("thoughtsTokenCount").as_int64(), 0);
  EXPECT_THAT(Mistake(Loop(kCall, kResponse), kGemini3), HasSubstr("missing a thought_signature"));
  Ask(Loop(kCall, kResponse));
  Ask(Loop(kCall, kResponse,
           R"(,{"role":"model","parts":[{"text":"ok"}]},{"role":"user","parts":[{"text":"thanks"}]})"),
      kGemini3);
}

TEST_F(GeminiApiTest, ASignatureIsOfItsOwnPartOrTheDocumentedDummy) {
  const json::array parts = PartsOf(Ask(Asked("get_time") + "," + kTools, kGemini3));
  const std::string others(parts.at(0).at("thoughtSignature").as_string());
  const auto call = [](const std::string& signature) {
    return R"({"functionCall":{"name":"get_weather"},"thoughtSignature":")" + signature + R"("})";
  };
  EXPECT_EQ(Mistake(Loop(call(others), kResponse), kGemini3), "Corrupted thought signature.");
  EXPECT_EQ(Mistake(Loop(call("abc"), kResponse), kGemini3), "Corrupted thought signature.");
  Ask(Loop(call("skip_thought_signature_validator"), kResponse), kGemini3);
}

TEST_F(GeminiApiTest, EveryCallHasItsResponseByNameInTheNextTurn) {
  EXPECT_EQ(PartsOf(Ask(Loop(kCall, kResponse))).at(0).at("text"), "google heard: weather?");
  EXPECT_THAT(Mistake(Loop(kCall, R"({"text":"x"})")), HasSubstr("number of function response parts"));
  EXPECT_THAT(Mistake(Loop(kCall, R"({"functionResponse":{"name":"get_time","response":{}}})")),
              HasSubstr("does not match a function call"));
  EXPECT_THAT(Mistake(Loop(kCall, R"({"functionResponse":{"name":"get_weather","response":"x"}})")),
              HasSubstr("google.protobuf.Struct"));
  EXPECT_THAT(Mistake(Loop(kCall, R"({"functionResponse":{"response":{}}})")),
              HasSubstr("Name cannot be empty"));
  const std::string twice = std::string(kCall) + "," + kCall;
  EXPECT_THAT(Mistake(Loop(twice, kResponse)), HasSubstr("number of function response parts"));
  Ask(Loop(twice, std::string(kResponse) + "," + kResponse));
}

TEST_F(GeminiApiTest, TheRequestIsCheckedFieldByField) {
  EXPECT_THAT(Mistake(R"("contents":[])"), HasSubstr("contents is not specified"));
  EXPECT_THAT(Mistake(R"("contents":[{"role":"assistant","parts":[{"text":"x"}]}])"),
              HasSubstr("valid role: user, model"));
  EXPECT_THAT(Mistake(R"("contents":[{"role":"user","parts":[]}])"), HasSubstr("must not be empty"));
  EXPECT_THAT(Mistake(R"("contents":[{"role":"user","parts":[{}]}])"), HasSubstr("one initialized field"));
  EXPECT_THAT(Mistake(R"("contents":[{"role":"user","parts":[{"functionCall":{"name":"f"}}]}])"),
              HasSubstr("turns of role model"));
  const std::pair<const char*, const char*> cases[] = {
      {R"("messages":[])", "Unknown name \"messages\": Cannot find field."},
      {R"("generationConfig":{"maxTokens":1})", "Unknown name \"maxTokens\" at 'generation_config'"},
      {R"("generationConfig":{"temperature":2.1})", "must be in the range [0, 2]"},
      {R"("generationConfig":{"seed":1.5})", "(TYPE_INT32)"},
      {R"("generationConfig":{"stopSequences":["1","2","3","4","5","6"]})", "at most 5"},
      {R"("generationConfig":{"responseJsonSchema":{}})", "needs `application/json`"},
      {R"("generationConfig":{"thinkingConfig":{"thinkingBudget":1,"thinkingLevel":"low"}})", "only set one"},
      {R"("tools":[{"functionDeclarations":[{"name":"1f"}]}])", "Invalid function name"},
      {R"("tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","additionalProperties":false}}]}])",
       "Unknown name \"additionalProperties\""},
      {R"("toolConfig":{"functionCallingConfig":{"mode":"ANY"}})", "without function_declarations"},
      {R"("toolConfig":{"functionCallingConfig":{"mode":"any"}})", "function_calling_config.mode"},
  };
  for (const auto& [members, message] : cases) {
    EXPECT_THAT(Mistake(Asked("hi") + "," + members), HasSubstr(message)) << members;
  }
}

TEST_F(GeminiApiTest, TheUrlNamesTheModel) {
  options_.models = {"gemini-2.0-flash"};
  const auto api = MakeGeminiApi(options_);
  for (const char* path :
       {kFlash, kVertex, "/v1/publishers/google/models/gemini-2.0-flash:generateContent"}) {
    EXPECT_TRUE(api->IsChat({"POST", path})) << path;
    EXPECT_EQ(Post(Asked("hi"), path).status, 200) << path;
  }
  EXPECT_EQ(Post(Asked("hi"), kGemini3).status, 404);
  EXPECT_THAT(Post(Asked("hi"), kGemini3).body, HasSubstr("models/gemini-3-flash is not found"));
  for (const char* path : {"/v1beta/models/gemini-2.0-flash:countTokens", "/models/x:generateContent",
                           "/v1/projects/p/publishers/google/models/x:generateContent", "/v1beta/models/x"}) {
    EXPECT_FALSE(api->IsChat({"POST", path})) << path;
    EXPECT_THAT(Post(Asked("hi"), path).body, HasSubstr("<!DOCTYPE html>"));
  }
}

TEST_F(GeminiApiTest, AKeyIsForTheStudioAndATokenForVertex) {
  options_.api_key = "right";
  const auto status = [&](const std::string& path, const HttpHeaders& headers) {
    return Post(Asked("hi"), path, headers).status;
  };
  EXPECT_EQ(status(kFlash, {{"x-goog-api-key", "right"}}), 200);
  EXPECT_EQ(status(std::string(kFlash) + "?key=right", {}), 200);
  EXPECT_EQ(status(kFlash, {{"authorization", "Bearer right"}}), 200);
  EXPECT_EQ(status(kVertex, {{"authorization", "Bearer right"}}), 200);
  EXPECT_EQ(status(kFlash, {}), 403);
  EXPECT_EQ(status(kVertex, {{"x-goog-api-key", "right"}}), 401);
  const HttpResponse wrong = Post(Asked("hi"), kFlash, {{"x-goog-api-key", "wrong"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr(R"("reason":"API_KEY_INVALID")"));
}

}  // namespace
}  // namespace spillway::sim
