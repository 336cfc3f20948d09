// Which kept connections may still be used: the bookkeeping of a keep-alive pool and no I/O.
//
// The newest is reused first, so that the surplus of a burst grows old and goes. The pool
// decides; whoever owns the connections closes what it hands back.
//
// Thread-safety: none. Ownership: holds Handles (cheap to copy, equality-comparable).
// Time: an argument, never read.
#ifndef SPILLWAY_TRANSPORT_IDLE_POOL_H_
#define SPILLWAY_TRANSPORT_IDLE_POOL_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace spillway::transport {

struct IdleLimits {
  // Kept at most; 0 keeps none.
  std::size_t max_idle = 64;
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(50);
  // Since the connection was made, idle or not.
  std::chrono::nanoseconds max_age = std::chrono::minutes(10);
};

template <class Handle>
class IdlePool {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit IdlePool(IdleLimits limits) : limits_(limits) {}

  std::size_t size() const { return entries_.size(); }

  // Keeps `handle`, idle since `now`. What does not fit (the oldest, or `handle` itself when it is
  // too old to be kept at all) comes back to be closed.
  std::optional<Handle> Add(Handle handle, Instant created, Instant now) {
    const Instant due =
        std::min(SaturatingAdd(now, limits_.idle_timeout), SaturatingAdd(created, limits_.max_age));
    if (limits_.max_idle == 0 || due <= now) return handle;
    std::optional<Handle> surplus;
    if (entries_.size() == limits_.max_idle) {
      surplus = std::move(entries_.front().handle);
      entries_.erase(entries_.begin());
    }
    entries_.push_back({std::move(handle), due});
    next_due_ = std::min(next_due_, due);
    return surplus;
  }

  // The one that became idle last. Call Expire first.
  std::optional<Handle> Take() {
    if (entries_.empty()) return std::nullopt;
    std::optional<Handle> newest = std::move(entries_.back().handle);
    entries_.pop_back();
    return newest;
  }

  // Those whose time is up at `now`, to be closed. Free of cost while nothing is due.
  std::vector<Handle> Expire(Instant now) {
    std::vector<Handle> expired;
    if (now < next_due_) return expired;
    next_due_ = Instant::max();
    std::erase_if(entries_, [&](Entry& entry) {
      if (entry.due <= now) {
        expired.push_back(std::move(entry.handle));
        return true;
      }
      next_due_ = std::min(next_due_, entry.due);
      return false;
    });
    return expired;
  }

  // Forgets one that closed by itself. False: it was not here.
  bool Remove(const Handle& handle) {
    const auto it = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.handle == handle; });
    if (it == entries_.end()) return false;
    entries_.erase(it);
    return true;
  }

  std::vector<Handle> RemoveAll() {
    std::vector<Handle> all;
    for (Entry& entry : entries_) all.push_back(std::move(entry.handle));
    entries_.clear();
    next_due_ = Instant::max();
    return all;
  }

  // When to call Expire next: never later than something is due, perhaps earlier.
  Instant NextDue() const { return entries_.empty() ? Instant::max() : next_due_; }

 private:
  struct Entry {
    Handle handle;
    Instant due;
  };

  static Instant SaturatingAdd(Instant at, std::chrono::nanoseconds by) {
    return at > Instant::max() - by ? Instant::max() : at + by;
  }

  const IdleLimits limits_;
  // In the order in which they became idle.
  std::vector<Entry> entries_;
  Instant next_due_ = Instant::max();
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_IDLE_POOL_H_
