#include "server/access_log.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "providers/utf8.h"
#include "server/log.h"

namespace spillway::server {
namespace {

// Of a model that was refused for its length, too: the caller writes it, and writes no more than this.
constexpr std::size_t kMaxModelBytes = 256;

// Which trace the call is in, and where.
void WriteTrace(const TraceContext& trace, LogLine& line) {
  if (trace.empty()) return;
  line.Text("trace_id", TraceIdText(trace).view()).Text("span_id", SpanIdText(trace.span).view());
  if (trace.parent != 0) line.Text("parent_span_id", SpanIdText(trace.parent).view());
}

// What the attempt's request left out.
void WriteDropped(const std::vector<DroppedFields>& all, std::size_t attempt, LogLine& line) {
  const auto dropped = std::find_if(all.begin(), all.end(),
                                    [&](const DroppedFields& fields) { return fields.attempt == attempt; });
  if (dropped == all.end()) return;
  line.json().Key("dropped");
  line.json().BeginArray();
  for (const std::string_view name : dropped->names) line.json().String(name);
  line.json().EndArray();
}

void WriteFailure(const router::AttemptRecord& attempt, LogLine& line) {
  if (!attempt.failed) return;
  line.Text("failure", router::TraitsOf(attempt.failed->failure).name);
  if (attempt.http_status != 0) line.Int("http_status", attempt.http_status);
  line.TextIf("provider_code", attempt.failed->provider_code).TextIf("message", attempt.failed->message);
}

void WriteAttempts(const TraceContext& trace, const CallResult& result, LogLine& line) {
  const router::CallReport& report = *result.report;
  providers::JsonWriter& json = line.json();
  json.Key("attempts");
  json.BeginArray();
  std::size_t number = 0;
  for (const router::AttemptRecord& attempt : report.attempts) {
    const router::TargetName& name = report.table->leaf(attempt.leaf).name;
    json.BeginObject();
    json.Field("endpoint", name.endpoint);
    json.Field("model", name.model);
    line.Millis("ms", attempt.end - attempt.start);
    if (attempt.first_token) line.Millis("first_token_ms", *attempt.first_token - attempt.start);
    if (attempt.role != router::Ticket::Role::kOrdinary) {
      json.Field("role", attempt.role == router::Ticket::Role::kProbe ? "probe" : "last_resort");
    }
    WriteFailure(attempt, line);
    line.TextIf("provider_request_id", attempt.provider_request_id);
    if (!trace.empty()) line.Text("span_id", SpanIdText(SpanOfAttempt(trace, number)).view());
    WriteDropped(result.dropped, number++, line);
    json.EndObject();
  }
  json.EndArray();
}

void WriteSkipped(const router::CallReport& report, LogLine& line) {
  if (report.skipped.empty()) return;
  providers::JsonWriter& json = line.json();
  json.Key("skipped");
  json.BeginArray();
  for (const router::SkippedLeaf& skipped : report.skipped) {
    const router::TargetName& name = report.table->leaf(skipped.leaf).name;
    json.BeginObject();
    json.Field("endpoint", name.endpoint);
    json.Field("model", name.model);
    json.Field("reason", router::NameOf(skipped.reason));
    line.TextIf("detail", skipped.detail);
    json.EndObject();
  }
  json.EndArray();
}

// When the caller got the first token and the first of the answer, whose that was, and how often it was told
// to forget what it had got.
void WriteStream(const CallInput& input, const CallResult& result, LogLine& line) {
  if (input.sink == nullptr) return;
  for (const router::AttemptRecord& attempt : result.report->attempts) {
    if (!attempt.first_token) continue;
    line.Millis("first_token_ms", *attempt.first_token - input.received);
    break;
  }
  if (result.commit) {
    line.Millis("commit_ms", result.commit->at - input.received);
    line.Int("committed_attempt", static_cast<std::int64_t>(result.commit->attempt) + 1);
  }
  if (result.resets > 0) line.Int("resets", result.resets);
}

void WriteTokens(const v1::Usage& usage, LogLine& line) {
  line.Int("prompt_tokens", usage.prompt_tokens()).Int("completion_tokens", usage.completion_tokens());
}

}  // namespace

void LogCall(const CallLogEntry& entry) {
  LogLine line(LogLevel::kInfo, "call");
  line.Text("method", entry.method).Text("request_id", entry.request_id);
  WriteTrace(entry.input->trace, line);
  line.TextIf("caller", entry.input->caller).Text("model", providers::CutUtf8(entry.model, kMaxModelBytes));
  // It follows from the caller, and this is nobody.
  if (entry.code != absl::StatusCode::kUnauthenticated) {
    line.Text("environment", router::NameOf(entry.input->environment));
  }
  line.TextIf("peer", entry.peer)
      .Text("code", NameOf(entry.code))
      .TextIf("message", entry.message)
      .Millis("ms", entry.end - entry.input->received);
  if (entry.result != nullptr && entry.result->report) {
    const router::CallReport& report = *entry.result->report;
    line.Text("policy", report.route->name);
    line.Millis("router_ms", entry.end - entry.input->received - entry.result->upstream);
    WriteStream(*entry.input, *entry.result, line);
    WriteAttempts(entry.input->trace, *entry.result, line);
    WriteSkipped(report, line);
    if (report.verdict == router::Verdict::kServed) WriteTokens(UsageOf(*entry.input, *entry.result), line);
  }
  line.Write();
}

}  // namespace spillway::server
