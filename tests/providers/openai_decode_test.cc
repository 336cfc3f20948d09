#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

Decoded Decode(std::string body, int status = 200, HttpHeaders headers = {}) {
  const auto codec = MakeCodec(v1::API_OPENAI, {});
  return codec->Decode({.status = status, .headers = std::move(headers), .body = std::move(body)}, {});
}

v1::ChatResponse Answer(std::string body) {
  const Decoded decoded = Decode(std::move(body));
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) ADD_FAILURE() << std::get<router::FailedAttempt>(decoded).message;
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

router::FailedAttempt Failed(std::string body, int status = 200, HttpHeaders headers = {}) {
  const Decoded decoded = Decode(std::move(body), status, std::move(headers));
  const auto* failed = std::get_if<router::FailedAttempt>(&decoded);
  if (failed == nullptr) ADD_FAILURE() << std::get<v1::ChatResponse>(decoded).DebugString();
  return failed == nullptr ? router::FailedAttempt() : *failed;
}

std::string OfChoice(const std::string& choice) { return R"({"choices":[)" + choice + "]}"; }

// The one choice of an answer with `message` and `rest`.
v1::Choice Choice(const std::string& message, const std::string& rest = R"("finish_reason":"stop")") {
  const auto answer = Answer(OfChoice(R"({"message":)" + message + "," + rest + "}"));
  return answer.choices_size() == 1 ? answer.choices(0) : v1::Choice();
}

v1::Message Message(const std::string& message) { return Choice(message).message(); }

TEST(OpenAiDecodeTest, AnAnswerIsTheAssistantsWhateverItClaims) {
  for (const char* role : {"developer", "user", "tool", "model"}) {
    const auto message = Message(std::string(R"({"content":"hi","role":")") + role + R"("})");
    EXPECT_EQ(message.role(), v1::ROLE_ASSISTANT) << role;
    EXPECT_EQ(message.extra().fields().at("role").string_value(), role) << "the word is not lost";
  }
  EXPECT_FALSE(Message(R"({"content":"hi","role":""})").has_extra());
}

TEST(OpenAiDecodeTest, ACallWithoutAnIdGetsOneThatItsResultCanName) {
  constexpr char kCalls[] =
      R"({"tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"id":"own","function":{"name":"f"}},)"
      R"({"id":"","function":{"name":"f","arguments":"{}"}}]})";
  const std::string choices = R"("choices":[{"message":)" + std::string(kCalls) + "}]}";
  const auto ids = [&](const std::string& id) {
    const v1::ChatResponse answer = Answer(R"({"id":")" + id + "\"," + choices);
    std::vector<std::string> out;
    for (const v1::ToolCall& call : answer.choices(0).message().tool_calls()) out.push_back(call.id());
    return out;
  };
  const auto first = ids("a");
  EXPECT_EQ(first[1], "own");
  EXPECT_EQ(first[0].size(), std::string("call_0123456789abcdef").size());
  EXPECT_NE(first[0], first[2]);
  EXPECT_EQ(ids("a"), first);
  EXPECT_NE(ids("b")[0], first[0]) << "another turn's";
}

TEST(OpenAiDecodeTest, AWholeAnswer) {
  EXPECT_TRUE(SameProto(
      Answer(
          R"({"id":"c1","object":"chat.completion","created":1700000000,"model":"m-1","service_tier":"default",)"
          R"("system_fingerprint":"fp","choices":[{"index":0,"message":{"role":"assistant","content":"hi",)"
          R"("refusal":null,"annotations":[{"type":"t"}]},"logprobs":null,"finish_reason":"stop"}],)"
          R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"x_vendor":{"a":[1]}})"),
      R"(id: "c1" created: 1700000000 model: "m-1" service_tier: "default" system_fingerprint: "fp"
         choices { message { role: ROLE_ASSISTANT content: "hi"
                             annotations { fields { key: "type" value { string_value: "t" } } } }
                   finish_reason: "stop" }
         usage { prompt_tokens: 1 completion_tokens: 2 total_tokens: 3 }
         extra { fields { key: "x_vendor" value { struct_value { fields { key: "a" value {
           list_value { values { number_value: 1 } } } } } } } })"));
}

TEST(OpenAiDecodeTest, TheLeastAnswer) {
  EXPECT_TRUE(
      SameProto(Answer(OfChoice(R"({"message":{"content":"hi"}})")),
                R"(choices { message { role: ROLE_ASSISTANT content: "hi" } finish_reason: "stop" })"));
}

