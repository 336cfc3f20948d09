#include "client/command/watch_view.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/command/render_failure.h"
#include "client/command/render_targets.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

// For so long it is said that the server is back.
constexpr absl::Duration kSaysSo = absl::Seconds(15);

std::string StandingOf(v1::WatchTargetsResponse targets) {
  for (v1::TargetStatus& target : *targets.mutable_targets()) {
    target.clear_figures();
    target.clear_connections();
    target.clear_in_flight();
    target.clear_fails();
  }
  return targets.SerializeAsString();
}

std::string TimeOfDay(absl::Time time) { return absl::FormatTime("%H:%M:%S UTC", time, absl::UTCTimeZone()); }

}  // namespace

bool WatchView::Take(v1::WatchTargetsResponse targets, absl::Time now) {
  const bool is_back = std::exchange(lost_at_, std::nullopt).has_value();
  if (is_back) back_at_ = now;
  const bool is_first = !begun();
  told_at_ = now;
  targets_ = std::move(targets);
  std::string standing = StandingOf(targets_);
  const bool differs = standing != standing_;
  standing_ = std::move(standing);
  return differs || is_first || is_back;
}

void WatchView::Lose(const Outcome& outcome, absl::Time now) {
  if (!lost_at_) lost_at_ = now;
  why_lost_ = CauseOf(outcome);
}

std::string WatchView::Heading(const ReportOptions& options) const {
  int out = 0;
  for (const v1::TargetStatus& target : targets_.targets()) {
    if (target.state() != v1::TARGET_STATE_AVAILABLE) ++out;
  }
  const int all = targets_.targets_size();
  const Paint paint(options.colour);
  return absl::StrCat(TimeOfDay(options.now), "  ", OneLine(options.address), "  ", all,
                      all == 1 ? " target, " : " targets, ",
                      out == 0 ? paint(Tone::kGood, "all available")
                               : paint(Tone::kBad, absl::StrCat(out, " not available")));
}

std::string WatchView::Connection(const ReportOptions& options) const {
  const Paint paint(options.colour);
  if (lost_at_) {
    return paint(Tone::kBad, absl::StrCat("lost the server ", Wait(options.now - *lost_at_), " ago (",
                                          why_lost_, "); trying again; this is what it said last:"));
  }
  if (back_at_ && options.now < *back_at_ + kSaysSo) {
    return paint(Tone::kCaution,
                 absl::StrCat("the server was lost and is back since ", TimeOfDay(*back_at_)));
  }
  return "";
}

std::vector<std::string> WatchView::Lines(const ReportOptions& options) const {
  std::vector<std::string> lines = {Heading(options)};
  if (std::string connection = Connection(options); !connection.empty())
    lines.push_back(std::move(connection));
  const std::string table = RenderTargets(targets_.targets(), options);
  for (const absl::string_view line : absl::StrSplit(table, '\n', absl::SkipEmpty()))
    lines.emplace_back(line);
  return lines;
}

}  // namespace spillway::client
