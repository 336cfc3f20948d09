#include "client/command/render_chat.h"

#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/command/render_failure.h"
#include "client/command/render_trace.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

std::string TextOf(const v1::Message& message) {
  std::string text = message.content();
  for (const auto& part : message.parts()) text += part.has_refusal() ? part.refusal() : part.text();
  if (text.empty()) text = message.refusal();
  for (const auto& call : message.tool_calls()) {
    const bool custom = call.has_custom();
    absl::StrAppend(&text, text.empty() ? "" : "\n", custom ? call.custom().name() : call.function().name(),
                    "(", custom ? call.custom().input() : call.function().arguments(), ")");
  }
  return text;
}

std::string ValueOf(const Metadata& metadata, const std::string& name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? "" : OneLine(found->second);
}

// The trace knows; a server too old or too curt to send one still says it in the metadata.
std::string ServedBy(const Result<v1::ChatResponse>& result) {
  const v1::RouteTrace& trace = result.response.route();
  if (trace.has_served_by()) {
    const v1::TargetRef& target = trace.served_by();
    return OneLine(absl::StrCat(target.provider(), " / ", target.endpoint(), " / ", target.model()));
  }
  const std::string provider = ValueOf(result.metadata, "x-spillway-provider");
  if (provider.empty()) return "";
  return absl::StrCat(provider, " / ", ValueOf(result.metadata, "x-spillway-endpoint"), " / ",
                      ValueOf(result.metadata, "x-spillway-model"));
}

std::string PolicyOf(const Result<v1::ChatResponse>& result) {
  const std::string& traced = result.response.route().policy();
  const std::string policy = traced.empty() ? ValueOf(result.metadata, "x-spillway-policy") : OneLine(traced);
  return policy.empty() ? "none names this model: the primary endpoint took the call" : policy;
}

std::string LatencyOf(const Metadata& metadata) {
  std::string out;
  const auto add = [&](const char* name, std::string_view where) {
    double ms = 0;
    if (!absl::SimpleAtod(ValueOf(metadata, name), &ms)) return;
    absl::StrAppend(&out, out.empty() ? "" : ", ", Took(absl::Milliseconds(ms)), " ",
                    absl::string_view(where.data(), where.size()));
  };
  add("x-spillway-upstream-latency-ms", "at the provider");
  add("x-spillway-router-latency-ms", "in the router");
  return out;
}

// What a reader of the answer must know about its end.
std::string Caveats(const v1::ChatResponse& response, const Paint& paint) {
  std::string out;
  for (const auto& choice : response.choices()) {
    if (choice.finish_reason() == "length") {
      out +=
          Line(paint, "note", "the model stopped at its token limit (finish_reason length)", Tone::kCaution);
    } else if (choice.finish_reason() == "content_filter") {
      out += Line(paint, "note", "the provider's filter cut the answer (finish_reason content_filter)",
                  Tone::kCaution);
    }
  }
  return out;
}

std::string ModelOf(const v1::ChatResponse& response, const Paint& paint) {
  if (response.model().empty()) return "";
  return Line(paint, "model", OneLine(response.model()) + ", says the provider");
}

std::string TokensOf(const v1::ChatResponse& response, const Paint& paint) {
  if (!response.has_usage()) return "";
  const v1::Usage& usage = response.usage();
  return Line(paint, "tokens",
              absl::StrCat(usage.prompt_tokens(), " in (", usage.cached_tokens(), " cached), ",
                           usage.completion_tokens(), " out (", usage.reasoning_tokens(), " reasoning)"));
}

}  // namespace

std::string RenderAnswer(const v1::ChatResponse& response, bool for_terminal) {
  std::string out;
  for (const auto& choice : response.choices()) {
    const std::string text = TextOf(choice.message());
    out += for_terminal ? Printable(text) : text;
    if (out.empty() || out.back() != '\n') out += '\n';
  }
  return out;
}

std::string RenderChatReport(const Result<v1::ChatResponse>& result, const ReportOptions& options) {
  if (!result.ok()) return RenderFailure(result, options);
  const Paint paint(options.colour);
  std::string out;
  if (const std::string served_by = ServedBy(result); !served_by.empty()) {
    out += Line(
        paint, "served by",
        absl::StrCat(paint(Tone::kGood, served_by), paint(Tone::kQuiet, "  (provider / endpoint / model)")));
  }
  out += Line(paint, "policy", PolicyOf(result));
  if (const std::string latency = LatencyOf(result.metadata); !latency.empty()) {
    out += Line(paint, "latency", latency);
  }
  out += RenderTrace(result.response.route(), options);
  out += Caveats(result.response, paint);
  if (options.verbose) out += ModelOf(result.response, paint);
  if (options.verbose || options.tokens) out += TokensOf(result.response, paint);
  if (options.verbose) out += RenderMetadata(result.metadata, paint);
  return out;
}

}  // namespace spillway::client