TEST(OpenAiDecodeTest, EnvelopeFieldsOfOtherTypesStayInExtra) {
  const auto answer = Answer(R"({"id":7,"created":"then","model":null,"usage":null,"service_tier":[],)"
                             R"("choices":[{"message":{"content":"x"}}],"error":null,"object":3})");
  EXPECT_EQ(answer.id(), "");
  EXPECT_FALSE(answer.has_usage());
  EXPECT_EQ(answer.extra().fields().at("id").number_value(), 7);
  EXPECT_EQ(answer.extra().fields().at("created").string_value(), "then");
  EXPECT_TRUE(answer.extra().fields().contains("service_tier"));
  EXPECT_TRUE(answer.extra().fields().contains("object"));
  EXPECT_TRUE(answer.extra().fields().at("error").has_null_value());
  EXPECT_FALSE(answer.extra().fields().contains("model"));
}

TEST(OpenAiDecodeTest, CreatedMayBeAFraction) {
  EXPECT_EQ(Answer(R"({"created":1700000000.75,"choices":[{"message":{"content":"x"}}]})").created(),
            1700000000);
}

TEST(OpenAiDecodeTest, ToolCallsOfEveryKind) {
  v1::Message message = Message(
      R"({"content":null,"tool_calls":[)"
      R"({"id":"a","type":"function","index":0,"function":{"name":"f","arguments":"{\"x\""}},)"
      R"({"type":"function","function":{"name":"g","arguments":{"b":1}}},)"
      R"({"id":null,"function":{"name":"h","arguments":null,"strict":true}},)"
      R"({"id":"c","type":"custom","custom":{"name":"i","input":"j","k":1},"function":{"name":"","arguments":""}},)"
      R"({"id":"d","type":"function","custom":{"name":"","input":""},"function":{"name":"l","arguments":""}}]})");
  // Made up, since there was none: see ACallWithoutAnIdGetsOneThatItsResultCanName.
  for (const int unnamed : {1, 2}) message.mutable_tool_calls(unnamed)->clear_id();
  EXPECT_TRUE(SameProto(message, R"(role: ROLE_ASSISTANT
         tool_calls { id: "a" type: "function" function { name: "f" arguments: "{\"x\"" }
                      extra { fields { key: "index" value { number_value: 0 } } } }
         tool_calls { type: "function" function { name: "g" arguments: "{\"b\":1}" } }
         tool_calls { function { name: "h" } extra { fields { key: "function" value { struct_value {
                        fields { key: "strict" value { bool_value: true } } } } } } }
         tool_calls { id: "c" type: "custom" custom { name: "i" input: "j" } extra { fields { key: "custom" value {
                        struct_value { fields { key: "k" value { number_value: 1 } } } } } } }
         tool_calls { id: "d" type: "function" function { name: "l" } })"));
}

TEST(OpenAiDecodeTest, LegacyFunctionCalls) {
  EXPECT_TRUE(SameProto(Choice(R"({"function_call":{"name":"f","arguments":"{}","z":1}})"),
                        R"(message { role: ROLE_ASSISTANT function_call { name: "f" arguments: "{}" }
                             extra { fields { key: "function_call" value { struct_value {
                               fields { key: "z" value { number_value: 1 } } } } } } }
                           finish_reason: "function_call"
                           extra { fields { key: "native_finish_reason" value { string_value: "stop" } } })"));
  EXPECT_FALSE(Message(R"({"content":"x","function_call":{"name":"","arguments":""}})").has_function_call());
}

