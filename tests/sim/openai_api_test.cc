#include "tests/sim/openai_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>

#include "tests/sim/raw_client.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};

class OpenAiApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& body, const HttpHeaders& headers = {},
                    const std::string& path = "/v1/chat/completions") {
    return MakeOpenAiApi(options_)->Respond({"POST", path, headers, body}, {kNow}).http;
  }

  json::object Ask(const std::string& body) {
    const HttpResponse answer = Post(body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  // "status param code", or the message where `param` and `code` are null.
  std::string Mistake(const std::string& body) {
    const HttpResponse answer = Post(body);
    const json::object error = json::parse(answer.body).as_object().at("error").as_object();
    EXPECT_EQ(error.at("type"), "invalid_request_error");
    const auto text = [&](const char* key) {
      return error.at(key).is_null() ? std::string("null") : std::string(error.at(key).as_string());
    };
    return std::to_string(answer.status) + " " + text("param") + " " + text("code");
  }

  static std::string TextOf(const json::object& completion) {
    return std::string(completion.at("choices").at(0).at("message").at("content").as_string());
  }

  ApiOptions options_{.name = "primary"};
};

TEST_F(OpenAiApiTest, AnswersTheDocumentationsQuestion) {
  const json::object completion = Ask(ChatBody("Say this is a test!"));
  EXPECT_EQ(TextOf(completion), "This is a test!");
  EXPECT_EQ(completion.at("object"), "chat.completion");
  EXPECT_EQ(completion.at("created"), 1'700'000'000);
  EXPECT_EQ(completion.at("model"), "gpt-4o");
  EXPECT_EQ(completion.at("service_tier"), "default");
  EXPECT_THAT(std::string(completion.at("id").as_string()), StartsWith("chatcmpl-"));
  const json::value& choice = completion.at("choices").at(0);
  EXPECT_EQ(choice.at("finish_reason"), "stop");
  EXPECT_EQ(choice.at("message").at("role"), "assistant");
  EXPECT_TRUE(choice.at("logprobs").is_null());
  const json::value& usage = completion.at("usage");
  EXPECT_GT(usage.at("prompt_tokens").as_int64(), 0);
  EXPECT_EQ(usage.at("total_tokens").as_int64(),
            usage.at("prompt_tokens").as_int64() + usage.at("completion_tokens").as_int64());
}

TEST_F(OpenAiApiTest, OtherQuestionsAreEchoedByName) {
  EXPECT_EQ(TextOf(Ask(ChatBody("What is the time?"))), "primary heard: What is the time?");
}

TEST_F(OpenAiApiTest, HeadersAreLikeOpenAis) {
  const HttpResponse answer = Post(ChatBody("hi"));
  ASSERT_NE(FindHeader(answer.headers, "x-request-id"), nullptr);
  EXPECT_THAT(*FindHeader(answer.headers, "x-request-id"), StartsWith("req_"));
  EXPECT_NE(FindHeader(answer.headers, "openai-processing-ms"), nullptr);
  EXPECT_NE(FindHeader(answer.headers, "x-ratelimit-remaining-tokens"), nullptr);
}

TEST_F(OpenAiApiTest, AliasNamesTheModelInTheAnswer) {
  options_.aliases["gpt-4o"] = "gpt-4o-2024-08-06";
  EXPECT_EQ(Ask(ChatBody("hi")).at("model"), "gpt-4o-2024-08-06");
}

TEST_F(OpenAiApiTest, NGivesThatManyChoices) {
  const json::object completion = Ask(R"({"model":"m","n":3,"messages":[{"role":"user","content":"hi"}]})");
  ASSERT_EQ(completion.at("choices").as_array().size(), 3u);
  EXPECT_EQ(completion.at("choices").at(2).at("index"), 2);
}

TEST_F(OpenAiApiTest, AShortLimitCutsTheAnswer) {
  const json::object completion =
      Ask(R"({"model":"m","max_tokens":2,"messages":[{"role":"user","content":"Say this is a test!"}]})");
  EXPECT_EQ(TextOf(completion), "This is ");
  EXPECT_EQ(completion.at("choices").at(0).at("finish_reason"), "length");
  EXPECT_EQ(completion.at("usage").at("completion_tokens"), 2);
}

TEST_F(OpenAiApiTest, LogprobsCoverTheText) {
  const json::object completion = Ask(
      R"({"model":"m","logprobs":true,"top_logprobs":1,"messages":[{"role":"user","content":"Say this is a test!"}]})");
  const json::array& tokens = completion.at("choices").at(0).at("logprobs").at("content").as_array();
  std::string text;
  for (const json::value& token : tokens) text += std::string(token.at("token").as_string());
  EXPECT_EQ(text, "This is a test!");
  EXPECT_EQ(tokens[0].at("top_logprobs").as_array().size(), 1u);
}

constexpr char kTools[] = R"("tools":[
  {"type":"function","function":{"name":"get_weather","parameters":
    {"type":"object","properties":{"city":{"type":"string"}}}}},
  {"type":"function","function":{"name":"get_time"}}])";

