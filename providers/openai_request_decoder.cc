#include "providers/openai_request_decoder.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "providers/openai_field_reader.h"
#include "providers/openai_request_parts.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using v1::ChatRequest;

using Reader = bool (*)(const json::value& value, ChatRequest& out, FieldError& error);

template <std::string* (ChatRequest::*Field)()>
bool Text(const json::value& value, ChatRequest& out, FieldError& error) {
  return TakeText(value, *(out.*Field)(), error);
}

template <google::protobuf::Struct* (ChatRequest::*Field)()>
bool Object(const json::value& value, ChatRequest& out, FieldError& error) {
  return TakeStruct(value, *(out.*Field)(), error);
}

template <void (ChatRequest::*Set)(double)>
bool Number(const json::value& value, ChatRequest& out, FieldError& error) {
  double number = 0;
  if (!TakeDouble(value, number, error)) return false;
  (out.*Set)(number);
  return true;
}

template <typename Int, void (ChatRequest::*Set)(Int)>
bool Whole(const json::value& value, ChatRequest& out, FieldError& error) {
  Int number = 0;
  if (!TakeInt(value, number, error)) return false;
  (out.*Set)(number);
  return true;
}

template <void (ChatRequest::*Set)(bool)>
bool Flag(const json::value& value, ChatRequest& out, FieldError& error) {
  bool flag = false;
  if (!TakeBool(value, flag, error)) return false;
  (out.*Set)(flag);
  return true;
}

bool Messages(const json::value& value, ChatRequest& out, FieldError& error) {
  return TakeObjects(value, *out.mutable_messages(), error, ReadRequestMessage);
}

bool Tools(const json::value& value, ChatRequest& out, FieldError& error) {
  return TakeObjects(value, *out.mutable_tools(), error, ReadRequestTool);
}

bool Choice(const json::value& value, ChatRequest& out, FieldError& error) {
  return ReadToolChoice(value, *out.mutable_tool_choice(), error);
}

bool Format(const json::value& value, ChatRequest& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  return ReadResponseFormat(value.get_object(), *out.mutable_response_format(), error);
}

bool Stop(const json::value& value, ChatRequest& out, FieldError& error) {
  if (value.is_string()) return TakeText(value, *out.add_stop(), error);
  return TakeTexts(value, *out.mutable_stop(), error);
}

bool Modalities(const json::value& value, ChatRequest& out, FieldError& error) {
  return TakeTexts(value, *out.mutable_modalities(), error);
}

bool LogitBias(const json::value& value, ChatRequest& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  for (const auto& member : value.get_object()) {
    const std::string_view token = View(member.key());
    double& bias = (*out.mutable_logit_bias())[std::string(token)];
    if (!TakeDouble(member.value(), bias, error)) return error.In(token);
  }
  return true;
}

bool Metadata(const json::value& value, ChatRequest& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  for (const auto& member : value.get_object()) {
    const std::string_view name = View(member.key());
    std::string& text = (*out.mutable_metadata())[std::string(name)];
    if (!TakeText(member.value(), text, error)) return error.In(name);
  }
  return true;
}

bool StreamOptions(const json::value& value, ChatRequest& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  v1::StreamOptions& options = *out.mutable_stream_options();
  for (const auto& member : value.get_object()) {
    const std::string_view name = View(member.key());
    if (name != "include_usage") {
      SetMember(name, member.value(), *options.mutable_extra());
      continue;
    }
    bool flag = false;
    if (member.value().is_null()) continue;
    if (!TakeBool(member.value(), flag, error)) return error.In(name);
    options.set_include_usage(flag);
  }
  return true;
}

struct Field {
  std::string_view name;
  Reader read;
};

constexpr Field kFields[] = {
    {"model", Text<&ChatRequest::mutable_model>},
    {"messages", Messages},
    {"tools", Tools},
    {"tool_choice", Choice},
    {"response_format", Format},
    {"temperature", Number<&ChatRequest::set_temperature>},
    {"top_p", Number<&ChatRequest::set_top_p>},
    {"max_tokens", Whole<std::int64_t, &ChatRequest::set_max_tokens>},
    {"max_completion_tokens", Whole<std::int64_t, &ChatRequest::set_max_completion_tokens>},
    {"stop", Stop},
    {"n", Whole<std::int32_t, &ChatRequest::set_n>},
    {"seed", Whole<std::int64_t, &ChatRequest::set_seed>},
    {"logprobs", Flag<&ChatRequest::set_logprobs>},
    {"top_logprobs", Whole<std::int32_t, &ChatRequest::set_top_logprobs>},
    {"presence_penalty", Number<&ChatRequest::set_presence_penalty>},
    {"frequency_penalty", Number<&ChatRequest::set_frequency_penalty>},
    {"logit_bias", LogitBias},
    {"user", Text<&ChatRequest::mutable_user>},
    {"reasoning_effort", Text<&ChatRequest::mutable_reasoning_effort>},
    {"verbosity", Text<&ChatRequest::mutable_verbosity>},
    {"parallel_tool_calls", Flag<&ChatRequest::set_parallel_tool_calls>},
    {"service_tier", Text<&ChatRequest::mutable_service_tier>},
    {"store", Flag<&ChatRequest::set_store>},
    {"metadata", Metadata},
    {"modalities", Modalities},
    {"audio", Object<&ChatRequest::mutable_audio>},
    {"prediction", Object<&ChatRequest::mutable_prediction>},
    {"prompt_cache_key", Text<&ChatRequest::mutable_prompt_cache_key>},
    {"prompt_cache_retention", Text<&ChatRequest::mutable_prompt_cache_retention>},
    {"safety_identifier", Text<&ChatRequest::mutable_safety_identifier>},
    {"web_search_options", Object<&ChatRequest::mutable_web_search_options>},
    {"stream_options", StreamOptions},
};

bool Refuse(const json::value&, ChatRequest&, FieldError& error) {
  return error.Set("", "is not a member of this request");
}

// The reader of `name`; null when it belongs to `extra`. Spillway's own fields, which have no
// place in this dialect, are refused: as `extra` they could never be sent on.
Reader FindReader(std::string_view name) {
  for (const Field& field : kFields) {
    if (field.name == name) return field.read;
  }
  return name == "extra" || name == "allow_reset" ? Refuse : nullptr;
}

}  // namespace

bool ReadOpenAiParameter(std::string_view name, const json::value& value, ChatRequest& out,
                         FieldError& error) {
  const Reader read = FindReader(name);
  if (read == nullptr) {
    SetMember(name, value, *out.mutable_extra());
    return true;
  }
  return value.is_null() || read(value, out, error);
}

absl::Status ReadOpenAiRequest(std::string_view body, v1::ChatRequest& out, bool& stream) {
  const JsonDocument document(body);
  if (!document.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the body is not JSON: ", document.problem()));
  }
  if (document.mended()) {
    return absl::InvalidArgumentError("the body has an escape that is half of a surrogate pair");
  }
  const json::object* object = document.root().if_object();
  if (object == nullptr) return absl::InvalidArgumentError("the body must be a JSON object");
  FieldError error;
  for (const auto& member : *object) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    const bool read = name == "stream" ? value.is_null() || TakeBool(value, stream, error)
                                       : ReadOpenAiParameter(name, value, out, error);
    if (read) continue;
    error.In(name);
    return error.ToStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenAiRequest> DecodeOpenAiRequest(std::string_view body) {
  OpenAiRequest out;
  if (absl::Status status = ReadOpenAiRequest(body, out.request, out.stream); !status.ok()) return status;
  return out;
}

}  // namespace spillway::providers