TEST(OpenAiDecodeTest, LogprobsWithBytes) {
  EXPECT_TRUE(SameProto(
      Choice(
          R"({"content":"x"})",
          R"("logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[195,164],"top_logprobs":[)"
          R"({"token":"b","logprob":-1,"bytes":null}]}],"refusal":[{"token":"r","logprob":-2,"bytes":[]}]})")
          .logprobs(),
      R"(content { token: "a" logprob: -0.5 bytes: "\303\244" top_logprobs { token: "b" logprob: -1 } }
         refusal { token: "r" logprob: -2 bytes: "" })"));
}

TEST(OpenAiDecodeTest, LogprobsThatDoNotFitAreKeptAsTheyCame) {
  const auto logprobs =
      Choice(
          R"({"content":"x"})",
          R"("logprobs":{"content":[{"token":"a","logprob":null,"bytes":[300],"id":5},7],"refusal":{},"tokens":["a"]})")
          .logprobs();
  EXPECT_EQ(logprobs.content(0).token(), "a");
  EXPECT_EQ(logprobs.extra().fields().at("content").list_value().values_size(), 2);
  EXPECT_TRUE(logprobs.extra().fields().contains("refusal"));
  EXPECT_TRUE(logprobs.extra().fields().contains("tokens"));
  EXPECT_TRUE(Choice(R"({"content":"x"})", R"("logprobs":[1])").extra().fields().contains("logprobs"));
  EXPECT_TRUE(Choice(R"({"content":"x"})", R"("logprobs":{"content":[{"token":"a","bytes":"YQ=="}]})")
                  .logprobs()
                  .extra()
                  .fields()
                  .contains("content"));
}

TEST(OpenAiDecodeTest, ChoicesKeepTheirIndex) {
  const auto answer =
      Answer(OfChoice(R"({"message":{"content":"a"},"index":1},{"message":{"content":"b"}},)"
                      R"({"message":{"content":"c"},"index":null},{"message":{"content":"d"},"index":-4})"));
  EXPECT_EQ(answer.choices(0).index(), 1);
  EXPECT_EQ(answer.choices(1).index(), 1);
  EXPECT_EQ(answer.choices(2).index(), 2);
  EXPECT_EQ(answer.choices(3).index(), 3);
  EXPECT_EQ(answer.choices(3).extra().fields().at("index").number_value(), -4);
}

TEST(OpenAiDecodeTest, ForeignFinishReasonsAreTranslatedAndKept) {
  const auto eos = Choice(R"({"content":"x"})", R"("finish_reason":"eos","seed":1)");
  EXPECT_EQ(eos.finish_reason(), "stop");
  EXPECT_EQ(eos.extra().fields().at("native_finish_reason").string_value(), "eos");
  EXPECT_EQ(eos.extra().fields().at("seed").number_value(), 1);
  const auto native = Choice(R"({"content":"x"})", R"("finish_reason":"eos","native_finish_reason":"EOS")");
  EXPECT_EQ(native.extra().fields().at("native_finish_reason").string_value(), "EOS");
  const auto tools = Choice(R"({"tool_calls":[{"function":{"name":"f"}}]})", R"("finish_reason":"stop")");
  EXPECT_EQ(tools.finish_reason(), "tool_calls");
  EXPECT_EQ(Choice(R"({"tool_calls":[{"function":{"name":"f"}}]})", R"("finish_reason":"")").finish_reason(),
            "tool_calls");
  EXPECT_EQ(
      Choice(R"({"tool_calls":[{"function":{"name":"f"}}]})", R"("finish_reason":"length")").finish_reason(),
      "length");
}

TEST(OpenAiDecodeTest, AnAnswerThatEndedInAnErrorIsNone) {
  const auto failed = Failed(OfChoice(R"({"message":{"content":"half"},"finish_reason":"error"})"));
  EXPECT_EQ(failed.failure, Failure::kServerError);
  EXPECT_EQ(failed.provider_code, "error");
  EXPECT_EQ(failed.http_status, 200);
  EXPECT_EQ(Failed(OfChoice(R"({"message":{},"finish_reason":"insufficient_system_resource"})")).failure,
            Failure::kOverloaded);
}

TEST(OpenAiDecodeTest, AFilteredChoiceNeedsNoMessage) {
  const auto answer = Answer(OfChoice(R"({"finish_reason":"content_filter","content_filter_results":{}})"));
  EXPECT_EQ(answer.choices(0).finish_reason(), "content_filter");
  EXPECT_EQ(answer.choices(0).message().role(), v1::ROLE_ASSISTANT);
}

TEST(OpenAiDecodeTest, WhatIsNoAnswerIsMalformed) {
  for (const char* body : {"",
                           "   ",
                           "<html>oops</html>",
                           "[]",
                           "\"text\"",
                           "null",
                           "{}",
                           R"({"choices":[]})",
                           R"({"choices":null})",
                           R"({"choices":{}})",
                           R"({"choices":["x"]})",
                           R"({"choices":[{}]})",
                           R"({"choices":[{"finish_reason":"stop"}]})",
                           R"({"choices":[{"message":{}}]})",
                           R"({"choices":[{"message":{"content":""},"finish_reason":null}]})",
                           R"({"choices":[{"message":{"content":7},"finish_reason":"stop"}]})",
                           R"({"choices":[{"message":"x","finish_reason":"stop"}]})",
                           R"({"choices":[{"text":"x","finish_reason":"stop"}]})",
                           "{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}",
                           R"({"choices":[{"message":{"content":"x"}}]} trailing)",
                           "data: {\"choices\":[]}\n\n"}) {
    const auto failed = Failed(body);
    EXPECT_EQ(failed.failure, Failure::kMalformed) << body;
    EXPECT_EQ(failed.http_status, 200);
    EXPECT_FALSE(failed.message.empty());
  }
}

TEST(OpenAiDecodeTest, EveryBeginningOfAnAnswerIsTruncated) {
  const std::string whole = R"({"choices":[{"message":{"content":"hällo"},"finish_reason":"stop"}]})";
  ASSERT_EQ(Answer(whole).choices(0).message().content(), "hällo");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(Failed(whole.substr(0, size)).failure, Failure::kTruncated) << size;
  }
}

