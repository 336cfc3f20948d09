// Memory for the messages of one call: a block inside the call, given up as a whole.
//
// What does not fit goes to the heap. Thread-safety: as its messages; quickest on the thread that made it.
// Ownership: messages live as long as this.
#ifndef SPILLWAY_SERVER_CALL_MESSAGE_MEMORY_H_
#define SPILLWAY_SERVER_CALL_MESSAGE_MEMORY_H_

#include <google/protobuf/arena.h>

#include <cstddef>

namespace spillway::server {

template <std::size_t kBytes>
class MessageMemory {
 public:
  MessageMemory() : arena_(block_, kBytes) {}
  MessageMemory(const MessageMemory&) = delete;
  MessageMemory& operator=(const MessageMemory&) = delete;

  template <class Message>
  Message& New() {
    return *google::protobuf::Arena::CreateMessage<Message>(&arena_);
  }

 private:
  // Not set to anything: it is the arena's.
  alignas(std::max_align_t) char block_[kBytes];
  google::protobuf::Arena arena_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_MESSAGE_MEMORY_H_
