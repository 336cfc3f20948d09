// The promise of docs/providers.md: whatever a caller sets is written, reported as left out, or refused.
//
// Every field of a request is set by itself, for every API, to a value that asks for something. The body must
// change, the field's name must be among those left out, or the codec must say no. Fields are found by
// reflection: one that is added to the schema must be given a value here, or the test fails.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "providers/api_name.h"
#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

// A plain conversation with a tool.
constexpr char kPlain[] = R"pb(
  messages { role: ROLE_USER content: "hi" }
  messages {
    role: ROLE_ASSISTANT
    content: "so"
    tool_calls {
      id: "call_1"
      function { name: "f" arguments: "{}" }
    }
  }
  messages { role: ROLE_TOOL tool_call_id: "call_1" content: "done" }
  tools { function { name: "f" } })pb";

// A value for each field of a request that asks for something.
const std::map<std::string, std::string> kValues = {
    {"model", "model: 'another'"},
    {"messages", "messages { role: ROLE_USER content: 'more' }"},
    {"tools", "tools { function { name: 'g' } }"},
    {"tool_choice", "tool_choice { mode: 'required' }"},
    {"response_format", "response_format { type: 'json_object' }"},
    {"temperature", "temperature: 0.25"},
    {"top_p", "top_p: 0.5"},
    {"max_tokens", "max_tokens: 2000"},
    {"max_completion_tokens", "max_completion_tokens: 2000"},
    {"stop", "stop: 'END'"},
    {"n", "n: 2"},
    {"seed", "seed: 7"},
    {"logprobs", "logprobs: true"},
    {"top_logprobs", "logprobs: true top_logprobs: 3"},
    {"presence_penalty", "presence_penalty: 0.5"},
    {"frequency_penalty", "frequency_penalty: 0.5"},
    {"logit_bias", "logit_bias { key: '5' value: 1 }"},
    {"user", "user: 'u'"},
    {"reasoning_effort", "reasoning_effort: 'high'"},
    {"verbosity", "verbosity: 'low'"},
    {"parallel_tool_calls", "parallel_tool_calls: false"},
    {"service_tier", "service_tier: 'flex'"},
    {"store", "store: true"},
    {"metadata", "metadata { key: 'a' value: 'b' }"},
    {"modalities", "modalities: 'audio'"},
    {"audio", "audio { fields { key: 'voice' value { string_value: 'v' } } }"},
    {"prediction", "prediction { fields { key: 'content' value { string_value: 'x' } } }"},
    {"prompt_cache_key", "prompt_cache_key: 'k'"},
    {"prompt_cache_retention", "prompt_cache_retention: '24h'"},
    {"safety_identifier", "safety_identifier: 's'"},
    {"web_search_options", "web_search_options {}"},
    {"extra", "extra { fields { key: 'x' value { number_value: 1 } } }"},
};

// How a stream is delivered is no matter of a request that asks for none, and `allow_reset` is Spillway's
// own.
bool IsNoMatterOfTheBody(const std::string& name) {
  return name == "stream_options" || name == "allow_reset";
}

class NoFieldIsLostTest : public ::testing::TestWithParam<int> {
 protected:
  v1::Api api() const { return static_cast<v1::Api>(GetParam()); }

  absl::StatusOr<EncodedRequest> Encode(const std::string& more) const {
    auto request = Proto<v1::ChatRequest>(kPlain + more);
    if (request.model().empty()) request.set_model("m");
    return MakeCodec(api(), {.base_path = "/v1"})->Encode(request);
  }

  // Whether what `more` says beyond `plain` is written, reported under `name`, or refused.
  bool IsSeenTo(const std::string& name, const std::string& more, const std::string& plain = "") const {
    const auto without = Encode(plain);
    const auto with = Encode(more);
    // Some take no assistant's turn at the end, whatever it says.
    if (!with.ok() || !without.ok()) return !with.ok();
    if (with->body != without->body || with->path != without->path) return true;
    return std::find(with->dropped.begin(), with->dropped.end(), name) != with->dropped.end();
  }
};

INSTANTIATE_TEST_SUITE_P(Apis, NoFieldIsLostTest, ::testing::Range(1, static_cast<int>(kApiNames.size()) + 1),
                         [](const auto& info) {
                           return std::string(NameOf(static_cast<v1::Api>(info.param)));
                         });

TEST_P(NoFieldIsLostTest, OfARequest) {
  const auto* request = v1::ChatRequest::descriptor();
  for (int i = 0; i < request->field_count(); ++i) {
    const std::string name = request->field(i)->name();
    if (IsNoMatterOfTheBody(name)) continue;
    const auto value = kValues.find(name);
    ASSERT_NE(value, kValues.end()) << name << " has no value in this test";
    EXPECT_TRUE(IsSeenTo(name, value->second)) << name;
  }
}

TEST_P(NoFieldIsLostTest, OfAMessage) {
  const std::map<std::string, std::string> messages = {
      {"messages.name", "messages { role: ROLE_USER content: 'x' name: 'bob' }"},
      {"messages.refusal", "messages { role: ROLE_ASSISTANT content: 'x' refusal: 'no' }"},
      {"messages.parts", "messages { role: ROLE_USER parts { text: 'y' } }"},
      {"messages.function_call",
       "messages { role: ROLE_ASSISTANT content: 'x' function_call { name: 'f' } }"},
      {"messages.tool_calls",
       "messages { role: ROLE_ASSISTANT content: 'x' tool_calls { id: 'call_2' custom { "
       "name: 'c' input: 'i' } type: 'custom' } }"},
  };
  for (const auto& [name, message] : messages) {
    const std::string role = message.find("ASSISTANT") != std::string::npos ? "ASSISTANT" : "USER";
    EXPECT_TRUE(IsSeenTo(name, message, "messages { role: ROLE_" + role + " content: 'x' }")) << name;
  }
}

TEST_P(NoFieldIsLostTest, OfAPart) {
  const std::string kinds[] = {
      "image_url { url: 'data:image/png;base64,AAAA' }",
      "image_url { url: 'https://example.com/a.png' }",
      "image_url { url: 'not a url' }",
      "input_audio { data: 'AAAA' format: 'wav' }",
      "file { file_data: 'data:application/pdf;base64,AAAA' filename: 'a.pdf' }",
      "file { file_id: 'file-1' }",
      "refusal: 'no'",
      "other { fields { key: 'type' value { string_value: 'video' } } }",
  };
  const std::string plain = "messages { role: ROLE_USER parts { text: 'x' } }";
  for (const std::string& kind : kinds) {
    EXPECT_TRUE(IsSeenTo("messages.parts",
                         "messages { role: ROLE_USER parts { text: 'x' } parts { " + kind + " } }", plain))
        << kind;
  }
}

TEST_P(NoFieldIsLostTest, OfATool) {
  const std::map<std::string, std::string> tools = {
      {"tools.function.description", "tools { function { name: 'g' description: 'does' } }"},
      {"tools.function.parameters",
       "tools { function { name: 'g' parameters { fields { key: 'type' value { string_value: 'object' } } "
       "fields "
       "{ key: 'title' value { string_value: 't' } } } } }"},
      {"tools.function.strict", "tools { function { name: 'g' strict: true } }"},
      {"tools.custom", "tools { type: 'custom' custom {} }"},
  };
  for (const auto& [name, tool] : tools) {
    EXPECT_TRUE(IsSeenTo(name, tool, "tools { function { name: 'g' } }")) << name;
  }
}

}  // namespace
}  // namespace spillway::providers