// An answer with `depth` objects inside one another at its top level.
std::string Nested(std::size_t depth) {
  std::string body = R"({"choices":[{"message":{"content":"x"}}],"x":)";
  for (std::size_t i = 1; i < depth; ++i) body += R"({"x":)";
  return body + "1" + std::string(depth, '}');
}

TEST(OpenAiDecodeTest, NestingEndsWhereOthersCouldNotReadTheMessage) {
  const auto answer = Answer(Nested(32));
  v1::ChatResponse read;
  EXPECT_TRUE(read.ParseFromString(answer.SerializeAsString()));
  EXPECT_EQ(Failed(Nested(33)).failure, Failure::kMalformed);
  EXPECT_EQ(Failed(Nested(100000)).failure, Failure::kMalformed);
}

TEST(OpenAiDecodeTest, AnErrorUnderStatus200IsThatError) {
  EXPECT_EQ(Failed(R"({"error":{"message":"busy","code":429}})").failure, Failure::kRateLimited);
  EXPECT_EQ(Failed(R"({"error":"broken","choices":[{"message":{"content":"half"}}]})").failure,
            Failure::kServerError);
  EXPECT_EQ(Failed(R"({"choices":[],"error":{"message":"m","code":503}})").failure, Failure::kOverloaded);
  EXPECT_EQ(Failed(R"({"object":"error","message":"m","code":400})").failure, Failure::kInvalidRequest);
  EXPECT_EQ(Failed(R"({"detail":"no"})").failure, Failure::kServerError);
  EXPECT_EQ(
      Failed(OfChoice(
                 R"({"message":{"content":"half"},"finish_reason":null,"error":{"message":"m","code":502}})"))
          .failure,
      Failure::kServerError);
  const auto busy = Failed(R"({"error":{"message":"busy","code":429}})");
  EXPECT_EQ(busy.http_status, 200);
  EXPECT_EQ(busy.message, "busy");
}

TEST(OpenAiDecodeTest, AnEmptyErrorIsNone) {
  for (const char* error : {"null", "\"\"", "{}", "false"}) {
    EXPECT_EQ(Answer(R"({"error":)" + std::string(error) + R"(,"choices":[{"message":{"content":"x"}}]})")
                  .choices_size(),
              1);
  }
}

TEST(OpenAiDecodeTest, RetryAfterIsReadOnFailuresOnly) {
  const HttpHeaders headers = {{"retry-after", "2"}};
  EXPECT_TRUE(std::holds_alternative<v1::ChatResponse>(
      Decode(OfChoice(R"({"message":{"content":"x"}})"), 200, headers)));
  EXPECT_EQ(Failed("", 503, headers).retry_after, std::chrono::seconds(2));
}

TEST(OpenAiDecodeTest, OtherStatusesAreFailures) {
  EXPECT_EQ(Failed("", 301).failure, Failure::kMalformed);
  EXPECT_EQ(Failed("", 204).failure, Failure::kMalformed);
  EXPECT_EQ(Failed(R"({"error":{"message":"m"}})", 500).failure, Failure::kServerError);
}

TEST(OpenAiDecodeTest, TheContentTypeHelpsToSeeWhatCame) {
  EXPECT_EQ(Failed("<html>", 200, {{"content-type", "text/html"}}).message,
            "the answer is not JSON: syntax error (content-type text/html)");
}

}  // namespace
}  // namespace spillway::providers
