#include "client/command/render_targets.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/command/state_cell.h"
#include "client/command/table.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

std::string ArgumentName(const v1::TargetRef& target) {
  return OneLine(absl::StrCat(target.endpoint(), "/", target.model()));
}

std::string WhyOf(const v1::TargetStatus& status) {
  if (status.by_hand()) return "by hand";
  std::string failure = FailureName(status.failure());
  const v1::LastFailure& last = status.figures().last_failure();
  if (last.http_status() != 0 && last.failure() == status.failure()) {
    absl::StrAppend(&failure, " (", last.http_status(), ")");
  }
  return status.with_endpoint() ? absl::StrCat("its endpoint: ", failure) : failure;
}

std::string UntilOf(const v1::TargetStatus& status, const ReportOptions& options) {
  if (status.has_suspended_until()) {
    const absl::Time until = ToTime(status.suspended_until());
    if (!options.counting_down) return UntilText(until, options.now);
    return until <= options.now ? "now" : absl::StrCat("in ", Wait(until - options.now));
  }
  const bool waits_for_a_hand = status.by_hand() && status.state() == v1::TARGET_STATE_SUSPENDED;
  return waits_for_a_hand ? "resumed" : "";
}

// Nothing where nothing is known.
std::string Time(const google::protobuf::Duration& duration, bool known) {
  return known ? Took(ToDuration(duration)) : "";
}

// "2/5": five, of which two are in use or being made.
std::string Connections(const v1::TargetStatus& status) {
  if (!status.has_connections()) return "";
  const v1::EndpointConnections& counts = status.connections();
  const int busy = counts.connecting() + counts.active();
  return absl::StrCat(busy, "/", busy + counts.idle());
}

Row RowOf(const v1::TargetStatus& status, const ReportOptions& options) {
  const v1::TargetFigures& figures = status.figures();
  const Tone failed = figures.failures() > 0 ? Tone::kCaution : Tone::kPlain;
  return {{ArgumentName(status.target())},
          StateCell(status.state()),
          {WhyOf(status)},
          {UntilOf(status, options)},
          {absl::StrCat(status.in_flight())},
          {absl::StrCat(status.fails())},
          {absl::StrCat(figures.attempts())},
          {absl::StrCat(figures.failures()), failed},
          {Time(figures.latency_p50(), figures.has_latency_p50())},
          {Time(figures.latency_p95(), figures.has_latency_p95())},
          {Connections(status)}};
}

bool IsWorthAWord(const v1::TargetStatus& status) {
  const bool out = status.state() != v1::TARGET_STATE_AVAILABLE && !status.by_hand();
  return status.figures().has_last_failure() && (out || status.fails() > 0);
}

// "prod/gpt-4o failed 12 s ago: rate_limited (429): Rate limit reached".
std::string FailureLine(const v1::TargetStatus& status, const ReportOptions& options) {
  constexpr std::size_t kMostOfAMessage = 200;
  const v1::LastFailure& last = status.figures().last_failure();
  std::string out =
      absl::StrCat(ArgumentName(status.target()), " failed ", Wait(options.now - ToTime(last.time())),
                   " ago: ", FailureName(last.failure()));
  if (last.http_status() != 0) absl::StrAppend(&out, " (", last.http_status(), ")");
  if (const std::string message = OneLine(last.message(), kMostOfAMessage); !message.empty()) {
    absl::StrAppend(&out, ": ", message);
  }
  return out;
}

}  // namespace

std::string RenderTargets(const TargetStatuses& targets, const ReportOptions& options) {
  if (targets.empty()) return "No policy of the configuration names a target.\n";
  Row heading;
  for (const char* name : {"target", "state", "why", "until", "in flight", "fails", "attempts", "failed",
                           "p50", "p95", "conns"}) {
    heading.push_back({name, Tone::kQuiet});
  }
  std::vector<Row> rows = {std::move(heading)};
  std::string failures;
  for (const auto& status : targets) {
    rows.push_back(RowOf(status, options));
    if (IsWorthAWord(status)) absl::StrAppend(&failures, FailureLine(status, options), "\n");
  }
  return RenderTable(rows, Paint(options.colour)) + failures;
}

std::string RenderTarget(const v1::TargetStatus& status, const ReportOptions& options) {
  const Cell state = StateCell(status.state());
  std::string out =
      absl::StrCat(ArgumentName(status.target()), " is ", Paint(options.colour)(state.tone, state.text));
  const std::string why = WhyOf(status);
  const std::string until = UntilOf(status, options);
  if (!why.empty()) absl::StrAppend(&out, status.by_hand() ? " by hand" : absl::StrCat(" (", why, ")"));
  if (status.has_suspended_until()) {
    absl::StrAppend(&out, ", back ", until);
  } else if (!until.empty()) {
    absl::StrAppend(&out, " until resumed");
  }
  return out + ".\n";
}

}  // namespace spillway::client
