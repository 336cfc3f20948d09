#include "providers/sse_reader.h"

#include <algorithm>
#include <cstring>

namespace spillway::providers {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The next place of one byte at or after a place that only grows: no byte is looked at twice.
class Finder {
 public:
  Finder(std::string_view bytes, char wanted) : bytes_(bytes), wanted_(wanted) {}

  // bytes.size() when there is none.
  std::size_t From(std::size_t place) {
    if (!known_ || found_ < place) {
      const void* found = place < bytes_.size()
                              ? std::memchr(bytes_.data() + place, wanted_, bytes_.size() - place)
                              : nullptr;
      found_ = found == nullptr ? bytes_.size()
                                : static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.data());
      known_ = true;
    }
    return found_;
  }

 private:
  const std::string_view bytes_;
  const char wanted_;
  bool known_ = false;
  std::size_t found_ = 0;
};

// Whether a line that is no field is the beginning of something else than events.
bool BeginsStray(std::string_view line) {
  const std::size_t start = line.find_first_not_of(" \t");
  return start != line.npos && (line[start] == '{' || line[start] == '[' || line[start] == '<');
}

bool IsField(std::string_view line, std::string_view name) {
  return line.starts_with(name) && (line.size() == name.size() || line[name.size()] == ':');
}

// What follows the field's name of that length, its colon and one space.
std::string_view ValueOf(std::string_view line, std::size_t name) {
  line.remove_prefix(line.size() == name ? name : name + 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

}  // namespace

void SseReader::Lines::Append(std::string_view line) {
  if (!any_) return Set(line);
  Keep();
  own_ += '\n';
  own_ += line;
}

void SseReader::Lines::Set(std::string_view line) {
  any_ = true;
  owned_ = false;
  view_ = line;
}

void SseReader::Lines::Keep() {
  if (!any_ || owned_) return;
  own_ = view_;
  owned_ = true;
}

void SseReader::Lines::Clear() {
  any_ = owned_ = false;
  view_ = {};
}

bool SseReader::Feed(std::string_view bytes, Handler handler) {
  if (bytes.empty()) return true;
  if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
  after_cr_ = bytes.ends_with('\r');
  Finder feeds(bytes, '\n');
  Finder returns(bytes, '\r');
  std::size_t start = 0;
  while (start < bytes.size()) {
    const std::size_t end = std::min(feeds.From(start), returns.From(start));
    std::string_view line = bytes.substr(start, end - start);
    if (TooLarge(line_.size() + line.size())) return false;
    if (end == bytes.size()) break;
    // Only the first line can have begun in earlier bytes.
    if (!line_.empty()) line = line_ += line;
    if (!TakeLine(line, handler)) return true;
    start = end + (bytes.substr(end).starts_with("\r\n") ? 2 : 1);
    if (!line_.empty()) {
      KeepLines();
      line_.clear();
    }
  }
  KeepLines();
  if (start < bytes.size()) line_ += bytes.substr(start);
  return true;
}

void SseReader::Finish(Handler handler) {
  if (!line_.empty() && !TakeLine(line_, handler)) return;
  Dispatch(handler);
  line_.clear();
}

void SseReader::KeepLines() {
  name_.Keep();
  data_.Keep();
  stray_.Keep();
}

bool SseReader::TakeLine(std::string_view line, Handler handler) {
  if (at_start_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  at_start_ = false;
  if (line.empty()) return Dispatch(handler);
  const bool data = IsField(line, "data");
  if (stray_.any() && !data) {
    stray_.Append(line);
    return true;
  }
  if (stray_.any() && !Dispatch(handler)) return false;
  if (data) {
    data_.Append(ValueOf(line, 4));
  } else if (IsField(line, "event")) {
    name_.Set(ValueOf(line, 5));
  } else if (BeginsStray(line)) {
    if (!Dispatch(handler)) return false;
    stray_.Append(line);
  }
  return true;
}

bool SseReader::Dispatch(Handler handler) {
  bool more = true;
  if (stray_.any()) {
    more = handler({.stray = stray_.text()});
  } else if (data_.any() && !data_.text().empty()) {
    more = handler({.name = name_.text(), .data = data_.text()});
  }
  name_.Clear();
  data_.Clear();
  stray_.Clear();
  return more;
}

}  // namespace spillway::providers
