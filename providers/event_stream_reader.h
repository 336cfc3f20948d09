// Messages of AWS's event stream encoding (vnd.amazon.eventstream) out of bytes as they come: any split of
// the bytes gives the same messages.
//
//   4 bytes   length of the whole message     ┐ big-endian
//   4 bytes   length of the headers           │
//   4 bytes   CRC-32 of the eight before      ┘
//   headers   each: 1 byte length, name, 1 byte type, value
//   payload
//   4 bytes   CRC-32 of all before
//
// Linear in the number of bytes; a message that comes in one read is not copied. Pure, not thread-safe.
#ifndef SPILLWAY_PROVIDERS_EVENT_STREAM_READER_H_
#define SPILLWAY_PROVIDERS_EVENT_STREAM_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"

namespace spillway::providers {

// Valid until the handler returns. Any bytes, not necessarily UTF-8.
struct EventStreamMessage {
  // The value of the header `name`; empty when there is none or it is no text.
  std::string_view Header(std::string_view name) const;

  // Those whose value is a text, in their order.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view payload;
};

// Longer than any piece of an answer, short enough for memory to bear.
inline constexpr std::size_t kMaxEventStreamMessage = 16 * 1024 * 1024;

class EventStreamReader {
 public:
  // False: enough, no more messages are wanted.
  using Handler = absl::FunctionRef<bool(const EventStreamMessage& message)>;

  // Calls `handler` for each message that `bytes` complete. False: what came is no such message, or one
  // larger than kMaxEventStreamMessage, and the reader is of no more use.
  [[nodiscard]] bool Feed(std::string_view bytes, Handler handler);

  // Once Feed was false: what is wrong, for people.
  std::string_view problem() const { return problem_; }
  // Whether the bytes so far end at the end of a message.
  bool between_messages() const { return pending_.empty(); }

 private:
  enum class Step : unsigned char { kMessage, kMore, kBad };

  // Reads the length of the message at the front of `bytes` into `length_`, when its prelude is there.
  Step ReadPrelude(std::string_view bytes);
  bool ReadMessage(std::string_view bytes, EventStreamMessage& message);
  bool ReadHeaders(std::string_view bytes, EventStreamMessage& message);
  bool Bad(std::string_view problem);

  // The beginning of a message, whose end has not come.
  std::string pending_;
  // Of the message at the front; 0 until its prelude is read.
  std::size_t length_ = 0;
  std::string_view problem_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_EVENT_STREAM_READER_H_
