#include "providers/openai_request_encoder.h"

#include <algorithm>
#include <vector>

#include "providers/body_size.h"
#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "providers/openai_message_writer.h"
#include "providers/openai_tool_writer.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

// Writes one request; the first fault ends it.
class Encoder {
 public:
  Encoder(const v1::ChatRequest& request, v1::Api api, std::string& body)
      : request_(request), api_(api), json_(body) {}

  bool Write(const OpenAiRequestOptions& options) {
    json_.BeginObject();
    const std::string_view model = options.model.empty() ? request_.model() : options.model;
    if (!model.empty()) json_.Field("model", model);
    if (!Messages() || !Tools() || !Sampling() || !Maps() || !Objects()) return false;
    Lists();
    Words();
    if (options.stream && !Stream()) return false;
    if (!Extra()) return false;
    json_.EndObject();
    return true;
  }

  const FieldError& error() const { return error_; }

 private:
  bool Messages() {
    json_.Key("messages");
    json_.BeginArray();
    for (int i = 0; i < request_.messages_size(); ++i) {
      if (!WriteOpenAiMessage(request_.messages(i), json_, error_)) return error_.In("messages", i);
    }
    json_.EndArray();
    return true;
  }

  bool Tools() {
    if (request_.tools_size() > 0) {
      json_.Key("tools");
      json_.BeginArray();
      for (int i = 0; i < request_.tools_size(); ++i) {
        if (!WriteOpenAiTool(request_.tools(i), json_, error_)) return error_.In("tools", i);
      }
      json_.EndArray();
    }
    if (request_.has_tool_choice()) {
      json_.Key("tool_choice");
      if (!WriteOpenAiToolChoice(request_.tool_choice(), json_, error_)) return error_.In("tool_choice");
    }
    if (request_.has_response_format()) {
      json_.Key("response_format");
      if (!WriteOpenAiResponseFormat(request_.response_format(), json_, error_)) {
        return error_.In("response_format");
      }
    }
    return true;
  }

  bool Sampling() {
    if (request_.has_max_tokens()) Int("max_tokens", request_.max_tokens());
    if (request_.has_max_completion_tokens()) {
      Int("max_completion_tokens", request_.max_completion_tokens());
    }
    if (request_.has_n()) Int("n", request_.n());
    if (request_.has_seed()) Int("seed", request_.seed());
    if (request_.has_logprobs()) Bool("logprobs", request_.logprobs());
    if (request_.has_top_logprobs()) Int("top_logprobs", request_.top_logprobs());
    if (request_.has_parallel_tool_calls()) Bool("parallel_tool_calls", request_.parallel_tool_calls());
    if (request_.has_store()) Bool("store", request_.store());
    return (!request_.has_temperature() || Double("temperature", request_.temperature())) &&
           (!request_.has_top_p() || Double("top_p", request_.top_p())) &&
           (!request_.has_presence_penalty() || Double("presence_penalty", request_.presence_penalty())) &&
           (!request_.has_frequency_penalty() || Double("frequency_penalty", request_.frequency_penalty()));
  }

  bool Maps() {
    if (!request_.logit_bias().empty()) {
      json_.Key("logit_bias");
      json_.BeginObject();
      for (const auto* entry : Sorted(request_.logit_bias())) {
        if (!Double(entry->first, entry->second)) return error_.In("logit_bias");
      }
      json_.EndObject();
    }
    if (!request_.metadata().empty()) {
      json_.Key("metadata");
      json_.BeginObject();
      for (const auto* entry : Sorted(request_.metadata())) json_.Field(entry->first, entry->second);
      json_.EndObject();
    }
    return true;
  }

  bool Objects() {
    return (!request_.has_audio() || Object("audio", request_.audio())) &&
           (!request_.has_prediction() || Object("prediction", request_.prediction())) &&
           (!request_.has_web_search_options() ||
            Object("web_search_options", request_.web_search_options()));
  }

  void Lists() {
    List("stop", request_.stop());
    List("modalities", request_.modalities());
  }

  void Words() {
    Word("user", request_.user());
    Word("reasoning_effort", request_.reasoning_effort());
    Word("verbosity", request_.verbosity());
    Word("service_tier", request_.service_tier());
    Word("prompt_cache_key", request_.prompt_cache_key());
    Word("prompt_cache_retention", request_.prompt_cache_retention());
    Word("safety_identifier", request_.safety_identifier());
  }

  bool Stream() {
    constexpr std::string_view kIncludeUsage = "include_usage";
    Bool("stream", true);
    json_.Key("stream_options");
    json_.BeginObject();
    Bool(kIncludeUsage, true);
    const Struct& more = request_.stream_options().extra();
    if (!WriteExtra(more, {&kIncludeUsage, 1}, json_, error_)) return error_.In("stream_options");
    json_.EndObject();
    return true;
  }

  bool Extra() {
    return CheckExtraNames(request_.extra(), error_) &&
           ExtraMembers(request_, api_).Write({}, {}, json_, error_);
  }

  // The entries of a map by name, so that the same request makes the same bytes.
  template <typename Map>
  static std::vector<const typename Map::value_type*> Sorted(const Map& map) {
    std::vector<const typename Map::value_type*> entries;
    for (const auto& entry : map) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->first < b->first; });
    return entries;
  }

  void Int(std::string_view name, std::int64_t value) {
    json_.Key(name);
    json_.Int(value);
  }
  void Bool(std::string_view name, bool value) {
    json_.Key(name);
    json_.Bool(value);
  }
  bool Double(std::string_view name, double value) {
    json_.Key(name);
    return json_.Double(value) || error_.Set(name, "is not a finite number");
  }
  void Word(std::string_view name, const std::string& text) {
    if (!text.empty()) json_.Field(name, text);
  }
  bool Object(std::string_view name, const Struct& value) {
    json_.Key(name);
    return WriteStruct(value, json_, error_) || error_.In(name);
  }
  void List(std::string_view name, const google::protobuf::RepeatedPtrField<std::string>& texts) {
    if (texts.empty()) return;
    json_.Key(name);
    json_.BeginArray();
    for (const std::string& text : texts) json_.String(text);
    json_.EndArray();
  }

  const v1::ChatRequest& request_;
  const v1::Api api_;
  JsonWriter json_;
  FieldError error_;
};

}  // namespace

absl::StatusOr<std::string> EncodeOpenAiRequest(const v1::ChatRequest& request,
                                                const OpenAiRequestOptions& options) {
  std::string body;
  body.reserve(EstimatedBodySize(request));
  Encoder encoder(request, options.api, body);
  if (!encoder.Write(options)) return encoder.error().ToStatus();
  return body;
}

}  // namespace spillway::providers
