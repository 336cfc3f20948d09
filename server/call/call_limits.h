// How many calls may be under way at once: in all, and for each caller.
//
//   Admit ─▶ Slot … the call … ─▶ ~Slot
//
// A call is under way from its admission to its reply. The counts outlive a reload, which changes the bounds:
// calls beyond a new bound go on, and nobody else is let in until enough of them have ended.
//
// I/O thread. Outlives the slots.
#ifndef SPILLWAY_SERVER_CALL_CALL_LIMITS_H_
#define SPILLWAY_SERVER_CALL_CALL_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace spillway::server {

inline constexpr std::uint32_t kNoBound = 0xFFFFFFFF;

struct CallBounds {
  struct OfCaller {
    std::string name;
    std::uint32_t calls = kNoBound;
  };

  std::uint32_t calls = kNoBound;
  // Each caller's, by Identity::index; names are unique.
  std::vector<OfCaller> callers;
};

// Calls under way, and how many may be.
struct CallCount {
  std::uint32_t now = 0;
  std::uint32_t most = kNoBound;

  bool full() const { return now >= most; }
};

class CallLimits {
 public:
  // Whose bound a call would exceed.
  enum class Bound : std::uint8_t { kServer, kCaller };

  // A call's place among those that are under way.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept
        : server_(std::exchange(other.server_, nullptr)), caller_(std::exchange(other.caller_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
      Slot former(std::move(*this));
      server_ = std::exchange(other.server_, nullptr);
      caller_ = std::exchange(other.caller_, nullptr);
      return *this;
    }
    ~Slot() {
      if (server_ == nullptr) return;
      --server_->now;
      --caller_->now;
    }

   private:
    friend class CallLimits;
    Slot(CallCount& server, CallCount& caller) : server_(&server), caller_(&caller) {
      ++server.now;
      ++caller.now;
    }

    CallCount* server_ = nullptr;
    CallCount* caller_ = nullptr;
  };

  // From now on.
  void Use(const CallBounds& bounds);

  // `caller`: its index in the bounds in use.
  std::variant<Slot, Bound> Admit(std::size_t caller) {
    CallCount& of_caller = *callers_[caller];
    if (server_.full()) return Bound::kServer;
    if (of_caller.full()) return Bound::kCaller;
    return Slot(server_, of_caller);
  }

  const CallCount& server() const { return server_; }
  const CallCount& caller(std::size_t index) const { return *callers_[index]; }

 private:
  CallCount server_;
  // By index; they are kept by name.
  std::vector<CallCount*> callers_;
  absl::flat_hash_map<std::string, std::unique_ptr<CallCount>> counts_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_CALL_LIMITS_H_
