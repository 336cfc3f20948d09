#include "providers/bedrock_request_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "providers/hints.h"
#include "providers/role.h"
#include "providers/turns.h"

namespace spillway::providers {
namespace {

bool Check(const v1::Message& message, FieldError& error) {
  if (RoleWord(message.role()).empty()) return error.Set("role", "is not set");
  if (message.has_content() && message.parts_size() > 0) {
    return error.Set("content", "and parts exclude each other");
  }
  // Without a transcript there is nothing to send in its place.
  if (message.has_audio() && message.tool_calls().empty() &&
      absl::StripAsciiWhitespace(TextOf(message)).empty()) {
    return error.Unsupported("audio", "is more than Bedrock can do");
  }
  return true;
}

}  // namespace

bool CheckForBedrock(const v1::ChatRequest& request, FieldError& error) {
  for (int i = 0; i < request.messages_size(); ++i) {
    if (!Check(request.messages(i), error)) return error.In("messages", static_cast<std::size_t>(i));
  }
  const bool speaks = std::any_of(request.modalities().begin(), request.modalities().end(),
                                  [](const std::string& kind) { return kind != "text"; });
  const struct {
    bool asked;
    std::string_view field;
  } refused[] = {{request.n() > 1, "n"},
                 {request.logprobs(), "logprobs"},
                 {request.top_logprobs() > 0, "top_logprobs"},
                 {!request.logit_bias().empty(), "logit_bias"},
                 {speaks, "modalities"},
                 {request.has_audio(), "audio"},
                 {request.has_web_search_options(), "web_search_options"}};
  for (const auto& [asked, field] : refused) {
    if (asked) return error.Unsupported(field, "is more than Bedrock can do");
  }
  return true;
}

void DropForBedrock(const v1::ChatRequest& request, DroppedFields& dropped) {
  DropHints(request, {"metadata", "service_tier"}, dropped);
}

}  // namespace spillway::providers
