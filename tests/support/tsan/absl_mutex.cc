// Tells ThreadSanitizer what absl::Mutex, CondVar and Notification do: Debian's Abseil was built without it,
// so that it would see neither that two threads exclude each other nor that one waited for the other.
//
// These definitions are found before the library's, by our code and by gRPC's (its mutexes are Abseil's), and
// call the library's. TSan learns of each as of a lock, so that it finds locks taken in two orders, too. What
// happens between a pre and a post it ignores: the library's own waiting, and conditions that are being
// looked at.
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <string_view>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "tests/support/tsan/next_symbol.h"

// Names as compiled, with Debian's inline namespace.
#define SPILLWAY_ABSL_NAME_OF(name) #name
#define SPILLWAY_ABSL_NAME(name) SPILLWAY_ABSL_NAME_OF(name)
static_assert(std::string_view(SPILLWAY_ABSL_NAME(ABSL_OPTION_INLINE_NAMESPACE_NAME)) == "debian3");
#define SPILLWAY_ABSL "4absl7debian3"

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace {

using spillway::tsan::NextSymbol;

constexpr unsigned kExclusive = 0;
constexpr unsigned kShared = __tsan_mutex_read_lock;

// The bit of absl::Mutex that says that it is held exclusively (kMuWriter of its mutex.cc).
constexpr intptr_t kHeldExclusively = 0x0008;

// Some of Abseil's waits call another of them: only the outermost is told of.
thread_local int waits_under_way = 0;

// Calls `wait`, which gives up `mutex` and has it back when it returns.
template <typename Wait>
auto GivingUp(void* mutex, unsigned how, Wait wait) {
  if (waits_under_way > 0) return wait();
  ++waits_under_way;
  __tsan_mutex_pre_unlock(mutex, how);
  __tsan_mutex_post_unlock(mutex, how);
  __tsan_mutex_pre_lock(mutex, how);
  struct Returned {
    void* mutex;
    unsigned how;
    ~Returned() {
      __tsan_mutex_post_lock(mutex, how, 0);
      --waits_under_way;
    }
  } returned{mutex, how};
  return wait();
}

// Calls `lock`, after which `mutex` is held.
template <typename Lock>
auto Taking(void* mutex, unsigned how, Lock lock) {
  if (waits_under_way > 0) return lock();
  ++waits_under_way;
  __tsan_mutex_pre_lock(mutex, how);
  struct Taken {
    void* mutex;
    unsigned how;
    ~Taken() {
      __tsan_mutex_post_lock(mutex, how, 0);
      --waits_under_way;
    }
  } taken{mutex, how};
  return lock();
}

template <typename TryLock>
bool Trying(void* mutex, unsigned how, TryLock try_lock) {
  const unsigned flags = how | __tsan_mutex_try_lock;
  __tsan_mutex_pre_lock(mutex, flags);
  const bool taken = try_lock();
  __tsan_mutex_post_lock(mutex, taken ? flags : flags | __tsan_mutex_try_lock_failed, 0);
  return taken;
}

template <typename Unlock>
void Releasing(void* mutex, unsigned how, Unlock unlock) {
  __tsan_mutex_pre_unlock(mutex, how);
  unlock();
  __tsan_mutex_post_unlock(mutex, how);
}

}  // namespace

Mutex::~Mutex() {
  static auto* const next = NextSymbol<void(Mutex*)>("_ZN" SPILLWAY_ABSL "5MutexD1Ev");
  __tsan_mutex_destroy(this, 0);
  next(this);
}

void Mutex::Lock() {
  static auto* const next = NextSymbol<void(Mutex*)>("_ZN" SPILLWAY_ABSL "5Mutex4LockEv");
  Taking(this, kExclusive, [this] { next(this); });
}

void Mutex::Unlock() {
  static auto* const next = NextSymbol<void(Mutex*)>("_ZN" SPILLWAY_ABSL "5Mutex6UnlockEv");
  Releasing(this, kExclusive, [this] { next(this); });
}

bool Mutex::TryLock() {
  static auto* const next = NextSymbol<bool(Mutex*)>("_ZN" SPILLWAY_ABSL "5Mutex7TryLockEv");
  return Trying(this, kExclusive, [this] { return next(this); });
}

void Mutex::ReaderLock() {
  static auto* const next = NextSymbol<void(Mutex*)>("_ZN" SPILLWAY_ABSL "5Mutex10ReaderLockEv");
  Taking(this, kShared, [this] { next(this); });
}

void Mutex::ReaderUnlock() {
  static auto* const next = NextSymbol<void(Mutex*)>("_ZN" SPILLWAY_ABSL "5Mutex12ReaderUnlockEv");
  Releasing(this, kShared, [this] { next(this); });
}

bool Mutex::ReaderTryLock() {
  static auto* const next = NextSymbol<bool(Mutex*)>("_ZN" SPILLWAY_ABSL "5Mutex13ReaderTryLockEv");
  return Trying(this, kShared, [this] { return next(this); });
}

