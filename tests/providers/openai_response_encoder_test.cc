#include "providers/openai_response_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>

#include "providers/codec.h"
#include "tests/providers/openai_said.h"
#include "tests/providers/openai_schema.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;

const AnswerIdentity kFallback{"chatcmpl-1", 1767225600, "gpt"};

// The body, which always fits the schema.
std::string Encode(const v1::ChatResponse& response) {
  const std::string body = EncodeOpenAiResponse(response, kFallback);
  EXPECT_THAT(OpenAiSchema::OfCompletion(json::parse(body)), IsEmpty()) << body;
  return body;
}

std::string Encode(const std::string& text) { return Encode(Proto<v1::ChatResponse>(text)); }

// Of an answer with one choice: its message.
json::object MessageOf(const std::string& message) {
  const std::string body =
      Encode("choices { message { role: ROLE_ASSISTANT " + message + " } finish_reason: 'stop' }");
  return json::parse(body).at("choices").at(0).at("message").as_object();
}

// Writes, reads and compares with what can be said.
void ExpectSameReadAgain(const std::string& text) {
  const auto answer = Proto<v1::ChatResponse>(text);
  const auto decoded = MakeCodec(v1::API_OPENAI, {})->Decode({200, {}, Encode(answer)}, {});
  const auto* again = std::get_if<v1::ChatResponse>(&decoded);
  ASSERT_NE(again, nullptr) << std::get<router::FailedAttempt>(decoded).message;
  EXPECT_TRUE(SameProto(*again, text));
}

TEST(OpenAiResponseEncoderTest, ATextIsWrittenToTheLetter) {
  EXPECT_EQ(
      Encode(
          R"pb(
            id: "chatcmpl-9"
            created: 7
            model: "m"
            service_tier: "default"
            system_fingerprint: "fp"
            choices {
              message { role: ROLE_ASSISTANT content: "Hi \"you\"\n" }
              finish_reason: "stop"
            }
            usage {
              prompt_tokens: 5
              completion_tokens: 3
              total_tokens: 8
              cached_tokens: 2
              reasoning_tokens: 1
            })pb"),
      R"({"id":"chatcmpl-9","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"Hi \"you\"\n","refusal":null},"logprobs":null,)"
      R"("finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,)"
      R"("prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}},)"
      R"("service_tier":"default","system_fingerprint":"fp"})");
}

TEST(OpenAiResponseEncoderTest, WhatTheProviderDidNotNameIsTheFallbacks) {
  const json::value body =
      json::parse(Encode("choices { message { role: ROLE_ASSISTANT content: 'a' } finish_reason: 'stop' }"));
  EXPECT_EQ(body.at("id"), "chatcmpl-1");
  EXPECT_EQ(body.at("created"), 1767225600);
  EXPECT_EQ(body.at("model"), "gpt");
  EXPECT_FALSE(body.as_object().contains("usage"));
  EXPECT_FALSE(body.as_object().contains("service_tier"));
}

