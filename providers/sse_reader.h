// Server-sent events out of bytes as they come: any split of the bytes gives the same events.
//
// LF, CRLF and CR end a line, also a CRLF that two reads split; a byte order mark may stand at the beginning;
// comments, `id` and `retry` are passed over; several `data` lines are joined by LF; the last event
// needs no blank line after it. An event without data is none, as the standard has it.
//
// Not of the standard: providers write errors, HTML pages and whole answers into streams as they are. Lines
// that are no field and begin an object, a list or markup, with all lines after them until the next blank
// line or `data` field, make an event of their own whose `stray` holds them.
//
// Linear in the number of bytes; an event whose lines lie whole in the bytes fed is not copied. Pure, not
// thread-safe.
#ifndef SPILLWAY_PROVIDERS_SSE_READER_H_
#define SPILLWAY_PROVIDERS_SSE_READER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace spillway::providers {

// Valid until the handler returns. Any bytes, not necessarily UTF-8.
struct SseEvent {
  // Empty: the stream named none.
  std::string_view name;
  std::string_view data;
  // Text that is no event; then there is neither name nor data.
  std::string_view stray;
};

// Of one event. Longer than any piece of an answer, short enough for memory to bear.
inline constexpr std::size_t kMaxSseEvent = 16 * 1024 * 1024;

class SseReader {
 public:
  // False: enough, no more events are wanted, and the reader is not to be fed again.
  using Handler = absl::FunctionRef<bool(const SseEvent& event)>;

  // Calls `handler` for each event that `bytes` complete. False: an event is larger than kMaxSseEvent, and
  // the reader is of no more use.
  [[nodiscard]] bool Feed(std::string_view bytes, Handler handler);

  // The bytes have ended: an event that waits for its blank line is complete.
  void Finish(Handler handler);

 private:
  // Lines joined by LF: a view of the first as long as it is the only one and its bytes are there.
  class Lines {
   public:
    bool any() const { return any_; }
    std::string_view text() const { return owned_ ? std::string_view(own_) : view_; }
    std::size_t size() const { return text().size(); }
    void Append(std::string_view line);
    // In place of what was there.
    void Set(std::string_view line);
    // The bytes of the lines go away.
    void Keep();
    void Clear();

   private:
    bool any_ = false;
    bool owned_ = false;
    std::string_view view_;
    std::string own_;
  };

  // One line without its end. False: no more is wanted.
  bool TakeLine(std::string_view line, Handler handler);
  // The bytes of the lines so far go away.
  void KeepLines();
  // Hands the event out, if there is one, and begins another.
  bool Dispatch(Handler handler);
  bool TooLarge(std::size_t line) const { return line + data_.size() + stray_.size() > kMaxSseEvent; }

  // The beginning of a line whose end has not come.
  std::string line_;
  // The last byte was a CR: an LF that follows belongs to it.
  bool after_cr_ = false;
  bool at_start_ = true;
  Lines name_;
  Lines data_;
  Lines stray_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_SSE_READER_H_
