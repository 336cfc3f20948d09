#include "providers/openai_chunk_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "providers/codec.h"
#include "providers/openai_error_body.h"
#include "tests/providers/openai_schema.h"
#include "tests/providers/stream_of.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;

const AnswerIdentity kIdentity{"chatcmpl-1", 7, "gpt"};

StreamEnding Ending(const std::vector<std::string>& finishes, const std::string& usage = "") {
  StreamEnding ending;
  for (const std::string& finish : finishes) ending.finishes.push_back(Proto<v1::Finish>(finish));
  if (!usage.empty()) ending.usage = Proto<v1::Usage>(usage);
  return ending;
}

std::string Encode(const std::vector<std::string>& deltas, const StreamEnding& ending,
                   bool include_usage = true) {
  const OpenAiChunkEncoder encoder(kIdentity, include_usage);
  std::string out;
  for (const std::string& delta : deltas) encoder.AppendDelta(Proto<v1::Delta>(delta), out);
  encoder.AppendEnding(ending, out);
  return out;
}

// The chunks of a stream that ends as it should; each fits the schema and has the one identity.
std::vector<json::value> ChunksOf(std::string stream) {
  std::vector<json::value> chunks;
  constexpr std::string_view kDone = "data: [DONE]\n\n";
  EXPECT_TRUE(stream.ends_with(kDone)) << stream;
  stream.resize(stream.size() - kDone.size());
  while (!stream.empty()) {
    EXPECT_TRUE(stream.starts_with("data: ")) << stream;
    const std::size_t end = stream.find("\n\n");
    const json::value chunk = json::parse(stream.substr(6, end - 6));
    EXPECT_THAT(OpenAiSchema::OfChunk(chunk), IsEmpty()) << chunk;
    EXPECT_EQ(chunk.at("id"), "chatcmpl-1");
    EXPECT_EQ(chunk.at("created"), 7);
    EXPECT_EQ(chunk.at("model"), "gpt");
    chunks.push_back(chunk);
    stream.erase(0, end + 2);
  }
  return chunks;
}

json::value DeltaOf(const std::string& delta) {
  return ChunksOf(Encode({delta}, Ending({"finish_reason: 'stop'"}))).at(0).at("choices").at(0).at("delta");
}

