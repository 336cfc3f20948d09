#include "client/command/render_route.h"

#include <google/protobuf/util/json_util.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/command/state_cell.h"
#include "client/command/table.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

std::string Headline(const std::string& model, const v1::RouteResponse& response) {
  const std::string environment = EnvironmentName(response.environment());
  const std::string where = environment.empty() ? "" : absl::StrCat(" in ", environment);
  if (response.policy().empty()) {
    return absl::StrCat("No policy names ", OneLine(model), where,
                        ": a call would go to the primary endpoint.\n");
  }
  return absl::StrCat("A call for ", OneLine(model), where, " follows policy ", OneLine(response.policy()),
                      ".\n");
}

std::string RenderCandidates(const v1::RouteResponse& response, const ReportOptions& options) {
  const Tone quiet = Tone::kQuiet;
  std::vector<Row> rows = {{{"#", quiet},
                            {"target", quiet},
                            {"a call", quiet},
                            {"state", quiet},
                            {"why", quiet},
                            {"until", quiet}}};
  int number = 0;
  for (const auto& candidate : response.candidates()) {
    const bool tried = candidate.would_try();
    std::string why = OneLine(candidate.reason());
    const std::string failure = FailureName(candidate.failure());
    if (why.find(failure) == std::string::npos) absl::StrAppend(&why, why.empty() ? "" : ": ", failure);
    rows.push_back(
        {{tried ? absl::StrCat(++number) : "-"},
         {TargetName(candidate.target())},
         {tried ? "would try" : "passes over", tried ? Tone::kGood : Tone::kCaution},
         StateCell(candidate.state()),
         {std::move(why)},
         {candidate.has_suspended_until() ? UntilText(ToTime(candidate.suspended_until()), options.now)
                                          : ""}});
  }
  std::string out = RenderTable(rows, Paint(options.colour));
  if (number == 0) out += "A call would fail now: there is no target it would try.\n";
  return out;
}

std::string Or(bool present, const google::protobuf::Duration& duration, const char* absent) {
  return present ? Setting(ToDuration(duration)) : absent;
}

// What a target has of its own beside the policy's settings; empty: nothing.
std::string OwnSettings(const v1::Candidate& candidate, const v1::PolicySettings& policy) {
  const v1::TargetSettings& own = candidate.settings();
  std::vector<std::string> said;
  const bool same_timeout =
      !own.has_request_timeout() || ToDuration(own.request_timeout()) == ToDuration(policy.request_timeout());
  if (!same_timeout)
    said.push_back(absl::StrCat("request_timeout ", Setting(ToDuration(own.request_timeout()))));
  if (!own.path().empty()) said.push_back(absl::StrCat("path ", OneLine(own.path())));
  if (own.context_window() != 0) said.push_back(absl::StrCat("context_window ", own.context_window()));
  if (own.max_concurrent() != 0) {
    said.push_back(
        absl::StrCat("max_concurrent ", own.max_concurrent(), " (", candidate.in_flight(), " under way)"));
  }
  if (!own.lacks().empty()) said.push_back(absl::StrCat("lacks ", OneLine(absl::StrJoin(own.lacks(), ", "))));
  if (own.has_parameters()) {
    std::string json;
    if (google::protobuf::util::MessageToJsonString(own.parameters(), &json).ok()) {
      said.push_back(absl::StrCat("parameters ", OneLine(json)));
    }
  }
  return absl::StrJoin(said, ", ");
}

std::string RenderTargetSettings(const v1::RouteResponse& response, const Paint& paint) {
  std::vector<Row> rows;
  for (const v1::Candidate& candidate : response.candidates()) {
    std::string own = OwnSettings(candidate, response.settings());
    if (own.empty()) continue;
    rows.push_back({{absl::StrCat("  ", TargetName(candidate.target()))}, {std::move(own)}});
  }
  if (rows.empty()) return "";
  return absl::StrCat("\n", paint(Tone::kQuiet, "targets' own"), "\n", RenderTable(rows, paint));
}

std::string RetryBudgetText(const v1::PolicySettings& settings) {
  if (!settings.has_retry_budget()) return "none";
  return absl::StrCat(settings.retry_budget().percent(), " % of calls, and ",
                      settings.retry_budget().floor());
}

std::string RenderSettings(const v1::PolicySettings& s, const Paint& paint) {
  const auto optional = [](bool has, const google::protobuf::Duration& value, const char* absent) {
    return Cell{Or(has, value, absent)};
  };
  const std::vector<Row> rows = {
      {{"  request_timeout"}, optional(s.has_request_timeout(), s.request_timeout(), "none")},
      {{"  first_token_timeout"}, optional(s.has_first_token_timeout(), s.first_token_timeout(), "none")},
      {{"  stream_idle_timeout"}, optional(s.has_stream_idle_timeout(), s.stream_idle_timeout(), "none")},
      {{"  stream_unary"}, {s.stream_unary() ? "true" : "false"}},
      {{"  total_timeout"}, optional(s.has_total_timeout(), s.total_timeout(), "the caller's deadline")},
      {{"  retries"}, {absl::StrCat(s.retries())}},
      {{"  same_target_retries"}, {absl::StrCat(s.same_target_retries())}},
      {{"  fail_on"}, {OneLine(absl::StrJoin(s.fail_on(), ", "))}},
      {{"  max_fails"}, {absl::StrCat(s.max_fails())}},
      {{"  count_mode"}, {OneLine(s.count_mode())}},
      {{"  fail_timeout"}, optional(s.has_fail_timeout(), s.fail_timeout(), "none")},
      {{"  suspend_duration"},
       optional(s.has_suspend_duration(), s.suspend_duration(), "none: failures are not remembered")},
      {{"  max_suspend_duration"}, optional(s.has_max_suspend_duration(), s.max_suspend_duration(), "none")},
      {{"  all_suspended"}, {OneLine(s.all_suspended())}},
      {{"  retry_budget"}, {RetryBudgetText(s)}},
  };
  return absl::StrCat(paint(Tone::kQuiet, "settings in force"), "\n", RenderTable(rows, paint));
}

}  // namespace

std::string RenderRoute(const std::string& model, const v1::RouteResponse& response,
                        const ReportOptions& options) {
  std::string out = absl::StrCat(Headline(model, response), "\n", RenderCandidates(response, options));
  if (response.has_settings()) {
    const Paint paint(options.colour);
    absl::StrAppend(&out, "\n", RenderSettings(response.settings(), paint),
                    RenderTargetSettings(response, paint));
  }
  return out;
}

}  // namespace spillway::client
