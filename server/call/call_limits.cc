#include "server/call/call_limits.h"

namespace spillway::server {

void CallLimits::Use(const CallBounds& bounds) {
  server_.most = bounds.calls;
  callers_.clear();
  for (auto& [name, count] : counts_) count->most = kNoBound;
  absl::flat_hash_map<std::string, std::unique_ptr<CallCount>> former = std::exchange(counts_, {});
  for (const CallBounds::OfCaller& caller : bounds.callers) {
    std::unique_ptr<CallCount>& count = counts_[caller.name];
    if (const auto found = former.find(caller.name); found != former.end()) count = std::move(found->second);
    if (count == nullptr) count = std::make_unique<CallCount>();
    count->most = caller.calls;
    callers_.push_back(count.get());
  }
  // Callers that are gone, but for their calls.
  for (auto& [name, count] : former) {
    if (count != nullptr && count->now > 0) counts_.emplace(name, std::move(count));
  }
}

}  // namespace spillway::server