json::object CallAt(const json::object& completion, std::size_t index) {
  return completion.at("choices").at(0).at("message").at("tool_calls").at(index).as_object();
}

TEST_F(OpenAiApiTest, RequiredToolsAreCalled) {
  const json::object completion = Ask(std::string(R"({"model":"m","tool_choice":"required",)") + kTools +
                                      R"(,"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(completion.at("choices").at(0).at("finish_reason"), "tool_calls");
  EXPECT_TRUE(completion.at("choices").at(0).at("message").at("content").is_null());
  const json::object call = CallAt(completion, 0);
  EXPECT_EQ(call.at("type"), "function");
  EXPECT_EQ(call.at("function").at("name"), "get_weather");
  EXPECT_EQ(call.at("function").at("arguments"), R"({"city":"example"})");
  EXPECT_THAT(std::string(call.at("id").as_string()), StartsWith("call_"));
}

TEST_F(OpenAiApiTest, ANamedToolIsCalledAndTheFinishIsStop) {
  const json::object completion =
      Ask(std::string(R"({"model":"m","tool_choice":{"type":"function","function":{"name":"get_time"}},)") +
          kTools + R"(,"messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(CallAt(completion, 0).at("function").at("name"), "get_time");
  EXPECT_EQ(completion.at("choices").at(0).at("finish_reason"), "stop");
}

TEST_F(OpenAiApiTest, AutoCallsTheToolsTheUserNames) {
  const std::string head = std::string(R"({"model":"m",)") + kTools;
  const json::object both =
      Ask(head + R"(,"messages":[{"role":"user","content":"use get_time and get_weather"}]})");
  EXPECT_EQ(both.at("choices").at(0).at("message").at("tool_calls").as_array().size(), 2u);
  const json::object one = Ask(
      head +
      R"(,"parallel_tool_calls":false,"messages":[{"role":"user","content":"get_time and get_weather"}]})");
  EXPECT_EQ(one.at("choices").at(0).at("message").at("tool_calls").as_array().size(), 1u);
  const json::object none = Ask(head + R"(,"messages":[{"role":"user","content":"hello"}]})");
  EXPECT_EQ(TextOf(none), "primary heard: hello");
  const json::object after = Ask(head + R"(,"messages":[{"role":"user","content":"get_time"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"get_time","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"c","content":"noon"}]})");
  EXPECT_EQ(TextOf(after), "primary heard: get_time");
}

