// Writes a stream's events to its caller: one at a time, each as soon as the wire is free.
//
// When no write is out, events are written at once; while one is, the next ones wait (and are joined:
// pending_events.h), and whichever thread hears that it is over writes on. There are no timers and no hints
// to gRPC to wait for more: an event that could be sent is.
//
// Memory per caller that does not read: kHighWater of waiting events, and what comes when it is crossed
// (what one or two reads of the provider's socket decode to; a whole answer, where a provider does not
// stream); as serialised, a message in memory being a few times that. Beside it the one event that is being
// written, and gRPC's write buffer of 64 KiB a call.
//
// Thread-safe. The wire is called under the writer's lock, from either thread, and must not call back.
// Order: any Push, then End once; one OnWritten for each write begun; after Finish or WriteLast nothing.
#ifndef SPILLWAY_SERVER_GRPC_EVENT_WRITER_H_
#define SPILLWAY_SERVER_GRPC_EVENT_WRITER_H_

#include <cstddef>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/grpc/pending_events.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::server {

class EventWriter {
 public:
  // Waiting bytes above which no more is taken, until they are down to half of it.
  static constexpr std::size_t kHighWater = std::size_t{32} * 1024;

  // What the events are written to: a gRPC call.
  class Wire {
   public:
    // Begins a write; OnWritten tells when it is over.
    virtual void Write(const v1::ChatEvent& event) = 0;
    // Ends the call: with its last event, or without one.
    virtual void WriteLast(const v1::ChatEvent& event) = 0;
    virtual void Finish() = 0;
    // More may be pushed, after a Push that said it may not.
    virtual void ReadOn() = 0;

   protected:
    ~Wire() = default;
  };

  // `wire` outlives the writer.
  explicit EventWriter(Wire& wire) : wire_(wire) {}

  // Moves from `events`. False: no more until ReadOn, though more is taken; none at all once the caller has
  // gone.
  bool Push(std::vector<v1::ChatEvent>& events);

  // After the last Push: ends the call when everything has been written, or cannot be.
  void End();

  // The write is over. Not `ok`: the caller has gone, and what waits with it.
  void OnWritten(bool ok);

 private:
  // Writes what is next, if anything is and the wire is free.
  void WriteOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Wire& wire_;
  absl::Mutex mutex_;
  PendingEvents pending_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // A Push was told to wait.
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_EVENT_WRITER_H_
