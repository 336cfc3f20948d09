#include "client/command/render_trace.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

// A provider's message takes one line; --verbose shows all of it.
constexpr std::size_t kMessageCharacters = 80;

std::size_t WidestTarget(const v1::RouteTrace& trace) {
  std::size_t widest = 0;
  for (const auto& attempt : trace.attempts()) {
    widest = std::max(widest, WidthOf(TargetName(attempt.target())));
  }
  for (const auto& skipped : trace.skipped()) {
    widest = std::max(widest, WidthOf(TargetName(skipped.target())));
  }
  return widest;
}

std::string Start(const std::string& mark, const v1::TargetRef& target, std::size_t width) {
  const std::string name = TargetName(target);
  const std::string blanks(width - WidthOf(name), ' ');
  return absl::StrCat("  ", mark, mark.size() < 3 ? std::string(3 - mark.size(), ' ') : "", name, blanks,
                      "  ");
}

// "429 rate_limited", "200 ok", "connect".
std::string OutcomeOf(const v1::Attempt& attempt) {
  const std::string failure = FailureName(attempt.failure());
  const std::string word = failure.empty() ? "ok" : failure;
  return attempt.http_status() == 0 ? word : absl::StrCat(attempt.http_status(), " ", word);
}

// What comes after the outcome: the provider's words, its wish, and the time it took.
std::string RestOf(const v1::Attempt& attempt, bool verbose) {
  std::string out;
  const std::string message =
      verbose ? OneLine(attempt.message()) : OneLine(attempt.message(), kMessageCharacters);
  if (!message.empty()) absl::StrAppend(&out, "  \"", message, "\"");
  if (attempt.has_retry_after()) {
    absl::StrAppend(&out, " (retry after ", Wait(ToDuration(attempt.retry_after())), ")");
  }
  if (attempt.probe()) absl::StrAppend(&out, " (probe: was it back?)");
  if (!attempt.dropped_fields().empty()) {
    absl::StrAppend(&out, " (left out: ", OneLine(absl::StrJoin(attempt.dropped_fields(), ", ")), ")");
  }
  if (attempt.has_latency()) absl::StrAppend(&out, "  ", Took(ToDuration(attempt.latency())));
  if (attempt.has_first_token_latency()) {
    absl::StrAppend(&out, " (first token ", Took(ToDuration(attempt.first_token_latency())), ")");
  }
  return out;
}

std::string VerboseLine(const v1::Attempt& attempt, const Paint& paint) {
  std::string text;
  if (!attempt.provider_code().empty()) {
    absl::StrAppend(&text, "provider code ", OneLine(attempt.provider_code()));
  }
  if (!attempt.provider_request_id().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", "provider request id ",
                    OneLine(attempt.provider_request_id()));
  }
  return text.empty() ? "" : absl::StrCat("     ", paint(Tone::kQuiet, text), "\n");
}

std::string Counts(const v1::RouteTrace& trace) {
  const int skipped = trace.skipped_size();
  if (skipped == 0) return absl::StrCat(trace.attempts_size());
  return absl::StrCat(trace.attempts_size(), ", ", skipped, skipped == 1 ? " target" : " targets",
                      " skipped");
}

}  // namespace

std::string WhySkipped(const v1::SkippedTarget& skipped, absl::Time now) {
  if (skipped.reason() == "probing") return "another call is finding out whether it is back";
  if (skipped.reason() == "unsupported" && !skipped.detail().empty()) return OneLine(skipped.detail());
  if (skipped.reason() != "suspended") return OneLine(skipped.reason());
  const std::string failure = FailureName(skipped.failure());
  if (!skipped.has_suspended_until()) {
    return failure.empty() ? "suspended by hand until resumed" : absl::StrCat("suspended (", failure, ")");
  }
  const absl::Duration left = ToTime(skipped.suspended_until()) - now;
  const std::string why = absl::StrCat(" (", failure.empty() ? "by hand" : failure, ")");
  if (left <= absl::ZeroDuration()) return absl::StrCat("was suspended until just now", why);
  return absl::StrCat("suspended for ", Wait(left), " more", why);
}

std::string RenderTrace(const v1::RouteTrace& trace, const ReportOptions& options) {
  if (trace.attempts().empty() && trace.skipped().empty()) return "";
  const Paint paint(options.colour);
  const std::size_t width = WidestTarget(trace);
  std::string out = Line(paint, "attempts", Counts(trace));
  for (const auto& skipped : trace.skipped()) {
    const std::string why = absl::StrCat("skipped: ", WhySkipped(skipped, options.now));
    absl::StrAppend(&out, Start("-", skipped.target(), width), paint(Tone::kCaution, why), "\n");
  }
  int number = 0;
  for (const auto& attempt : trace.attempts()) {
    const Tone tone = attempt.failure() == v1::FAILURE_UNSPECIFIED ? Tone::kGood : Tone::kBad;
    absl::StrAppend(&out, Start(absl::StrCat(++number, "."), attempt.target(), width),
                    paint(tone, OutcomeOf(attempt)), RestOf(attempt, options.verbose), "\n");
    if (options.verbose) out += VerboseLine(attempt, paint);
  }
  return out;
}

}  // namespace spillway::client
