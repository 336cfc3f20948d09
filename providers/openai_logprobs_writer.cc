#include "providers/openai_logprobs_writer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using Tokens = google::protobuf::RepeatedPtrField<v1::TokenLogprob>;

constexpr std::array<std::string_view, 2> kFields = {"content", "refusal"};

void WriteBytes(const std::string& bytes, JsonWriter& json) {
  json.BeginArray();
  for (const char byte : bytes) json.Int(static_cast<unsigned char>(byte));
  json.EndArray();
}

void WriteTokens(const Tokens& tokens, bool alternatives, JsonWriter& json) {
  json.BeginArray();
  for (const v1::TokenLogprob& token : tokens) {
    json.BeginObject();
    json.Field("token", token.token());
    json.Key("logprob");
    if (!json.Double(token.logprob())) json.Int(-9999);
    json.Key("bytes");
    if (token.has_bytes()) {
      WriteBytes(token.bytes(), json);
    } else {
      json.Null();
    }
    // An alternative has none of its own, at OpenAI.
    if (!alternatives || !token.top_logprobs().empty()) {
      json.Key("top_logprobs");
      WriteTokens(token.top_logprobs(), /*alternatives=*/true, json);
    }
    json.EndObject();
  }
  json.EndArray();
}

bool IsToken(const google::protobuf::Value& value) {
  const auto& fields = value.struct_value().fields();
  const auto token = fields.find("token");
  const auto logprob = fields.find("logprob");
  return token != fields.end() && token->second.has_string_value() && logprob != fields.end() &&
         logprob->second.has_number_value();
}

// The list under `name` in `extra`, if it is one of tokens.
const google::protobuf::Value* AsTheyCame(const v1::Logprobs& logprobs, std::string_view name) {
  if (logprobs.extra().fields().empty()) return nullptr;
  const auto found = logprobs.extra().fields().find(std::string(name));
  if (found == logprobs.extra().fields().end() || !found->second.has_list_value()) return nullptr;
  const auto& tokens = found->second.list_value().values();
  return std::all_of(tokens.begin(), tokens.end(), IsToken) ? &found->second : nullptr;
}

}  // namespace

void WriteOpenAiLogprobs(const v1::Logprobs& logprobs, JsonWriter& json) {
  json.BeginObject();
  for (const std::string_view name : kFields) {
    const Tokens& tokens = name == kFields[0] ? logprobs.content() : logprobs.refusal();
    json.Key(name);
    if (const auto* came = AsTheyCame(logprobs, name)) {
      WriteValueOrNull(*came, json);
    } else if (tokens.empty()) {
      json.Null();
    } else {
      WriteTokens(tokens, /*alternatives=*/false, json);
    }
  }
  WriteMembersOrNull(logprobs.extra(), kFields, json);
  json.EndObject();
}

}  // namespace spillway::providers