TEST(OpenAiResponseEncoderTest, EveryFieldAndEveryExtraComesBack) {
  ExpectSameReadAgain(R"pb(
    id: "i"
    created: 1
    model: "m"
    service_tier: "flex"
    system_fingerprint: "fp"
    choices {
      index: 1
      finish_reason: "tool_calls"
      message {
        role: ROLE_ASSISTANT
        content: ""
        refusal: "no"
        reasoning_content: "hm"
        name: "n"
        tool_call_id: "t"
        annotations {
          fields {
            key: "type"
            value { string_value: "url_citation" }
          }
        }
        audio {
          fields {
            key: "id"
            value { string_value: "a" }
          }
        }
        function_call { name: "f" arguments: "{" }
        tool_calls {
          id: "c"
          type: "function"
          function { name: "f" arguments: "{}" }
          extra {
            fields {
              key: "index"
              value { number_value: 0 }
            }
            fields {
              key: "function"
              value {
                struct_value {
                  fields {
                    key: "x"
                    value { bool_value: true }
                  }
                }
              }
            }
          }
        }
        tool_calls {
          id: "d"
          type: "custom"
          custom { name: "g" input: "i" }
        }
        extra {
          fields {
            key: "reasoning"
            value { string_value: "other" }
          }
          fields {
            key: "anthropic"
            value {
              struct_value {
                fields {
                  key: "s"
                  value { null_value: NULL_VALUE }
                }
              }
            }
          }
          fields {
            key: "function_call"
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
      logprobs {
        content {
          token: "a"
          logprob: -0.5
          bytes: "\xff"
          top_logprobs { token: "b" logprob: -1 }
        }
        extra {
          fields {
            key: "tokens"
            value { list_value {} }
          }
        }
      }
      extra {
        fields {
          key: "native_finish_reason"
          value { string_value: "tool_use" }
        }
      }
    }
    usage {
      prompt_tokens: 5
      completion_tokens: 2
      total_tokens: 7
      cached_tokens: 1
      reasoning_tokens: 2
      extra {
        fields {
          key: "total_tokens"
          value { number_value: 12 }
        }
        fields {
          key: "cost"
          value { number_value: 0.01 }
        }
        fields {
          key: "cached_tokens"
          value { number_value: 3 }
        }
        fields {
          key: "prompt_tokens_details"
          value {
            struct_value {
              fields {
                key: "audio_tokens"
                value { number_value: 4 }
              }
            }
          }
        }
        fields {
          key: "output_tokens_details"
          value {
            struct_value {
              fields {
                key: "x"
                value { number_value: 6 }
              }
            }
          }
        }
      }
    }
    extra {
      fields {
        key: "citations"
        value { list_value { values { string_value: "u" } } }
      }
    })pb");
}

TEST(OpenAiResponseEncoderTest, ATurnThatOnlyCallsHasANullContent) {
  const json::object message = MessageOf("tool_calls { id: 'c' function { name: 'f' } }");
  EXPECT_TRUE(message.at("content").is_null());
  EXPECT_EQ(message.at("tool_calls"),
            json::parse(R"([{"id":"c","type":"function","function":{"name":"f","arguments":""}}])"));
  EXPECT_EQ(MessageOf("content: ''").at("content"), "");
}

TEST(OpenAiResponseEncoderTest, ACallIsOfTheTypeOfWhatItCalls) {
  const auto call = [](const std::string& text) {
    return MessageOf("tool_calls { id: 'c' " + text + "}").at("tool_calls").at(0);
  };
  EXPECT_EQ(call("custom { name: 'f' }").at("type"), "custom");
  EXPECT_EQ(call("function { name: 'f' }").at("type"), "function");
  EXPECT_EQ(call("").at("function"), json::parse(R"({"name":"","arguments":""})"));
  EXPECT_EQ(call("type: 'custom'").at("custom"), json::parse(R"({"name":"","input":""})"));
}

TEST(OpenAiResponseEncoderTest, TheFieldSpeaksForAnExtraOfItsName) {
  const json::object message = MessageOf(R"pb(
    content: "a"
    reasoning_content: "r"
    extra {
      fields {
        key: "content"
        value { list_value { values { number_value: 1 } } }
      }
      fields {
        key: "role"
        value { string_value: "user" }
      }
      fields {
        key: "reasoning_content"
        value { number_value: 1 }
      }
      fields {
        key: "tool_calls"
        value { string_value: "none" }
      }
      fields {
        key: "function_call"
        value { string_value: "none" }
      }
      fields {
        key: "seen"
        value { bool_value: true }
      }
    })pb");
  EXPECT_EQ(json::value(message), json::parse(R"({"role":"assistant","content":"a","refusal":null,
                                                  "reasoning_content":"r","seen":true})"));
  const json::value body = json::parse(Encode(R"pb(
    choices {
      message { role: ROLE_ASSISTANT content: "a" }
      finish_reason: "stop"
      extra {
        fields {
          key: "message"
          value { number_value: 1 }
        }
        fields {
          key: "index"
          value { string_value: "x" }
        }
      }
    }
    usage {
      extra {
        fields {
          key: "prompt_tokens"
          value { string_value: "x" }
        }
        fields {
          key: "total_tokens"
          value { string_value: "x" }
        }
        fields {
          key: "completion_tokens_details"
          value { number_value: 1 }
        }
      }
    }
    extra {
      fields {
        key: "id"
        value { number_value: 1 }
      }
      fields {
        key: "object"
        value { number_value: 1 }
      }
    })pb"));
  EXPECT_EQ(body.at("id"), "chatcmpl-1");
  EXPECT_EQ(body.at("usage").at("total_tokens"), 0);
}

TEST(OpenAiResponseEncoderTest, TokensWithMoreToThemComeBackAsTheyCame) {
  const std::string tokens = R"([{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[],"token_id":7}])";
  const std::string body = R"({"id":"i","created":1,"model":"m","choices":[{"message":{"content":"a"},)"
                           R"("finish_reason":"stop","logprobs":{"content":)" +
                           tokens + "}}]}";
  const auto decoded = MakeCodec(v1::API_OPENAI, {})->Decode({200, {}, body}, {});
  const json::value written = json::parse(Encode(std::get<v1::ChatResponse>(decoded)));
  EXPECT_EQ(written.at("choices").at(0).at("logprobs").at("content"), json::parse(tokens));
}

TEST(OpenAiResponseEncoderTest, WhatJsonCannotExpressIsNull) {
  const double inf = std::numeric_limits<double>::infinity();
  v1::ChatResponse response;
  v1::Choice& choice = *response.add_choices();
  choice.set_finish_reason("stop");
  auto& fields = *choice.mutable_extra()->mutable_fields();
  fields["far"].set_number_value(inf);
  fields["none"];
  fields["list"].mutable_list_value()->add_values()->set_number_value(-inf);
  choice.mutable_logprobs()->add_content()->set_logprob(-inf);
  const json::value written = json::parse(Encode(response)).at("choices").at(0);
  EXPECT_TRUE(written.at("far").is_null());
  EXPECT_TRUE(written.at("none").is_null());
  EXPECT_EQ(written.at("list"), json::parse("[null]"));
  EXPECT_EQ(written.at("logprobs").at("content").at(0).at("logprob"), -9999);
}

TEST(OpenAiResponseEncoderTest, PartsAreATextIfThatIsWhatTheyAre) {
  EXPECT_EQ(MessageOf("parts { text: 'a' } parts { text: 'b' }").at("content"), "ab");
  v1::ChatResponse response;
  v1::Choice& choice = *response.add_choices();
  choice.set_finish_reason("stop");
  *choice.mutable_message() = Proto<v1::Message>("parts { text: 'a' } parts { refusal: 'r' } parts {}");
  // A list is not of the schema, but all that can be said of it.
  const json::value body = json::parse(EncodeOpenAiResponse(response, kFallback));
  EXPECT_EQ(body.at("choices").at(0).at("message").at("content"),
            json::parse(R"([{"type":"text","text":"a"},{"type":"refusal","refusal":"r"}])"));
}

TEST(OpenAiResponseEncoderTest, TheSameAnswerMakesTheSameBytes) {
  v1::ChatResponse response = Proto<v1::ChatResponse>("choices { finish_reason: 'stop' }");
  for (int i = 0; i < 40; ++i) {
    (*response.mutable_extra()->mutable_fields())["k" + std::to_string(i)].set_number_value(i);
  }
  v1::ChatResponse copy;
  ASSERT_TRUE(copy.ParseFromString(response.SerializeAsString()));
  EXPECT_EQ(Encode(response), Encode(copy));
}

}  // namespace
}  // namespace spillway::providers
