#include "client/command/watch_feed.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "client/admin_client.h"

namespace spillway::client {
namespace {

constexpr std::chrono::milliseconds kPause = std::chrono::seconds(1);

v1::WatchTargetsRequest RequestFor(std::chrono::milliseconds interval) {
  v1::WatchTargetsRequest request;
  request.mutable_interval()->set_seconds(interval.count() / 1000);
  request.mutable_interval()->set_nanos(static_cast<int>(interval.count() % 1000) * 1'000'000);
  return request;
}

}  // namespace

bool MayBeBack(const Outcome& outcome) {
  switch (outcome.status.error_code()) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::UNIMPLEMENTED:
      return false;
    default:
      return true;
  }
}

WatchFeed::WatchFeed(ClientOptions options, std::chrono::milliseconds interval)
    : options_(std::move(options)),
      interval_(interval),
      wakes_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this] { Run(); }) {}

WatchFeed::~WatchFeed() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (watch_ != nullptr) watch_->Cancel();
  }
  stopped_.notify_all();
  thread_.join();
  close(wakes_);
}

std::optional<WatchNews> WatchFeed::Take() {
  const std::lock_guard lock(mutex_);
  if (news_.empty()) {
    eventfd_t count = 0;
    eventfd_read(wakes_, &count);
    return std::nullopt;
  }
  WatchNews news = std::move(news_.front());
  news_.pop_front();
  return news;
}

void WatchFeed::Renew() {
  const std::lock_guard lock(mutex_);
  if (watch_ != nullptr) watch_->Cancel();
}

void WatchFeed::Run() {
  while (WatchOnce()) {
    std::unique_lock lock(mutex_);
    if (stopped_.wait_for(lock, kPause, [this] { return stop_; })) return;
  }
}

bool WatchFeed::WatchOnce() {
  // A new channel each time: an old one takes its time before it tries again.
  const auto client = AdminClient::Connect(options_);
  if (!client.ok()) {
    WatchNews failed{.kind = WatchNews::Kind::kFailed};
    failed.outcome.status =
        grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, std::string(client.status().message()));
    Give(std::move(failed));
    return false;
  }
  TargetsWatch watch = client->WatchTargets(RequestFor(interval_));
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return false;
    watch_ = &watch;
  }
  for (v1::WatchTargetsResponse targets; watch.Next(targets);) {
    worked_ = true;
    Give({.kind = WatchNews::Kind::kTargets, .targets = targets});
  }
  {
    const std::lock_guard lock(mutex_);
    watch_ = nullptr;
    if (stop_) return false;
  }
  WatchNews end{.outcome = watch.Finish()};
  const bool goes_on = worked_ && MayBeBack(end.outcome);
  end.kind = goes_on ? WatchNews::Kind::kLost : WatchNews::Kind::kFailed;
  Give(std::move(end));
  return goes_on;
}

void WatchFeed::Give(WatchNews news) {
  const std::lock_guard lock(mutex_);
  news_.push_back(std::move(news));
  eventfd_write(wakes_, 1);
}

}  // namespace spillway::client
