#include "server/config/duration_bounds.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace spillway::server {
namespace {

constexpr std::int64_t kMaxSeconds = 24 * 60 * 60;
constexpr std::int32_t kNanosInMilli = 1'000'000;

}  // namespace

google::protobuf::Duration MaxDuration() {
  google::protobuf::Duration most;
  most.set_seconds(kMaxSeconds);
  return most;
}

bool Longer(const google::protobuf::Duration& a, const google::protobuf::Duration& b) {
  return std::pair(a.seconds(), a.nanos()) > std::pair(b.seconds(), b.nanos());
}

std::string DurationText(const google::protobuf::Duration& duration) {
  if (duration.nanos() == 0) return absl::StrCat(duration.seconds(), "s");
  if (duration.nanos() % kNanosInMilli == 0) {
    return absl::StrCat(duration.seconds() * 1000 + duration.nanos() / kNanosInMilli, "ms");
  }
  std::string text = absl::StrFormat("%d.%09d", duration.seconds(), duration.nanos());
  text.erase(text.find_last_not_of('0') + 1);
  return text + "s";
}

}  // namespace spillway::server
