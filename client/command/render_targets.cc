#include "client/command/render_targets.h"

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
  const std::string failure = FailureName(status.failure());
  return status.with_endpoint() ? absl::StrCat("its endpoint: ", failure) : failure;
}

std::string UntilOf(const v1::TargetStatus& status, absl::Time now) {
  if (status.has_suspended_until()) return UntilText(ToTime(status.suspended_until()), now);
  const bool waits_for_a_hand = status.by_hand() && status.state() == v1::TARGET_STATE_SUSPENDED;
  return waits_for_a_hand ? "resumed" : "";
}

}  // namespace

std::string RenderTargets(const v1::ListTargetsResponse& response, const ReportOptions& options) {
  if (response.targets().empty()) return "No policy of the configuration names a target.\n";
  const Tone quiet = Tone::kQuiet;
  std::vector<Row> rows = {{{"target", quiet},
                            {"provider", quiet},
                            {"state", quiet},
                            {"why", quiet},
                            {"until", quiet},
                            {"in flight", quiet},
                            {"fails", quiet},
                            {"suspensions in a row", quiet}}};
  for (const auto& status : response.targets()) {
    rows.push_back({{ArgumentName(status.target())},
                    {OneLine(status.target().provider())},
                    StateCell(status.state()),
                    {WhyOf(status)},
                    {UntilOf(status, options.now)},
                    {absl::StrCat(status.in_flight())},
                    {absl::StrCat(status.fails())},
                    {absl::StrCat(status.suspensions_in_a_row())}});
  }
  return RenderTable(rows, Paint(options.colour));
}

std::string RenderTarget(const v1::TargetStatus& status, const ReportOptions& options) {
  const Cell state = StateCell(status.state());
  std::string out =
      absl::StrCat(ArgumentName(status.target()), " is ", Paint(options.colour)(state.tone, state.text));
  const std::string why = WhyOf(status);
  const std::string until = UntilOf(status, options.now);
  if (!why.empty()) absl::StrAppend(&out, status.by_hand() ? " by hand" : absl::StrCat(" (", why, ")"));
  if (status.has_suspended_until()) {
    absl::StrAppend(&out, ", back ", until);
  } else if (!until.empty()) {
    absl::StrAppend(&out, " until resumed");
  }
  return out + ".\n";
}

}  // namespace spillway::client