TEST(OpenAiChunkEncoderTest, AStreamIsWrittenToTheLetter) {
  EXPECT_EQ(
      Encode({"role: ROLE_ASSISTANT content: 'He'", "content: 'y\\n'"}, Ending({"finish_reason: 'stop'"}),
             false),
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"gpt","choices":[{"index":0,)"
      R"("delta":{"role":"assistant","content":"He"},"logprobs":null,"finish_reason":null}]})"
      "\n\n"
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"gpt","choices":[{"index":0,)"
      R"("delta":{"content":"y\n"},"logprobs":null,"finish_reason":null}]})"
      "\n\n"
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"gpt","choices":[{"index":0,)"
      R"("delta":{},"logprobs":null,"finish_reason":"stop"}]})"
      "\n\n"
      "data: [DONE]\n\n");
}

TEST(OpenAiChunkEncoderTest, UsageComesLastAndIsNullBeforeIfItWasAskedFor) {
  const StreamEnding ending =
      Ending({"finish_reason: 'stop'"}, "prompt_tokens: 2 completion_tokens: 1 total_tokens: 3");
  const auto chunks = ChunksOf(Encode({"content: 'a'"}, ending));
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_TRUE(chunks[0].at("usage").is_null());
  EXPECT_TRUE(chunks[1].at("usage").is_null());
  EXPECT_EQ(chunks[2].at("choices"), json::array());
  EXPECT_EQ(chunks[2].at("usage").at("total_tokens"), 3);
  for (const auto& chunk : ChunksOf(Encode({"content: 'a'"}, ending, false))) {
    EXPECT_FALSE(chunk.as_object().contains("usage"));
  }
}

TEST(OpenAiChunkEncoderTest, NoUsageIsNoChunk) {
  EXPECT_EQ(ChunksOf(Encode({"content: 'a'"}, Ending({"finish_reason: 'stop'"}))).size(), 2u);
}

TEST(OpenAiChunkEncoderTest, WhatIsKnownAtTheEndComesWithIt) {
  const auto chunks = ChunksOf(Encode({"content: 'a'"}, Ending({R"pb(
                                                                  finish_reason: "length"
                                                                  service_tier: "flex"
                                                                  system_fingerprint: "fp"
                                                                  extra {
                                                                    fields {
                                                                      key: "s"
                                                                      value { number_value: 1 }
                                                                    }
                                                                    fields {
                                                                      key: "delta"
                                                                      value { number_value: 1 }
                                                                    }
                                                                  }
                                                                )pb",
                                                                R"pb(
                                                                  choice_index: 1
                                                                  finish_reason: "stop"
                                                                  service_tier: "flex"
                                                                  system_fingerprint: "fp"
                                                                  response_extra {
                                                                    fields {
                                                                      key: "c"
                                                                      value { string_value: "u" }
                                                                    }
                                                                    fields {
                                                                      key: "id"
                                                                      value { number_value: 1 }
                                                                    }
                                                                  })pb"})));
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[1].at("choices").at(0), json::parse(R"({"index":0,"delta":{},"logprobs":null,
                                                          "finish_reason":"length","s":1})"));
  EXPECT_EQ(chunks[1].at("service_tier"), "flex");
  EXPECT_FALSE(chunks[1].as_object().contains("c"));
  EXPECT_EQ(chunks[2].at("choices").at(0).at("index"), 1);
  EXPECT_EQ(chunks[2].at("system_fingerprint"), "fp");
  EXPECT_EQ(chunks[2].at("c"), "u");
}

TEST(OpenAiChunkEncoderTest, APieceOfACallSaysOnlyWhatIsNew) {
  EXPECT_EQ(DeltaOf("tool_calls { index: 1 id: 'c' function { name: 'f' } }"),
            json::parse(R"({"tool_calls":[{"index":1,"id":"c","type":"function",
                            "function":{"name":"f","arguments":""}}]})"));
  EXPECT_EQ(DeltaOf("tool_calls { index: 1 function { arguments: '{}' } }"),
            json::parse(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"));
  EXPECT_EQ(DeltaOf("tool_calls { id: 'c' custom { name: 'f' input: 'i' } }"),
            json::parse(R"({"tool_calls":[{"index":0,"id":"c","type":"custom",
                            "custom":{"name":"f","input":"i"}}]})"));
  EXPECT_EQ(DeltaOf("function_call { arguments: '{}' }"),
            json::parse(R"({"function_call":{"arguments":"{}"}})"));
}

TEST(OpenAiChunkEncoderTest, EveryFieldAndEveryExtraComesBack) {
  const std::vector<std::string> deltas = {
      R"pb(role: ROLE_ASSISTANT
           reasoning_content: "hm"
           audio {
             fields {
               key: "id"
               value { string_value: "a" }
             }
           }
           extra {
             fields {
               key: "anthropic"
               value {
                 struct_value {
                   fields {
                     key: "s"
                     value { string_value: "x" }
                   }
                 }
               }
             }
           })pb",
      R"pb(content: "a"
           refusal: "no"
           logprobs { content { token: "a" logprob: -0.5 bytes: "a" } }
           annotations {
             fields {
               key: "u"
               value { string_value: "v" }
             }
           })pb",
      R"pb(tool_calls {
             id: "c"
             type: "function"
             function { name: "f" }
             extra {
               fields {
                 key: "function"
                 value {
                   struct_value {
                     fields {
                       key: "x"
                       value { number_value: 1 }
                     }
                   }
                 }
               }
             }
           }
           function_call { name: "g" })pb",
      R"pb(tool_calls { function { arguments: "{}" } }
           function_call { arguments: "{}" }
           extra {
             fields {
               key: "seen"
               value { number_value: 2 }
             }
           })pb",
      "choice_index: 1 role: ROLE_ASSISTANT content: 'b'"};
  const StreamEnding ending = Ending({R"pb(finish_reason: "tool_calls"
                                           id: "chatcmpl-1"
                                           created: 7
                                           model: "gpt"
                                           service_tier: "flex"
                                           extra {
                                             fields {
                                               key: "e"
                                               value { number_value: 1 }
                                             }
                                           })pb",
                                      R"pb(choice_index: 1
                                           finish_reason: "stop"
                                           id: "chatcmpl-1"
                                           created: 7
                                           model: "gpt"
                                           service_tier: "flex"
                                           response_extra {
                                             fields {
                                               key: "r"
                                               value { number_value: 1 }
                                             }
                                           })pb"},
                                     "prompt_tokens: 2 completion_tokens: 1 total_tokens: 3");
  AnswerAssembler assembler;
  for (const std::string& delta : deltas) assembler.Add(Proto<v1::Delta>(delta));
  const v1::ChatResponse expected = assembler.Take(ending);
  const Streamed read = StreamOf(*MakeCodec(v1::API_OPENAI, {}), Encode(deltas, ending), 2);
  ASSERT_TRUE(read.complete()) << read.failure.message;
  EXPECT_TRUE(SameProto(read.answer, expected.DebugString()));
  EXPECT_EQ(read.deltas.size(), deltas.size());
}

TEST(OpenAiChunkEncoderTest, AnAnswerThatCameWholeIsAStreamToo) {
  std::vector<v1::Delta> deltas;
  const auto answer = Proto<v1::ChatResponse>(R"pb(
    id: "chatcmpl-1"
    created: 7
    model: "gpt"
    choices {
      message {
        role: ROLE_ASSISTANT
        content: "a"
        name: "n"
        tool_calls {
          id: "c"
          type: "function"
          function { name: "f" arguments: "{}" }
        }
      }
      finish_reason: "tool_calls"
    }
    usage { prompt_tokens: 1 total_tokens: 1 })pb");
  const StreamEnding ending = TakeApart(answer, deltas);
  const OpenAiChunkEncoder encoder(kIdentity, true);
  std::string stream;
  for (const v1::Delta& delta : deltas) encoder.AppendDelta(delta, stream);
  encoder.AppendEnding(ending, stream);
  EXPECT_TRUE(SameProto(StreamOf(*MakeCodec(v1::API_OPENAI, {}), stream).answer, answer.DebugString()));
}

TEST(OpenAiChunkEncoderTest, AnErrorIsAnEventAndNoEnd) {
  const OpenAiChunkEncoder encoder(kIdentity, false);
  std::string stream;
  encoder.AppendDelta(Proto<v1::Delta>("role: ROLE_ASSISTANT content: 'a'"), stream);
  const std::size_t before = stream.size();
  OpenAiChunkEncoder::AppendError(EncodeOpenAiError({"gone", "server_error", "", "stalled"}), stream);
  EXPECT_EQ(
      stream.substr(before),
      "data: "
      "{\"error\":{\"message\":\"gone\",\"type\":\"server_error\",\"param\":null,\"code\":\"stalled\"}}\n\n");
  const Streamed read = StreamOf(*MakeCodec(v1::API_OPENAI, {}), stream);
  EXPECT_TRUE(read.failed());
  EXPECT_EQ(read.failure.message, "gone");
}

}  // namespace
}  // namespace spillway::providers
