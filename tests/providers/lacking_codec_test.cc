#include "providers/lacking_codec.h"

#include <gtest/gtest.h>

#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

// What the target says to `request`: "OK", or its complaint.
std::string Answer(std::set<v1::Capability> lacks, const std::string& request) {
  const auto codec =
      WithoutCapabilities(MakeCodec(v1::API_OPENAI, {.base_path = "/v1", .model = "m"}), std::move(lacks));
  const auto encoded = codec->Encode(Proto<v1::ChatRequest>(request));
  if (encoded.ok()) return "OK";
  EXPECT_EQ(encoded.status().code(), absl::StatusCode::kUnimplemented);
  const std::string message(encoded.status().message());
  return message.substr(0, message.find(' '));
}

constexpr char kHello[] = "messages { role: ROLE_USER content: 'hi' } ";

TEST(LackingCodecTest, TextIsForEveryModel) {
  EXPECT_EQ(Answer({v1::CAPABILITY_TOOLS, v1::CAPABILITY_IMAGES, v1::CAPABILITY_AUDIO, v1::CAPABILITY_FILES,
                    v1::CAPABILITY_JSON_SCHEMA, v1::CAPABILITY_N, v1::CAPABILITY_LOGPROBS},
                   std::string(kHello) +
                       "n: 1 logprobs: false modalities: 'text' response_format { type: 'json_object' }"),
            "OK");
}

TEST(LackingCodecTest, WhatIsLackingIsNamed) {
  struct Case {
    v1::Capability lacking;
    std::string request;
    std::string field;
  };
  const Case cases[] = {
      {v1::CAPABILITY_TOOLS, "tools { function { name: 'f' } }", "tools"},
      {v1::CAPABILITY_TOOLS, "messages { role: ROLE_ASSISTANT tool_calls { id: 'x' } }",
       "messages[1].tool_calls"},
      {v1::CAPABILITY_TOOLS, "messages { role: ROLE_ASSISTANT function_call { name: 'f' } }",
       "messages[1].function_call"},
      {v1::CAPABILITY_TOOLS, "messages { role: ROLE_TOOL tool_call_id: 'x' content: '' }",
       "messages[1].role"},
      {v1::CAPABILITY_IMAGES,
       "messages { role: ROLE_USER parts { text: 'x' } parts { image_url { url: 'u' } } }",
       "messages[1].parts[1]"},
      {v1::CAPABILITY_AUDIO, "messages { role: ROLE_USER parts { input_audio { data: 'u' } } }",
       "messages[1].parts[0]"},
      {v1::CAPABILITY_AUDIO, "modalities: 'text' modalities: 'audio'", "modalities"},
      {v1::CAPABILITY_FILES, "messages { role: ROLE_USER parts { file { file_id: 'u' } } }",
       "messages[1].parts[0]"},
      {v1::CAPABILITY_JSON_SCHEMA, "response_format { type: 'json_schema' }", "response_format"},
      {v1::CAPABILITY_N, "n: 2", "n"},
      {v1::CAPABILITY_LOGPROBS, "logprobs: true", "logprobs"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Answer({c.lacking}, kHello + c.request), c.field);
    EXPECT_EQ(Answer({}, kHello + c.request), "OK");
  }
}

}  // namespace
}  // namespace spillway::providers
