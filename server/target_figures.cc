#include "server/target_figures.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "server/trace.h"

namespace spillway::server {

using std::chrono::microseconds;

void LatestTimes::Add(router::Duration time) {
  const std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  const std::int64_t micros = std::chrono::duration_cast<microseconds>(time).count();
  times_[count_++ % kMost] = static_cast<std::uint32_t>(std::clamp<std::int64_t>(micros, 0, most));
}

std::optional<router::Duration> LatestTimes::Percentile(int percent) const {
  const std::size_t size = std::min<std::uint64_t>(count_, kMost);
  if (size == 0) return std::nullopt;
  std::array<std::uint32_t, kMost> sorted = times_;
  const std::size_t rank = (size * static_cast<std::size_t>(percent) + 99) / 100;
  const auto wanted = sorted.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(sorted.begin(), wanted, sorted.begin() + static_cast<std::ptrdiff_t>(size));
  return microseconds(*wanted);
}

void TargetFigures::Record(const router::AttemptRecord& attempt) {
  ++attempts_;
  if (attempt.first_token) first_tokens_.Add(*attempt.first_token - attempt.start);
  if (!attempt.failed) return answers_.Add(attempt.end - attempt.start);
  const router::FailedAttempt& failed = *attempt.failed;
  if (failed.failure == router::Failure::kCancelled) {
    ++cancelled_;
    return;
  }
  ++failures_;
  last_failure_.failure = failed.failure;
  last_failure_.http_status = failed.http_status;
  last_failure_.message = failed.message;
  last_failure_.provider_code = failed.provider_code;
  last_failure_.at = attempt.end;
}

v1::TargetFigures TargetFigures::Show(const WallClock& clock) const {
  v1::TargetFigures figures;
  figures.set_attempts(attempts_);
  figures.set_failures(failures_);
  figures.set_cancelled(cancelled_);
  if (const auto time = answers_.Percentile(50)) *figures.mutable_latency_p50() = ToProto(*time);
  if (const auto time = answers_.Percentile(95)) *figures.mutable_latency_p95() = ToProto(*time);
  if (const auto time = first_tokens_.Percentile(50)) *figures.mutable_first_token_p50() = ToProto(*time);
  if (failures_ == 0) return figures;
  v1::LastFailure& last = *figures.mutable_last_failure();
  last.set_failure(ToProto(last_failure_.failure));
  last.set_http_status(last_failure_.http_status);
  last.set_message(last_failure_.message);
  last.set_provider_code(last_failure_.provider_code);
  *last.mutable_time() = clock.TimeOfDay(last_failure_.at);
  return figures;
}

TargetFigures& FiguresBook::Of(const router::TargetName& target) {
  const absl::MutexLock lock(&mutex_);
  auto& figures = figures_[{target.endpoint, target.model}];
  if (figures == nullptr) figures = std::make_unique<TargetFigures>();
  return *figures;
}

}  // namespace spillway::server
