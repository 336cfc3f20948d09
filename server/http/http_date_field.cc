#include "server/http/http_date_field.h"

#include "absl/strings/str_format.h"

namespace spillway::server {
namespace {

// strftime's names are the locale's.
constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string_view HttpDateField::At(std::time_t now) {
  if (now == written_at_) return field_;
  written_at_ = now;
  std::tm utc{};
  gmtime_r(&now, &utc);
  field_ = absl::StrFormat("Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", kDays[utc.tm_wday], utc.tm_mday,
                           kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return field_;
}

}  // namespace spillway::server
