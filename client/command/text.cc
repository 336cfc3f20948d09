#include "client/command/text.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace spillway::client {
namespace {

constexpr std::array<const char*, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// "FAILURE_RATE_LIMITED" without "FAILURE_", in lower case; a number newer than this program
// as it is.
std::string ShortEnumName(std::string_view full, std::string_view prefix, int number) {
  if (full.empty()) return absl::StrCat(number);
  return absl::AsciiStrToLower(absl::string_view(full.data() + prefix.size(), full.size() - prefix.size()));
}

}  // namespace

std::string CodeName(grpc::StatusCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kCodeNames.size() ? kCodeNames[index] : absl::StrCat("CODE_", static_cast<int>(code));
}

std::string FailureName(v1::Failure failure) {
  if (failure == v1::FAILURE_UNSPECIFIED) return "";
  return ShortEnumName(v1::Failure_Name(failure), "FAILURE_", failure);
}

std::string StateName(v1::TargetState state) {
  if (state == v1::TARGET_STATE_UNSPECIFIED) return "unknown";
  return ShortEnumName(v1::TargetState_Name(state), "TARGET_STATE_", state);
}

std::string EnvironmentName(v1::Environment environment) {
  if (environment == v1::ENVIRONMENT_UNSPECIFIED) return "";
  return ShortEnumName(v1::Environment_Name(environment), "ENVIRONMENT_", environment);
}

std::string TargetName(const v1::TargetRef& target) {
  return OneLine(absl::StrCat(target.provider(), "/", target.endpoint(), " ", target.model()));
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string Took(absl::Duration duration) {
  const double ms = absl::ToDoubleMilliseconds(duration);
  if (ms < 9.95) return absl::StrFormat("%.1f ms", ms);
  if (ms < 9999.5) return absl::StrFormat("%.0f ms", ms);
  return absl::StrFormat("%.1f s", ms / 1000);
}

std::string Wait(absl::Duration duration) {
  // Rounded up: who waits that long must not come a moment too early.
  std::int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  if (seconds < 1) seconds = 1;
  if (seconds < 60) return absl::StrCat(seconds, " s");
  const std::int64_t minutes = seconds / 60;
  const auto with_rest = [](std::int64_t n, const char* unit, std::int64_t rest, const char* rest_unit) {
    return rest == 0 ? absl::StrCat(n, unit) : absl::StrCat(n, unit, " ", rest, rest_unit);
  };
  if (minutes < 60) return with_rest(minutes, " min", seconds % 60, " s");
  return with_rest(minutes / 60, " h", minutes % 60, " min");
}

std::string Setting(absl::Duration duration) {
  const std::int64_t ms = absl::ToInt64Milliseconds(duration);
  if (absl::Milliseconds(ms) != duration) return absl::FormatDuration(duration);
  if (ms % 1000 != 0) return absl::StrCat(ms, "ms");
  if (ms != 0 && ms % 60000 == 0) return absl::StrCat(ms / 60000, "m");
  return absl::StrCat(ms / 1000, "s");
}

}  // namespace spillway::client
