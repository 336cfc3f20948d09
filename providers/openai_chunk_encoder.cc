#include "providers/openai_chunk_encoder.h"

#include <array>
#include <charconv>

#include "providers/json_writer.h"
#include "providers/openai_answer_writer.h"
#include "providers/openai_logprobs_writer.h"
#include "providers/openai_usage_writer.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kData = "data: ";
constexpr std::string_view kEnd = "\n\n";

constexpr std::array<std::string_view, 8> kChunkFields = {
    "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"};
constexpr std::array<std::string_view, 4> kChoiceFields = {"index", "delta", "finish_reason", "logprobs"};

// {"index":N,…
void BeginChoice(int index, std::string& out) {
  char digits[16];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, index);
  out += R"({"index":)";
  out.append(digits, end);
}

// What is known of the answer at its end, in every chunk from then on.
void WriteAnswerMembers(const v1::Finish& finish, JsonWriter& json) {
  if (!finish.service_tier().empty()) json.Field("service_tier", finish.service_tier());
  if (!finish.system_fingerprint().empty()) json.Field("system_fingerprint", finish.system_fingerprint());
}

}  // namespace

OpenAiChunkEncoder::OpenAiChunkEncoder(const AnswerIdentity& identity, bool include_usage)
    : head_(kData), tail_(include_usage ? R"(,"usage":null})" : "}"), include_usage_(include_usage) {
  // Apart, for the writer derives its commas from what it has written.
  std::string chunk;
  JsonWriter json(chunk);
  json.BeginObject();
  json.Field("id", identity.id);
  json.Raw(R"("object":"chat.completion.chunk")");
  json.Key("created");
  json.Int(identity.created);
  json.Field("model", identity.model);
  json.Key("choices");
  json.BeginArray();
  head_ += chunk;
  tail_ += kEnd;
}

void OpenAiChunkEncoder::AppendDelta(const v1::Delta& delta, std::string& out) const {
  out += head_;
  BeginChoice(delta.choice_index(), out);
  JsonWriter json(out);
  out += R"(,"delta":)";
  WriteOpenAiAnswer(delta, json);
  out += R"(,"logprobs":)";
  if (delta.has_logprobs()) {
    WriteOpenAiLogprobs(delta.logprobs(), json);
  } else {
    json.Null();
  }
  out += R"(,"finish_reason":null}])";
  out += tail_;
}

void OpenAiChunkEncoder::AppendEnding(const StreamEnding& ending, std::string& out) const {
  JsonWriter json(out);
  for (const v1::Finish& finish : ending.finishes) {
    out += head_;
    BeginChoice(finish.choice_index(), out);
    out += R"(,"delta":{},"logprobs":null)";
    json.Field("finish_reason", finish.finish_reason());
    WriteMembersOrNull(finish.extra(), kChoiceFields, json);
    out += "}]";
    WriteAnswerMembers(finish, json);
    WriteMembersOrNull(finish.response_extra(), kChunkFields, json);
    out += tail_;
  }
  if (include_usage_ && ending.usage) {
    out += head_;
    json.EndArray();
    json.Key("usage");
    WriteOpenAiUsage(*ending.usage, json);
    if (!ending.finishes.empty()) WriteAnswerMembers(ending.finishes.back(), json);
    json.EndObject();
    out += kEnd;
  }
  out += "data: [DONE]\n\n";
}

void OpenAiChunkEncoder::AppendError(std::string_view error_body, std::string& out) {
  out += kData;
  out += error_body;
  out += kEnd;
}

}  // namespace spillway::providers
