#include "tests/replay/replay_report.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "providers/json_writer.h"

namespace spillway::replay {
namespace {

using providers::JsonWriter;

void IntField(std::string_view name, std::int64_t value, JsonWriter& json) {
  json.Key(name);
  json.Int(value);
}

void WriteToolCalls(const v1::Message& message, JsonWriter& json) {
  json.Key("tool_calls");
  json.BeginArray();
  for (const v1::ToolCall& call : message.tool_calls()) {
    json.BeginObject();
    json.Field("id", call.id());
    json.Field("name", call.has_custom() ? call.custom().name() : call.function().name());
    json.Field("arguments", call.has_custom() ? call.custom().input() : call.function().arguments());
    json.EndObject();
  }
  json.EndArray();
}

void WriteChoice(const v1::Choice& choice, JsonWriter& json) {
  json.BeginObject();
  json.Field("finish_reason", choice.finish_reason());
  if (choice.message().has_content()) json.Field("text", choice.message().content());
  if (choice.message().has_refusal()) json.Field("refusal", choice.message().refusal());
  if (choice.message().has_reasoning_content()) {
    json.Field("reasoning", choice.message().reasoning_content());
  }
  if (choice.message().tool_calls_size() > 0) WriteToolCalls(choice.message(), json);
  json.EndObject();
}

void WriteAnswer(const v1::ChatResponse& answer, JsonWriter& json) {
  json.Field("model", answer.model());
  json.Key("choices");
  json.BeginArray();
  for (const v1::Choice& choice : answer.choices()) WriteChoice(choice, json);
  json.EndArray();
  if (!answer.has_usage()) return;
  json.Key("usage");
  json.BeginObject();
  IntField("prompt_tokens", answer.usage().prompt_tokens(), json);
  IntField("completion_tokens", answer.usage().completion_tokens(), json);
  IntField("total_tokens", answer.usage().total_tokens(), json);
  IntField("cached_tokens", answer.usage().cached_tokens(), json);
  IntField("reasoning_tokens", answer.usage().reasoning_tokens(), json);
  json.EndObject();
}

void WriteFailure(const router::FailedAttempt& failure, JsonWriter& json) {
  json.Field("failure", router::TraitsOf(failure.failure).name);
  IntField("http_status", failure.http_status, json);
  json.Field("provider_code", failure.provider_code);
  json.Field("message", failure.message);
  if (!failure.retry_after) return;
  IntField("retry_after_ms",
           std::chrono::duration_cast<std::chrono::milliseconds>(*failure.retry_after).count(), json);
}

void WriteStream(const testing::StreamRun& run, JsonWriter& json) {
  json.Key("stream");
  json.BeginObject();
  IntField("deltas", static_cast<std::int64_t>(run.deltas.size()), json);
  const auto tokens = std::count_if(run.deltas.begin(), run.deltas.end(), providers::CarriesToken);
  IntField("tokens", tokens, json);
  json.EndObject();
}

std::string_view Outcome(const Replayed& replayed) {
  if (!replayed.decoded) return "skipped";
  if (replayed.answer() != nullptr) return "answer";
  return IsUndecodable(replayed) ? "undecodable" : "failure";
}

}  // namespace

std::string ReportLine(const Recording& recording, const Replayed& replayed) {
  std::string line;
  JsonWriter json(line);
  json.BeginObject();
  json.Field("id", recording.id);
  json.Field("provider", recording.provider);
  json.Field("outcome", Outcome(replayed));
  if (!replayed.skipped.empty()) json.Field("skipped", replayed.skipped);
  if (replayed.stream) WriteStream(*replayed.stream, json);
  if (const auto* answer = replayed.answer()) WriteAnswer(*answer, json);
  if (const auto* failure = replayed.failure()) WriteFailure(*failure, json);
  json.EndObject();
  return line;
}

void Totals::Count(const Replayed& replayed) {
  const std::string_view outcome = Outcome(replayed);
  if (outcome == "answer") ++answers;
  if (outcome == "failure") ++failures;
  if (outcome == "skipped") ++skipped;
  if (outcome == "undecodable") ++undecodable;
}

std::string SummaryLine(const Totals& totals) {
  std::string line;
  JsonWriter json(line);
  json.BeginObject();
  json.Key("summary");
  json.BeginObject();
  IntField("exchanges",
           static_cast<std::int64_t>(totals.answers + totals.failures + totals.skipped + totals.undecodable),
           json);
  IntField("answers", static_cast<std::int64_t>(totals.answers), json);
  IntField("failures", static_cast<std::int64_t>(totals.failures), json);
  IntField("skipped", static_cast<std::int64_t>(totals.skipped), json);
  IntField("undecodable", static_cast<std::int64_t>(totals.undecodable), json);
  json.EndObject();
  json.EndObject();
  return line;
}

}  // namespace spillway::replay