TEST_F(OpenAiApiTest, StructuredAnswersAreJson) {
  const json::object schema =
      Ask(R"({"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":
    {"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}})");
  EXPECT_EQ(TextOf(schema), R"({"ok":true})");
  const json::object object = Ask(
      R"({"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_object"}})");
  EXPECT_EQ(json::parse(TextOf(object)).at("answer"), "primary heard: hi");
}

TEST_F(OpenAiApiTest, MistakesAreFoundAsOpenAiFindsThem) {
  EXPECT_EQ(Mistake("{"), "400 null null");
  EXPECT_EQ(Mistake(R"({"messages":[{"role":"user","content":"x"}]})"), "400 null null");
  EXPECT_EQ(Mistake(R"({"model":7,"messages":[]})"), "400 model invalid_type");
  EXPECT_EQ(Mistake(R"({"model":"m"})"), "400 messages missing_required_parameter");
  EXPECT_EQ(Mistake(R"({"model":"m","messages":[]})"), "400 messages empty_array");
  EXPECT_EQ(Mistake(R"({"model":"m","messages":"hi"})"), "400 messages invalid_type");
  EXPECT_EQ(Mistake(R"({"model":"m","messages":[{"role":"wizard","content":"x"}]})"),
            "400 messages[0].role invalid_value");
  EXPECT_EQ(Mistake(R"({"model":"m","messages":[{"role":"user"}]})"),
            "400 messages[0].content missing_required_parameter");
  EXPECT_EQ(Mistake(R"({"model":"m","messages":[{"role":"user","content":5}]})"),
            "400 messages[0].content invalid_type");
  EXPECT_EQ(Mistake(R"({"model":"m","messages":[{"role":"tool","content":"x"}]})"),
            "400 messages[0].tool_call_id missing_required_parameter");
}

std::string With(const std::string& field) {
  return R"({"model":"m","messages":[{"role":"user","content":"x"}],)" + field + "}";
}

TEST_F(OpenAiApiTest, MistakesInOptionsAreFound) {
  EXPECT_EQ(Mistake(With(R"("temperature":3)")), "400 temperature decimal_above_max_value");
  EXPECT_EQ(Mistake(With(R"("temperature":"hot")")), "400 temperature invalid_type");
  EXPECT_EQ(Mistake(With(R"("n":0)")), "400 n integer_below_min_value");
  EXPECT_EQ(Mistake(With(R"("max_tokens":1.5)")), "400 max_tokens invalid_type");
  EXPECT_EQ(Mistake(With(R"("tools":[])")), "400 tools empty_array");
  EXPECT_EQ(Mistake(With(R"("tool_choice":"auto")")), "400 tool_choice null");
  EXPECT_EQ(Mistake(With(R"("tools":[{"type":"function"}])")),
            "400 tools[0].function missing_required_parameter");
  EXPECT_EQ(
      Mistake(With(std::string(kTools) + R"(,"tool_choice":{"type":"function","function":{"name":"nope"}})")),
      "400 tool_choice null");
  EXPECT_EQ(Mistake(With(R"("response_format":{"type":"xml"})")), "400 response_format.type invalid_value");
  EXPECT_EQ(Mistake(With(R"("stream":1)")), "400 stream invalid_type");
  EXPECT_EQ(Mistake(With(R"("stream_options":{"include_usage":true})")), "400 stream_options null");
  EXPECT_EQ(Mistake(With(R"("stream":false,"stream_options":{})")), "400 stream_options null");
  EXPECT_EQ(Mistake(With(R"("stream":true,"stream_options":[])")), "400 stream_options invalid_type");
  EXPECT_EQ(Mistake(With(R"("stream":true,"stream_options":{"include_usage":1})")),
            "400 stream_options.include_usage invalid_type");
  EXPECT_EQ(Mistake(With(R"("stream":true,"stream_options":{"usage":true})")),
            "400 stream_options.usage unknown_parameter");
}

TEST_F(OpenAiApiTest, UnknownModelIsA404OnlyIfModelsAreNamed) {
  EXPECT_EQ(Post(ChatBody("hi", "anything")).status, 200);
  options_.models = {"gpt-4o"};
  EXPECT_EQ(Post(ChatBody("hi", "gpt-4o")).status, 200);
  EXPECT_EQ(Mistake(ChatBody("hi", "gpt-5")), "404 null model_not_found");
}

TEST_F(OpenAiApiTest, WrongKeyIsEchoedMaskedAndShortOnesInFull) {
  options_.api_key = "sk-right";
  EXPECT_EQ(Post(ChatBody("hi"), {{"authorization", "Bearer sk-right"}}).status, 200);
  EXPECT_EQ(Post(ChatBody("hi"), {{"api-key", "sk-right"}}).status, 401);
  const HttpResponse masked = Post(ChatBody("hi"), {{"authorization", "Bearer invalid-key-0123456789"}});
  EXPECT_EQ(masked.status, 401);
  EXPECT_THAT(masked.body, HasSubstr("Incorrect API key provided: invalid-**********6789."));
  EXPECT_THAT(masked.body, HasSubstr(R"("code":"invalid_api_key")"));
  EXPECT_THAT(Post(ChatBody("hi"), {{"authorization", "Bearer sk-fake"}}).body,
              HasSubstr("provided: sk-fake."));
  EXPECT_EQ(Post(ChatBody("hi")).status, 401);
}

TEST_F(OpenAiApiTest, ModelsAreListed) {
  options_.models = {"a", "b"};
  const auto api = MakeOpenAiApi(options_);
  const json::value list = json::parse(api->Respond({"GET", "/v1/models"}, {kNow}).http.body);
  EXPECT_EQ(list.at("object"), "list");
  EXPECT_EQ(list.at("data").at(1).at("id"), "b");
  EXPECT_EQ(api->Respond({"GET", "/v1/models/a"}, {kNow}).http.status, 200);
  EXPECT_EQ(api->Respond({"GET", "/v1/models/c"}, {kNow}).http.status, 404);
}

TEST_F(OpenAiApiTest, ChatIsAPostToAnyCompletionsPathOrAConfiguredOne) {
  options_.paths = {"/custom/generate"};
  const auto api = MakeOpenAiApi(options_);
  for (const char* path :
       {"/v1/chat/completions", "/openai/deployments/x/chat/completions?api-version=2024-10-21",
        "/v1/engines/mini/completions", "/custom/generate"}) {
    EXPECT_TRUE(api->IsChat({"POST", path})) << path;
  }
  EXPECT_FALSE(api->IsChat({"GET", "/v1/chat/completions"}));
  EXPECT_FALSE(api->IsChat({"POST", "/v1/embeddings"}));
  EXPECT_EQ(api->Respond({"GET", "/v1/chat/completions"}, {kNow}).http.status, 405);
  EXPECT_EQ(api->Respond({"POST", "/v1/embeddings"}, {kNow}).http.status, 404);
}

struct Preset {
  const char* fault;
  int status;
  const char* in_body;
};

class PresetTest : public ::testing::TestWithParam<Preset> {};

TEST_P(PresetTest, HasItsStatusAndItsWords) {
  const auto api = MakeOpenAiApi({.name = "p"});
  const HttpResponse answer =
      api->Fail(ParseScript(GetParam().fault).Next(),
                {"POST", "/v1/chat/completions", {{"authorization", "Bearer sk-short"}}, ChatBody("hi")})
          .http;
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_THAT(answer.body, HasSubstr(GetParam().in_body));
}

INSTANTIATE_TEST_SUITE_P(
    All, PresetTest,
    ::testing::Values(
        Preset{"rate_limited", 429, R"("type":"requests","param":null,"code":"rate_limit_exceeded")"},
        Preset{"rate_limited:retry_after=7", 429, "Please try again in 7s."},
        Preset{"quota", 429, R"("type":"insufficient_quota")"},
        Preset{"overloaded", 503, R"("type":"server_error")"},
        Preset{"overloaded_529", 529, R"("message":"Overloaded")"},
        Preset{"server_error", 500, R"("type":"server_error")"}, Preset{"bad_gateway", 502, "<html>"},
        Preset{"model_not_found", 404, "The model `gpt-4o` does not exist"},
        Preset{"model_not_found_400", 400, R"("param":"model","code":"model_not_found")"},
        Preset{"context_length", 400, R"("code":"context_length_exceeded")"},
        Preset{"content_filter", 400, R"("code":"content_filter")"},
        Preset{"invalid_request", 400, R"("code":"unsupported_parameter")"},
        Preset{"invalid_key", 401, "provided: sk-short."}, Preset{"permission", 403, "does not have access"},
        Preset{"error_in_200", 200, R"({"error":)"}),
    [](const auto& info) {
      const std::string name = info.param.fault;
      return name.find(':') == std::string::npos ? name : name.substr(0, name.find(':')) + "_with_a_time";
    });

}  // namespace
}  // namespace spillway::sim