// Each of Await's and LockWhen's forms. Await's own way of holding (exclusive or shared) is the caller's.
#define SPILLWAY_HOW (mu_.load(std::memory_order_relaxed) & kHeldExclusively ? kExclusive : kShared)
#define SPILLWAY_CONDITION "ERKNS0_9ConditionE"

void Mutex::Await(const Condition& condition) {
  static auto* const next =
      NextSymbol<void(Mutex*, const Condition&)>("_ZN" SPILLWAY_ABSL "5Mutex5Await" SPILLWAY_CONDITION);
  GivingUp(this, SPILLWAY_HOW, [&] { next(this, condition); });
}

void Mutex::LockWhen(const Condition& condition) {
  static auto* const next =
      NextSymbol<void(Mutex*, const Condition&)>("_ZN" SPILLWAY_ABSL "5Mutex8LockWhen" SPILLWAY_CONDITION);
  Taking(this, kExclusive, [&] { next(this, condition); });
}

void Mutex::ReaderLockWhen(const Condition& condition) {
  static auto* const next = NextSymbol<void(Mutex*, const Condition&)>(
      "_ZN" SPILLWAY_ABSL "5Mutex14ReaderLockWhen" SPILLWAY_CONDITION);
  Taking(this, kShared, [&] { next(this, condition); });
}

#define SPILLWAY_TIMED(wrapper, how, method, mangled, Type, type)                 \
  bool Mutex::method(const Condition& condition, Type until) {                    \
    static auto* const next = NextSymbol<bool(Mutex*, const Condition&, Type)>(   \
        "_ZN" SPILLWAY_ABSL "5Mutex" mangled SPILLWAY_CONDITION "NS0_" type "E"); \
    return wrapper(this, how, [&] { return next(this, condition, until); });      \
  }
SPILLWAY_TIMED(GivingUp, SPILLWAY_HOW, AwaitWithTimeout, "16AwaitWithTimeout", Duration, "8Duration")
SPILLWAY_TIMED(GivingUp, SPILLWAY_HOW, AwaitWithDeadline, "17AwaitWithDeadline", Time, "4Time")
SPILLWAY_TIMED(Taking, kExclusive, LockWhenWithTimeout, "19LockWhenWithTimeout", Duration, "8Duration")
SPILLWAY_TIMED(Taking, kExclusive, LockWhenWithDeadline, "20LockWhenWithDeadline", Time, "4Time")
SPILLWAY_TIMED(Taking, kShared, ReaderLockWhenWithTimeout, "25ReaderLockWhenWithTimeout", Duration,
               "8Duration")
SPILLWAY_TIMED(Taking, kShared, ReaderLockWhenWithDeadline, "26ReaderLockWhenWithDeadline", Time, "4Time")

void CondVar::Wait(Mutex* mutex) {
  static auto* const next =
      NextSymbol<void(CondVar*, Mutex*)>("_ZN" SPILLWAY_ABSL "7CondVar4WaitEPNS0_5MutexE");
  GivingUp(mutex, kExclusive, [&] { next(this, mutex); });
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  static auto* const next = NextSymbol<bool(CondVar*, Mutex*, Duration)>(
      "_ZN" SPILLWAY_ABSL "7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  return GivingUp(mutex, kExclusive, [&] { return next(this, mutex, timeout); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const next = NextSymbol<bool(CondVar*, Mutex*, Time)>(
      "_ZN" SPILLWAY_ABSL "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return GivingUp(mutex, kExclusive, [&] { return next(this, mutex, deadline); });
}

// Whoever has seen that it was notified has seen all that came before. HasBeenNotified is inline, so that
// TSan sees its load of notified_yet_, and takes it to be of this release.
void Notification::Notify() {
  static auto* const next = NextSymbol<void(Notification*)>("_ZN" SPILLWAY_ABSL "12Notification6NotifyEv");
  __tsan_release(&notified_yet_);
  next(this);
}

void Notification::WaitForNotification() const {
  static auto* const next =
      NextSymbol<void(const Notification*)>("_ZNK" SPILLWAY_ABSL "12Notification19WaitForNotificationEv");
  next(this);
  __tsan_acquire(const_cast<std::atomic<bool>*>(&notified_yet_));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  static auto* const next = NextSymbol<bool(const Notification*, Duration)>(
      "_ZNK" SPILLWAY_ABSL "12Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool notified = next(this, timeout);
  if (notified) __tsan_acquire(const_cast<std::atomic<bool>*>(&notified_yet_));
  return notified;
}

bool Notification::WaitForNotificationWithDeadline(Time deadline) const {
  static auto* const next = NextSymbol<bool(const Notification*, Time)>(
      "_ZNK" SPILLWAY_ABSL "12Notification31WaitForNotificationWithDeadlineENS0_4TimeE");
  const bool notified = next(this, deadline);
  if (notified) __tsan_acquire(const_cast<std::atomic<bool>*>(&notified_yet_));
  return notified;
}

ABSL_NAMESPACE_END
}  // namespace absl
