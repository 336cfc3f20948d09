#include "providers/finish_reason.h"

#include "absl/strings/match.h"

namespace spillway::providers {
namespace {

using router::Failure;

constexpr std::string_view kStop = "stop";
constexpr std::string_view kLength = "length";
constexpr std::string_view kToolCalls = "tool_calls";
constexpr std::string_view kContentFilter = "content_filter";
constexpr std::string_view kFunctionCall = "function_call";

struct Row {
  std::string_view native;
  std::string_view word;
};

// Words that mean `stop` are not listed: so does everything unknown.
constexpr Row kWords[] = {
    {"length", kLength},
    {"max_tokens", kLength},
    {"model_length", kLength},
    {"max_length", kLength},
    {"model_context_window_exceeded", kLength},
    {"tool_calls", kToolCalls},
    {"tool_call", kToolCalls},
    {"tool_use", kToolCalls},
    {"function_call", kFunctionCall},
    {"content_filter", kContentFilter},
    {"content_filtered", kContentFilter},
    {"guardrail_intervened", kContentFilter},
    {"refusal", kContentFilter},
    {"sensitive", kContentFilter},
    {"safety", kContentFilter},
    {"recitation", kContentFilter},
    {"language", kContentFilter},
    {"blocklist", kContentFilter},
    {"prohibited_content", kContentFilter},
    {"spii", kContentFilter},
    {"model_armor", kContentFilter},
    {"error_toxic", kContentFilter},
};

struct FailureRow {
  std::string_view native;
  Failure failure;
};

constexpr FailureRow kFailures[] = {
    {"error", Failure::kServerError},
    {"network_error", Failure::kServerError},
    {"timeout", Failure::kServerError},
    {"abort", Failure::kServerError},
    {"malformed_function_call", Failure::kServerError},
    {"malformed_model_output", Failure::kServerError},
    {"malformed_tool_use", Failure::kServerError},
    {"unexpected_tool_call", Failure::kServerError},
    {"too_many_tool_calls", Failure::kServerError},
    {"malformed_response", Failure::kServerError},
    {"missing_thought_signature", Failure::kServerError},
    {"insufficient_system_resource", Failure::kOverloaded},
};

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

bool Same(std::string_view a, std::string_view b) { return absl::EqualsIgnoreCase(Abseil(a), Abseil(b)); }

std::string_view Translate(std::string_view native) {
  for (const Row& row : kWords) {
    if (Same(native, row.native)) return row.word;
  }
  // Gemini has a whole family of these: IMAGE_SAFETY, IMAGE_PROHIBITED_CONTENT, …
  if (absl::StartsWithIgnoreCase(Abseil(native), "image_")) return kContentFilter;
  return kStop;
}

}  // namespace

FinishReason ResolveFinishReason(std::string_view native, CallsMade calls) {
  if (native != kStop) {
    for (const FailureRow& row : kFailures) {
      if (Same(native, row.native)) return {{}, row.failure};
    }
  }
  const std::string_view word = native == kStop ? kStop : Translate(native);
  // The legacy word for calls of today's kind would end a caller's loop over them.
  const bool misnamed = word == kFunctionCall && calls.tools && !calls.function;
  if (word != kStop && !misnamed) return {word, std::nullopt};
  if (calls.tools) return {kToolCalls, std::nullopt};
  return {calls.function ? kFunctionCall : kStop, std::nullopt};
}

}  // namespace spillway::providers
