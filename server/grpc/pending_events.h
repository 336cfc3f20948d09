// What a stream's caller has not been sent yet, in as few events as say the same.
//
// While one event is on its way, the next ones wait here. A delta joins the latest waiting one of its choice
// where both say the same kind of thing, so that a slow caller gets larger pieces and not ever more of
// them: texts are concatenated, lists appended, as any reader of the stream would. Nothing moves past a
// reset, a usage or a finish, and no piece of a choice past another of the same choice.
// Pure, not thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_PENDING_EVENTS_H_
#define SPILLWAY_SERVER_GRPC_PENDING_EVENTS_H_

#include <cstddef>
#include <deque>

#include "spillway/v1/chat.pb.h"

namespace spillway::server {

class PendingEvents {
 public:
  // What an event is taken to weigh beside its content.
  static constexpr std::size_t kEventBytes = 256;

  void Push(v1::ChatEvent event);
  // The oldest. There must be one.
  v1::ChatEvent Pop();
  void Clear();

  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }
  // As serialised, and kEventBytes for each event.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    v1::ChatEvent event;
    std::size_t bytes = 0;
  };

  // The latest waiting delta of that choice; null if another kind of event came after it.
  Entry* LatestOf(int choice);

  std::deque<Entry> events_;
  std::size_t bytes_ = 0;
};

// Adds `next` to `delta`, the piece of the same choice before it. False, and nothing happened: one
// delta would not mean the same as the two.
bool Merge(v1::Delta& delta, v1::Delta& next);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_PENDING_EVENTS_H_
