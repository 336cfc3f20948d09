#include "providers/anthropic_refusals.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "providers/hints.h"

namespace spillway::providers {
namespace {

bool CheckFormat(const v1::ResponseFormat& format, FieldError& error) {
  if (format.type().empty()) return error.Set("type", "is not set");
  if (format.type() == "text" || format.type() == "json_object") return true;
  if (format.type() != "json_schema") {
    return error.Unsupported("type", "is no format that Anthropic can answer in");
  }
  return format.json_schema().has_schema() || error.Set("json_schema.schema", "is not set");
}

bool CheckMessage(const v1::Message& message, FieldError& error) {
  if (message.has_content() && message.parts_size() > 0) {
    return error.Set("content", "and parts exclude each other");
  }
  // What a model once said aloud can only be referred to where it was said. Beside a text it may go.
  const bool silent = absl::StripAsciiWhitespace(TextOf(message)).empty() && message.tool_calls_size() == 0;
  if (!message.has_audio() || !silent) return true;
  return error.Unsupported("audio", "is more than Anthropic can take");
}

bool CheckEnd(const Conversation& conversation, AnthropicModel model, FieldError& error) {
  if (!model.no_prefill || conversation.turns.empty() || !conversation.turns.back().assistant) return true;
  error.Unsupported("", "is the assistant's, and this model does not continue its own words");
  return error.In("messages", static_cast<std::size_t>(conversation.turns.back().messages.back().index));
}

}  // namespace

bool CheckAnthropicCan(const v1::ChatRequest& request, const Conversation& conversation, AnthropicModel model,
                       FieldError& error) {
  constexpr std::string_view kTooMuch = "is more than Anthropic can do";
  if (request.n() > 1) return error.Unsupported("n", kTooMuch);
  if (request.logprobs()) return error.Unsupported("logprobs", kTooMuch);
  if (request.top_logprobs() > 0) return error.Unsupported("top_logprobs", kTooMuch);
  if (!request.logit_bias().empty()) return error.Unsupported("logit_bias", kTooMuch);
  if (request.has_audio()) return error.Unsupported("audio", kTooMuch);
  if (request.has_web_search_options()) return error.Unsupported("web_search_options", kTooMuch);
  if (std::any_of(request.modalities().begin(), request.modalities().end(),
                  [](const std::string& modality) { return modality != "text"; })) {
    return error.Unsupported("modalities", kTooMuch);
  }
  if (request.has_response_format() && !CheckFormat(request.response_format(), error)) {
    return error.In("response_format");
  }
  for (int i = 0; i < request.messages_size(); ++i) {
    if (!CheckMessage(request.messages(i), error)) return error.In("messages", static_cast<std::size_t>(i));
  }
  return CheckEnd(conversation, model, error);
}

void DropAnthropicHints(const v1::ChatRequest& request, DroppedFields& dropped) {
  DropHints(request, {"user", "safety_identifier", "service_tier", "parallel_tool_calls"}, dropped);
  // A tool's name stands with its call.
  dropped.AddIf(std::any_of(request.messages().begin(), request.messages().end(),
                            [](const v1::Message& message) {
                              return !message.name().empty() && message.role() != v1::ROLE_TOOL;
                            }),
                "messages.name");
}

}  // namespace spillway::providers
