#include "client/command/state_cell.h"

#include "absl/strings/str_cat.h"
#include "client/command/text.h"

namespace spillway::client {

Cell StateCell(v1::TargetState state) {
  switch (state) {
    case v1::TARGET_STATE_AVAILABLE:
      return {StateName(state), Tone::kGood};
    case v1::TARGET_STATE_SUSPENDED:
      return {StateName(state), Tone::kBad};
    case v1::TARGET_STATE_PROBING:
      return {StateName(state), Tone::kCaution};
    default:
      return {StateName(state), Tone::kPlain};
  }
}

std::string UntilText(absl::Time until, absl::Time now) {
  if (until <= now) return "now";
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool same_day = absl::ToCivilDay(until, utc) == absl::ToCivilDay(now, utc);
  const char* format = same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S";
  return absl::StrCat("in ", Wait(until - now), " (", absl::FormatTime(format, until, utc), " UTC)");
}

}  // namespace spillway::client
