// Counts the calls that are being served, so that a shutdown can wait for the last of them.
//
// gRPC's own Shutdown returns when the connections are closed, and a cancelled call's handler may
// not have heard of it by then: the completion queue must stay open until the handler has ended the call.
// Thread-safe; a Pass must not outlive its gate.
#ifndef SPILLWAY_SERVER_GRPC_CALL_GATE_H_
#define SPILLWAY_SERVER_GRPC_CALL_GATE_H_

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace spillway::server {

class CallGate {
 public:
  // Held by a handler from its request to its destruction.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }

    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class CallGate;
    explicit Pass(CallGate* gate) : gate_(gate) {}

    CallGate* gate_ = nullptr;
  };

  // An empty pass once the gate is closed: the call must not touch its queue.
  Pass Enter() {
    absl::MutexLock lock(&mutex_);
    if (closed_) return Pass();
    ++inside_;
    return Pass(this);
  }

  // Blocks until nobody is inside or `deadline` has passed; whether nobody is.
  bool WaitUntilEmpty(absl::Time deadline) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithDeadline(absl::Condition(this, &CallGate::IsEmpty), deadline);
  }

  // Blocks until nobody is inside; nobody enters any more.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    mutex_.Await(absl::Condition(this, &CallGate::IsEmpty));
  }

 private:
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return inside_ == 0; }

  void Leave() {
    absl::MutexLock lock(&mutex_);
    --inside_;
  }

  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  int inside_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_CALL_GATE_H_
