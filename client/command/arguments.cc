#include "client/command/arguments.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace spillway::client {

absl::StatusOr<std::chrono::milliseconds> ParseTimeout(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not a duration: write 30s, 1500ms or 5m"));
  }
  if (duration < absl::Milliseconds(1) || duration > absl::Hours(24 * 365)) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not between 1ms and a year (8760h)"));
  }
  return absl::ToChronoMilliseconds(duration);
}

absl::StatusOr<TargetArgument> ParseTarget(const std::string& text) {
  const std::string::size_type slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not ENDPOINT/MODEL: `spillway targets` lists them"));
  }
  return TargetArgument{text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace spillway::client
