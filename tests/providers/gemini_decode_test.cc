// Gemini's answers.
#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"
#include "tests/providers/gemini_encoding.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

Decoded Decode(const std::string& body, int status = 200) {
  return MakeCodec(v1::API_GEMINI, {})->Decode({.status = status, .headers = {}, .body = body}, {});
}

v1::ChatResponse Answer(const std::string& body) {
  const Decoded decoded = Decode(body);
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) ADD_FAILURE() << std::get<router::FailedAttempt>(decoded).message << body;
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

std::string Candidate(const std::string& parts, const std::string& rest = R"("finishReason":"STOP")") {
  return R"({"responseId":"r","candidates":[{"content":{"role":"model","parts":)" + parts + "}," + rest +
         "}]}";
}

// The one choice of an answer of these parts.
v1::Choice Choice(const std::string& parts, const std::string& rest = R"("finishReason":"STOP")") {
  const v1::ChatResponse answer = Answer(Candidate(parts, rest));
  return answer.choices_size() == 1 ? answer.choices(0) : v1::Choice();
}

TEST(GeminiDecodeTest, AnAnswerIsReadWhole) {
  EXPECT_TRUE(SameProto(Answer(R"({
      "candidates":[{"content":{"parts":[{"text":"Hel"},{"text":"lo"}],"role":"model"},"finishReason":"STOP","index":0,
                     "safetyRatings":[{"category":"C"}]}],
      "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5,"serviceTier":"standard"},
      "modelVersion":"gemini-x-001","responseId":"id","createTime":"2026-08-19T14:38:51.607308Z","new":1})"),
                        R"pb(
                          id: "id"
                          model: "gemini-x-001"
                          created: 1787150331
                          service_tier: "standard"
                          choices {
                            index: 0
                            message { role: ROLE_ASSISTANT content: "Hello" }
                            finish_reason: "stop"
                            extra {
                              fields {
                                key: "native_finish_reason"
                                value { string_value: "STOP" }
                              }
                              fields {
                                key: "safetyRatings"
                                value {
                                  list_value {
                                    values {
                                      struct_value {
                                        fields {
                                          key: "category"
                                          value { string_value: "C" }
                                        }
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                          usage { prompt_tokens: 3 completion_tokens: 2 total_tokens: 5 }
                          extra {
                            fields {
                              key: "new"
                              value { number_value: 1 }
                            }
                          }
                        )pb"));
}

TEST(GeminiDecodeTest, ThoughtsAreReasoningAndNoAnswer) {
  const v1::Message message =
      Choice(R"([{"text":"let ","thought":true},{"text":"me","thought":true},{"text":"Red"}])").message();
  EXPECT_EQ(message.reasoning_content(), "let me");
  EXPECT_EQ(message.content(), "Red");
  EXPECT_FALSE(message.has_extra());
}

TEST(GeminiDecodeTest, CandidatesAreChoices) {
  const v1::ChatResponse answer = Answer(R"({"candidates":[
      {"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1},
      {"content":{"parts":[{"text":"c"}]},"finishReason":"STOP"},
      {"content":{"parts":[{"text":"d"}]},"finishReason":"STOP","index":-5}]})");
  ASSERT_EQ(answer.choices_size(), 3);
  EXPECT_EQ(answer.choices(0).index(), 1);
  EXPECT_EQ(answer.choices(0).finish_reason(), "length");
  EXPECT_EQ(answer.choices(1).index(), 1);
  EXPECT_EQ(answer.choices(2).index(), 2);
}

TEST(GeminiDecodeTest, UsageIsInOpenAisArithmetic) {
  EXPECT_TRUE(SameProto(Answer(R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],
      "usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"toolUsePromptTokenCount":7,
      "candidatesTokenCount":10,"thoughtsTokenCount":20,"totalTokenCount":137,"trafficType":"ON_DEMAND"}})")
                            .usage(),
                        R"pb(
                          prompt_tokens: 107
                          completion_tokens: 30
                          total_tokens: 137
                          cached_tokens: 40
                          reasoning_tokens: 20
                          extra {
                            fields {
                              key: "toolUsePromptTokenCount"
                              value { number_value: 7 }
                            }
                            fields {
                              key: "trafficType"
                              value { string_value: "ON_DEMAND" }
                            }
                          }
                        )pb"));
}

TEST(GeminiDecodeTest, FiguresThatAreNoneAreKeptAndNotCounted) {
  const v1::Usage usage =
      Answer(R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],
      "usageMetadata":{"promptTokenCount":-1,"candidatesTokenCount":1e300,"thoughtsTokenCount":"9",
      "cachedContentTokenCount":99999999999999999999,"totalTokenCount":5}})")
          .usage();
  EXPECT_EQ(usage.prompt_tokens(), 0);
  EXPECT_EQ(usage.completion_tokens(), 0);
  EXPECT_EQ(usage.total_tokens(), 0);
  EXPECT_EQ(usage.extra().fields().size(), 5u);
  EXPECT_EQ(usage.extra().fields().at("totalTokenCount").number_value(), 5);
}

TEST(GeminiDecodeTest, LogprobsAreReadByToken) {
  const v1::Logprobs logprobs = Choice(R"([{"text":"x"}])", R"("finishReason":"STOP","logprobsResult":{
      "chosenCandidates":[{"token":"x","logProbability":-0.5}],
      "topCandidates":[{"candidates":[{"token":"x","logProbability":-0.5},{"token":"y","logProbability":-2}]}],
      "logProbabilitySum":-0.5})")
                                    .logprobs();
  EXPECT_TRUE(SameProto(logprobs, R"pb(
    content {
      token: "x"
      logprob: -0.5
      top_logprobs { token: "x" logprob: -0.5 }
      top_logprobs { token: "y" logprob: -2 }
    }
    extra {
      fields {
        key: "logProbabilitySum"
        value { number_value: -0.5 }
      }
    }
  )pb"));
}

TEST(GeminiDecodeTest, LogprobsThatSayMoreAreKeptWhole) {
  const auto extra = [](const std::string& result) {
    return Choice(R"([{"text":"x"}])", R"("finishReason":"STOP","logprobsResult":)" + result)
        .logprobs()
        .extra();
  };
  EXPECT_TRUE(
      extra(R"({"chosenCandidates":[{"token":"x","tokenId":7}]})").fields().contains("chosenCandidates"));
  EXPECT_TRUE(extra(R"({"chosenCandidates":5})").fields().contains("chosenCandidates"));
  EXPECT_TRUE(extra(R"({"chosenCandidates":[5]})").fields().contains("chosenCandidates"));
  EXPECT_TRUE(extra(R"({"topCandidates":[{"candidates":[]}]})").fields().contains("topCandidates"));
  EXPECT_TRUE(extra(R"({"topCandidates":5})").fields().contains("topCandidates"));
  EXPECT_TRUE(extra(R"({"chosenCandidates":[{"token":"x"}],"topCandidates":[5]})")
                  .fields()
                  .contains("topCandidates"));
}

TEST(GeminiDecodeTest, TheEndOfACandidateIsTranslated) {
  const auto finish = [](const std::string& reason) {
    return Choice(R"([{"text":"x"}])", R"("finishReason":)" + reason).finish_reason();
  };
  EXPECT_EQ(finish(R"("STOP")"), "stop");
  EXPECT_EQ(finish(R"("MAX_TOKENS")"), "length");
  for (const char* word : {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
                           "IMAGE_SAFETY", "MODEL_ARMOR"}) {
    EXPECT_EQ(finish('"' + std::string(word) + '"'), "content_filter") << word;
  }
  EXPECT_EQ(finish(R"("OTHER")"), "stop");
  EXPECT_EQ(finish("1"), "stop");
  EXPECT_EQ(finish("2"), "length");
  EXPECT_EQ(finish("3"), "content_filter");
  EXPECT_EQ(finish("77"), "stop");
  EXPECT_EQ(finish("null"), "stop");
}

TEST(GeminiDecodeTest, ACandidateWithoutPartsIsAnAnswerWhereItSaysWhy) {
  for (const char* content : {"{}", R"({"role":"model"})", R"({"parts":null})"}) {
    const v1::ChatResponse answer = Answer(R"({"candidates":[{"content":)" + std::string(content) +
                                           R"(,"finishReason":"MAX_TOKENS","finishMessage":"m"}]})");
    EXPECT_EQ(answer.choices(0).finish_reason(), "length");
    EXPECT_FALSE(answer.choices(0).message().has_content());
    EXPECT_EQ(answer.choices(0).extra().fields().at("finishMessage").string_value(), "m");
  }
  EXPECT_EQ(Answer(R"({"candidates":[{"finishReason":"SAFETY"}]})").choices(0).finish_reason(),
            "content_filter");
}

TEST(GeminiDecodeTest, MembersOfTheWrongTypeAreKept) {
  const v1::ChatResponse answer = Answer(R"({"candidates":[{"content":{"parts":[{"text":"x"}],"new":1},
      "finishReason":"STOP","logprobsResult":5}],"responseId":5,"modelVersion":null,"createTime":"yesterday",
      "usageMetadata":5,"promptFeedback":{"safetyRatings":[]}})");
  EXPECT_EQ(answer.extra().fields().size(), 5u);
  EXPECT_EQ(answer.created(), 0);
  EXPECT_TRUE(answer.choices(0).extra().fields().contains("logprobsResult"));
  EXPECT_EQ(answer.choices(0)
                .message()
                .extra()
                .fields()
                .at("gemini")
                .struct_value()
                .fields()
                .at("new")
                .number_value(),
            1);
}

}  // namespace
}  // namespace spillway::providers
