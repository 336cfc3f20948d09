#include "providers/answer_assembler.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

v1::ChatResponse Assembled(const std::vector<std::string>& deltas, StreamEnding ending) {
  AnswerAssembler assembler;
  for (const std::string& delta : deltas) assembler.Add(Proto<v1::Delta>(delta));
  return assembler.Take(std::move(ending));
}

StreamEnding Stop(const std::string& more = "") {
  return {.usage = {}, .finishes = {Proto<v1::Finish>("finish_reason: 'stop' " + more)}};
}

TEST(AnswerAssemblerTest, TextsAreJoinedAndListsAppended) {
  EXPECT_TRUE(SameProto(
      Assembled({"role: ROLE_ASSISTANT reasoning_content: 'h'", "reasoning_content: 'm' content: 'Hel'",
                 "content: 'lo' refusal: 'n' logprobs { content { token: 'lo' } }",
                 "refusal: 'o' logprobs { content { token: '.' } refusal { token: 'n' } }",
                 "annotations { fields { key: 'a' value { number_value: 1 } } }",
                 "annotations { fields { key: 'b' value { number_value: 2 } } }"},
                Stop("id: 'i' created: 7 model: 'm' service_tier: 's' system_fingerprint: 'f' "
                     "extra { fields { key: 'x' value { bool_value: true } } } "
                     "response_extra { fields { key: 'y' value { bool_value: true } } }")),
      R"(id: "i" created: 7 model: "m" service_tier: "s" system_fingerprint: "f"
         extra { fields { key: "y" value { bool_value: true } } }
         choices { finish_reason: "stop" extra { fields { key: "x" value { bool_value: true } } }
           logprobs { content { token: "lo" } content { token: "." } refusal { token: "n" } }
           message { role: ROLE_ASSISTANT reasoning_content: "hm" content: "Hello" refusal: "no"
             annotations { fields { key: "a" value { number_value: 1 } } }
             annotations { fields { key: "b" value { number_value: 2 } } } } })"));
}

TEST(AnswerAssemblerTest, PiecesOfACallAreJoinedByItsIndex) {
  EXPECT_TRUE(SameProto(
      Assembled({"tool_calls { index: 0 id: 'a' type: 'function' function { name: 'f' arguments: '{' } }",
                 "tool_calls { index: 1 id: 'b' custom { name: 'g' input: 'x' } }",
                 "tool_calls { index: 0 function { arguments: '}' } } "
                 "tool_calls { index: 1 custom { input: 'y' } "
                 "  extra { fields { key: 'e' value { number_value: 1 } } } }",
                 "function_call { name: 'old' arguments: '[' }", "function_call { arguments: ']' }"},
                Stop()),
      R"(choices { finish_reason: "stop" message { role: ROLE_ASSISTANT
           tool_calls { id: "a" type: "function" function { name: "f" arguments: "{}" } }
           tool_calls { id: "b" custom { name: "g" input: "xy" }
             extra { fields { key: "e" value { number_value: 1 } } } }
           function_call { name: "old" arguments: "[]" } } })"));
}

TEST(AnswerAssemblerTest, OfAudioTheDataAndTheTranscriptAreJoined) {
  EXPECT_TRUE(SameProto(Assembled({"audio { fields { key: 'id' value { string_value: 'a1' } } }",
                                   "audio { fields { key: 'data' value { string_value: 'QU' } } "
                                   "        fields { key: 'transcript' value { string_value: 'o' } } }",
                                   "audio { fields { key: 'data' value { string_value: 'JD' } } "
                                   "        fields { key: 'transcript' value { string_value: 'h' } } "
                                   "        fields { key: 'id' value { string_value: 'a1' } } }"},
                                  Stop()),
                        R"(choices { finish_reason: "stop" message { role: ROLE_ASSISTANT audio {
           fields { key: "id" value { string_value: "a1" } }
           fields { key: "data" value { string_value: "QUJD" } }
           fields { key: "transcript" value { string_value: "oh" } } } } })"));
}

TEST(AnswerAssemblerTest, OfExtraListsAreAppendedObjectsMergedAndTheRestReplaced) {
  EXPECT_TRUE(SameProto(
      Assembled({"extra { fields { key: 'o' value { struct_value { "
                 "    fields { key: 'l' value { list_value { values { number_value: 1 } } } } "
                 "    fields { key: 's' value { string_value: 'a' } } } } } }",
                 "extra { fields { key: 'o' value { struct_value { "
                 "    fields { key: 'l' value { list_value { values { number_value: 2 } } } } "
                 "    fields { key: 's' value { string_value: 'b' } } } } } }"},
                Stop()),
      R"(choices { finish_reason: "stop" message { role: ROLE_ASSISTANT extra { fields { key: "o" value {
           struct_value {
             fields { key: "l" value { list_value { values { number_value: 1 } values { number_value: 2 } } } }
             fields { key: "s" value { string_value: "b" } } } } } } } })"));
}

