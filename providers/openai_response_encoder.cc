#include "providers/openai_response_encoder.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "providers/json_writer.h"
#include "providers/openai_answer_writer.h"
#include "providers/openai_logprobs_writer.h"
#include "providers/openai_usage_writer.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 8> kFields = {
    "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"};
constexpr std::array<std::string_view, 4> kChoiceFields = {"index", "message", "finish_reason", "logprobs"};

// Enough for most answers, at less than the cost of asking the message.
std::size_t EstimatedSize(const v1::ChatResponse& response) {
  std::size_t size = 768;
  for (const v1::Choice& choice : response.choices()) {
    const v1::Message& message = choice.message();
    size += 256 + message.content().size() + message.reasoning_content().size();
    for (const v1::ToolCall& call : message.tool_calls()) size += 256 + call.function().arguments().size();
    size += 256 * static_cast<std::size_t>(choice.logprobs().content_size());
  }
  return size + size / 16;
}

void WriteChoice(const v1::Choice& choice, JsonWriter& json) {
  json.BeginObject();
  json.Key("index");
  json.Int(choice.index());
  json.Key("message");
  WriteOpenAiAnswer(choice.message(), json);
  json.Key("logprobs");
  if (choice.has_logprobs()) {
    WriteOpenAiLogprobs(choice.logprobs(), json);
  } else {
    json.Null();
  }
  json.Field("finish_reason", choice.finish_reason());
  WriteMembersOrNull(choice.extra(), kChoiceFields, json);
  json.EndObject();
}

}  // namespace

std::string EncodeOpenAiResponse(const v1::ChatResponse& response, const AnswerIdentity& fallback) {
  std::string body;
  body.reserve(EstimatedSize(response));
  JsonWriter json(body);
  json.BeginObject();
  json.Field("id", response.id().empty() ? fallback.id : response.id());
  json.Raw(R"("object":"chat.completion")");
  json.Key("created");
  json.Int(response.created() == 0 ? fallback.created : response.created());
  json.Field("model", response.model().empty() ? fallback.model : response.model());
  json.Key("choices");
  json.BeginArray();
  for (const v1::Choice& choice : response.choices()) WriteChoice(choice, json);
  json.EndArray();
  if (response.has_usage()) {
    json.Key("usage");
    WriteOpenAiUsage(response.usage(), json);
  }
  if (!response.service_tier().empty()) json.Field("service_tier", response.service_tier());
  if (!response.system_fingerprint().empty()) {
    json.Field("system_fingerprint", response.system_fingerprint());
  }
  WriteMembersOrNull(response.extra(), kFields, json);
  json.EndObject();
  return body;
}

}  // namespace spillway::providers
