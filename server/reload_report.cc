#include "server/reload_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "providers/utf8.h"
#include "server/log.h"
#include "server/trailer_budget.h"

namespace spillway::server {
namespace {

using providers::RepairUtf8;

std::string_view EventOf(ReloadOutcome outcome) {
  switch (outcome) {
    case ReloadOutcome::kApplied:
      return "config_reloaded";
    case ReloadOutcome::kUnchanged:
      return "config_unchanged";
    case ReloadOutcome::kRejected:
      break;
  }
  return "config_rejected";
}

LogLevel LevelOf(const ReloadResult& result) {
  if (result.outcome == ReloadOutcome::kRejected) return LogLevel::kError;
  return result.restart_needed.empty() ? LogLevel::kInfo : LogLevel::kWarning;
}

void WriteErrors(const ConfigErrors& errors, providers::JsonWriter& json) {
  json.Key("errors");
  json.BeginArray();
  for (const ConfigError& error : errors) {
    json.BeginObject();
    if (error.line > 0) {
      json.Key("line");
      json.Int(error.line);
      json.Key("column");
      json.Int(error.column);
    }
    if (!error.path.empty()) json.Field("path", RepairUtf8(error.path));
    json.Field("what", RepairUtf8(error.what));
    json.EndObject();
  }
  json.EndArray();
}

// "7:3: policies[0].model: required": as FormatErrors, without the file.
std::string TextOf(const ConfigError& error) {
  std::string text = error.line > 0 ? absl::StrCat(error.line, ":", error.column, ": ") : "";
  if (!error.path.empty()) absl::StrAppend(&text, error.path, ": ");
  return RepairUtf8(absl::StrCat(text, error.what));
}

// All errors, or those that fit and the number of the others.
std::string MessageOf(const std::string& path, const ConfigErrors& errors) {
  constexpr std::size_t kRoomForMore = 48;
  std::string message = absl::StrCat("nothing changed: ", RepairUtf8(path), ": ");
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const std::string text = TextOf(errors[i]);
    if (i > 0 && message.size() + text.size() + kRoomForMore > kMaxMessageBytes) {
      absl::StrAppend(&message, "; and ", errors.size() - i, " more, which the server's log has");
      break;
    }
    absl::StrAppend(&message, i == 0 ? "" : "; ", text);
  }
  return FitMessage(std::move(message));
}

google::rpc::BadRequest ViolationsOf(const ConfigErrors& errors) {
  google::rpc::BadRequest bad;
  for (const ConfigError& error : errors) {
    auto& violation = *bad.add_field_violations();
    violation.set_field(FitMessage(RepairUtf8(error.path)));
    const std::string place =
        error.line > 0 ? absl::StrCat("line ", error.line, ", column ", error.column, ": ") : "";
    violation.set_description(FitMessage(absl::StrCat(place, RepairUtf8(error.what))));
    if (bad.ByteSizeLong() <= kMaxTraceBytes) continue;
    bad.mutable_field_violations()->RemoveLast();
    break;
  }
  return bad;
}

}  // namespace

void LogReload(const std::string& path, std::string_view trigger, const ReloadResult& result) {
  LogLine line(LevelOf(result), EventOf(result.outcome));
  line.Text("trigger", trigger).Text("file", RepairUtf8(path));
  line.Int("hash", static_cast<std::int64_t>(result.hash));
  if (result.outcome == ReloadOutcome::kRejected) WriteErrors(result.errors, line.json());
  if (!result.restart_needed.empty()) {
    line.json().Key("restart_needed");
    line.json().BeginArray();
    for (const std::string& setting : result.restart_needed) line.json().String(setting);
    line.json().EndArray();
  }
  line.Write();
}

CallStatus StatusOf(const std::string& path, const ReloadResult& result) {
  CallStatus status;
  if (result.outcome != ReloadOutcome::kRejected) return status;
  status.code = absl::StatusCode::kInvalidArgument;
  status.message = MessageOf(path, result.errors);
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code));
  proto.set_message(status.message);
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_CONFIG");
  info.set_domain("spillway");
  (*info.mutable_metadata())["file"] = FitMessage(RepairUtf8(path));
  (*info.mutable_metadata())["errors"] = absl::StrCat(result.errors.size());
  proto.add_details()->PackFrom(info);
  proto.add_details()->PackFrom(ViolationsOf(result.errors));
  status.details = proto.SerializeAsString();
  return status;
}

void WarnOpenToAll() {
  LogLine(LogLevel::kWarning, "open_to_all")
      .Text("hint",
            "no callers are configured: whoever reaches this server may call, and is in production; "
            "docs/configuration.md says how to give callers keys")
      .Write();
}

}  // namespace spillway::server