TEST(AnswerAssemblerTest, ChoicesComeInTheOrderOfTheirFinishes) {
  StreamEnding ending{.usage = Proto<v1::Usage>("prompt_tokens: 1"),
                      .finishes = {Proto<v1::Finish>("choice_index: 0 finish_reason: 'stop'"),
                                   Proto<v1::Finish>("choice_index: 1 finish_reason: 'length'")}};
  EXPECT_TRUE(
      SameProto(Assembled({"choice_index: 1 content: 'b'", "content: 'a'", "choice_index: 1 content: 'B'"},
                          std::move(ending)),
                R"(usage { prompt_tokens: 1 }
         choices { finish_reason: "stop" message { role: ROLE_ASSISTANT content: "a" } }
         choices { index: 1 finish_reason: "length" message { role: ROLE_ASSISTANT content: "bB" } })"));
}

TEST(AnswerAssemblerTest, WhatIsClearedIsGone) {
  AnswerAssembler assembler;
  assembler.Add(Proto<v1::Delta>("content: 'void' tool_calls { id: 'a' }"));
  assembler.Clear();
  assembler.Add(Proto<v1::Delta>("content: 'new'"));
  EXPECT_TRUE(
      SameProto(assembler.Take(Stop()),
                R"(choices { finish_reason: "stop" message { role: ROLE_ASSISTANT content: "new" } })"));
}

TEST(AnswerAssemblerTest, AnEndingWithoutFinishesHasNoAnswer) {
  EXPECT_TRUE(SameProto(Assembled({"content: 'x'"}, {}), ""));
}

// Answers with something in every field there is.
const char* const kAnswers[] = {
    R"({"id":"i","object":"chat.completion","created":7,"model":"m","service_tier":"default","provider":"p",
        "system_fingerprint":"fp","choices":[{"index":0,"finish_reason":"stop","native":"x","message":
        {"role":"assistant","content":"","refusal":"no","reasoning_content":"hm","name":"n","tool_call_id":"t",
        "annotations":[{"type":"url"}],"audio":{"id":"a","data":"QQ=="},"list":[1,[2]],"o":{"p":null}},
        "logprobs":{"content":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[]}],"x":[1]}}],
        "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.5}})",
    R"({"id":"i","choices":[{"index":1,"finish_reason":"tool_calls","message":{"content":null,"tool_calls":[
        {"id":"a","type":"function","function":{"name":"f","arguments":"{}","x":1},"y":2},
        {"type":"custom","custom":{"name":"g","input":"i"}},{"id":"c"}]}},
        {"index":0,"message":{"function_call":{"name":"f","arguments":""}}},
        {"index":2,"finish_reason":"content_filter"},{"index":3,"finish_reason":"eos","message":{"content":"x"}}]})",
};

TEST(AnswerAssemblerTest, ADecodedAnswerTakenApartAndPutTogetherIsTheSame) {
  for (const v1::Api api : {v1::API_OPENAI, v1::API_MISTRAL}) {
    for (const char* body : kAnswers) {
      const Decoded decoded = MakeCodec(api, {})->Decode({200, {}, body}, {});
      ASSERT_TRUE(std::holds_alternative<v1::ChatResponse>(decoded))
          << std::get<router::FailedAttempt>(decoded).message;
      const auto& answer = std::get<v1::ChatResponse>(decoded);
      std::vector<v1::Delta> deltas;
      StreamEnding ending = TakeApart(answer, deltas);
      ASSERT_EQ(deltas.size(), static_cast<std::size_t>(answer.choices_size()));
      AnswerAssembler assembler;
      for (const v1::Delta& delta : deltas) {
        EXPECT_EQ(delta.role(), v1::ROLE_ASSISTANT);
        assembler.Add(delta);
      }
      EXPECT_TRUE(SameProto(assembler.Take(std::move(ending)), answer.DebugString()));
    }
  }
}

TEST(CarriesTokenTest, OnlyWhatTheModelSaysIsAToken) {
  for (const char* token :
       {"content: 'a'", "refusal: 'a'", "reasoning_content: 'a'", "tool_calls { id: 'a' }",
        "function_call {}", "audio { fields { key: 'data' value { string_value: 'QQ' } } }",
        "audio { fields { key: 'transcript' value { string_value: 'a' } } }"}) {
    EXPECT_TRUE(CarriesToken(Proto<v1::Delta>(token))) << token;
  }
  for (const char* remark : {"role: ROLE_ASSISTANT", "content: ''", "choice_index: 1", "annotations {}",
                             "extra { fields { key: 'data' value { string_value: 'a' } } }", "logprobs {}",
                             "audio { fields { key: 'id' value { string_value: 'a' } } }"}) {
    EXPECT_FALSE(CarriesToken(Proto<v1::Delta>(remark))) << remark;
  }
}

}  // namespace
}  // namespace spillway::providers
