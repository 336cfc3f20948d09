#include "providers/http_date.h"

#include <array>
#include <charconv>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"

namespace spillway::providers {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a date front to back; a step that does not fit spoils the rest.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool Take(char expected) {
    ok_ = ok_ && !text_.empty() && text_.front() == expected;
    if (ok_) text_.remove_prefix(1);
    return ok_;
  }
  // At least one letter, up to something else.
  std::size_t SkipLetters() {
    std::size_t size = 0;
    while (size < text_.size() && absl::ascii_isalpha(static_cast<unsigned char>(text_[size]))) ++size;
    text_.remove_prefix(size);
    ok_ = ok_ && size > 0;
    return size;
  }
  int Digits(std::size_t count) {
    int number = 0;
    const bool enough = text_.size() >= count;
    for (std::size_t i = 0; enough && i < count; ++i) {
      ok_ = ok_ && absl::ascii_isdigit(static_cast<unsigned char>(text_[i]));
      number = number * 10 + (text_[i] - '0');
    }
    ok_ = ok_ && enough;
    if (ok_) text_.remove_prefix(count);
    return ok_ ? number : 0;
  }
  unsigned Month() {
    for (unsigned i = 0; i < kMonths.size(); ++i) {
      if (text_.substr(0, 3) != kMonths[i]) continue;
      text_.remove_prefix(3);
      return i + 1;
    }
    ok_ = false;
    return 0;
  }
  seconds Clock() {
    const int hour = Digits(2);
    Take(':');
    const int minute = Digits(2);
    Take(':');
    const int second = Digits(2);
    // 60 is a leap second.
    ok_ = ok_ && hour < 24 && minute < 60 && second <= 60;
    return hours(hour) + minutes(minute) + seconds(second);
  }
  bool Gmt() {
    ok_ = ok_ && text_ == " GMT";
    if (ok_) text_ = {};
    return ok_;
  }
  bool NextIs(char c) const { return !text_.empty() && text_.front() == c; }
  bool AtEnd() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

std::optional<WallTime> Assemble(int year, unsigned month, int day, seconds clock) {
  const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(static_cast<unsigned>(day))};
  // What a system_clock of nanoseconds can count.
  if (!date.ok() || year < 1700 || year > 2200) return std::nullopt;
  return WallTime(sys_days(date)) + clock;
}

int YearOf(WallTime time) { return static_cast<int>(year_month_day(std::chrono::floor<days>(time)).year()); }

// After the weekday and its comma: " 06 Nov 1994 08:49:37 GMT" or " 06-Nov-94 08:49:37 GMT".
std::optional<WallTime> ParseAfterComma(Cursor cursor, bool obsolete, WallTime now) {
  const char separator = obsolete ? '-' : ' ';
  cursor.Take(' ');
  const int day = cursor.Digits(2);
  cursor.Take(separator);
  const unsigned month = cursor.Month();
  cursor.Take(separator);
  int year = cursor.Digits(obsolete ? 2 : 4);
  cursor.Take(' ');
  const seconds clock = cursor.Clock();
  if (!cursor.Gmt()) return std::nullopt;
  if (obsolete) {
    const int this_year = YearOf(now);
    year += this_year - this_year % 100;
    if (year > this_year + 50) year -= 100;
  }
  return Assemble(year, month, day, clock);
}

// " Nov  6 08:49:37 1994"
std::optional<WallTime> ParseAsctime(Cursor cursor) {
  cursor.Take(' ');
  const unsigned month = cursor.Month();
  cursor.Take(' ');
  const bool padded = cursor.NextIs(' ');
  if (padded) cursor.Take(' ');
  const int day = cursor.Digits(padded ? 1 : 2);
  cursor.Take(' ');
  const seconds clock = cursor.Clock();
  cursor.Take(' ');
  const int year = cursor.Digits(4);
  if (!cursor.AtEnd()) return std::nullopt;
  return Assemble(year, month, day, clock);
}

}  // namespace

std::optional<WallTime> ParseHttpDate(std::string_view text, WallTime now) {
  Cursor cursor(text);
  const std::size_t weekday = cursor.SkipLetters();
  if (!cursor.NextIs(',')) return ParseAsctime(cursor);
  cursor.Take(',');
  // Only the obsolete form writes the weekday out.
  return ParseAfterComma(cursor, weekday > 3, now);
}

std::optional<WallTime> ParseRfc3339(std::string_view text) {
  absl::Time time;
  std::string error;
  const absl::string_view view(text.data(), text.size());
  if (!absl::ParseTime(absl::RFC3339_full, view, &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  const std::int64_t unix_seconds = absl::ToUnixSeconds(time);
  constexpr std::int64_t kFarthest = std::int64_t{1} << 33;
  if (unix_seconds < -kFarthest || unix_seconds > kFarthest) return std::nullopt;
  return absl::ToChronoTime(time);
}

}  // namespace spillway::providers
