#include "server/grpc/watchdog.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log.h"

namespace spillway::server {

Watchdog::Watchdog(const Options& options, Dial dial)
    : options_(options), dial_(std::move(dial)), stop_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (stop_ >= 0) thread_ = std::thread([this] { Run(); });
}

Watchdog::~Watchdog() {
  if (stop_ < 0) return;
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
}

void Watchdog::Run() {
  while (!Sleep()) {
    const absl::Status status = dial_(stop_);
    if (!absl::IsCancelled(status)) Judge(status);
  }
}

bool Watchdog::Sleep() const {
  pollfd stop = {stop_, POLLIN, 0};
  return poll(&stop, 1, static_cast<int>(options_.interval.count())) > 0;
}

void Watchdog::Judge(const absl::Status& status) {
  if (!status.ok()) ++failures_;
  const absl::MutexLock lock(&mutex_);
  const bool was_well = misses_ < options_.misses;
  misses_ = status.ok() ? 0 : misses_ + 1;
  last_ = std::string(status.message());
  const bool is_well = misses_ < options_.misses;
  if (was_well == is_well) return;
  LogLine(is_well ? LogLevel::kInfo : LogLevel::kError, is_well ? "self_dial_ok" : "self_dial_failing")
      .Text("listener", "server.grpc")
      .TextIf("reason", last_)
      .Write();
}

std::string Watchdog::Complaint() const {
  const absl::MutexLock lock(&mutex_);
  if (misses_ < options_.misses) return "";
  return absl::StrCat("the gRPC listener did not answer the last ", misses_, " times it was tried: ", last_);
}

}  // namespace spillway::server
