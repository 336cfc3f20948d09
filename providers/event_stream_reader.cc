#include "providers/event_stream_reader.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace spillway::providers {
namespace {

constexpr std::size_t kPrelude = 12;
constexpr std::size_t kChecksum = 4;
constexpr std::size_t kLeast = kPrelude + kChecksum;

std::uint32_t Number(std::string_view bytes, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// Whether the last four bytes are the checksum of those before.
bool SumIsRight(std::string_view bytes) {
  const std::size_t size = bytes.size() - kChecksum;
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), size);
  return sum == Number(bytes.substr(size), kChecksum);
}

// The first `size` of `bytes`, which they are taken from.
std::optional<std::string_view> Take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) return std::nullopt;
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

// A text or bytes with their length, in `size` bytes, before them.
std::optional<std::string_view> TakeCounted(std::string_view& bytes, std::size_t size) {
  const auto length = Take(bytes, size);
  return length ? Take(bytes, Number(*length, size)) : std::nullopt;
}

constexpr unsigned char kBytes = 6;
constexpr unsigned char kText = 7;

// true, false, byte, short, integer, long, bytes, text, timestamp, UUID.
std::optional<std::string_view> TakeValue(std::string_view& bytes, unsigned char type) {
  constexpr std::size_t kSizes[] = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};
  if (type >= std::size(kSizes)) return std::nullopt;
  return type == kBytes || type == kText ? TakeCounted(bytes, 2) : Take(bytes, kSizes[type]);
}

}  // namespace

std::string_view EventStreamMessage::Header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [name](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view() : found->second;
}

bool EventStreamReader::Feed(std::string_view bytes, Handler handler) {
  if (!problem_.empty()) return false;
  EventStreamMessage message;
  while (!bytes.empty()) {
    // What is missing of the prelude, then of the message, is put to what is there already.
    const bool gathering = !pending_.empty();
    if (gathering) {
      const std::size_t wanted = length_ == 0 ? kPrelude : length_;
      const auto more = *Take(bytes, std::min(bytes.size(), wanted - pending_.size()));
      pending_.append(more);
    }
    const std::string_view front = gathering ? std::string_view(pending_) : bytes;
    const Step step = length_ == 0 ? ReadPrelude(front) : Step::kMessage;
    if (step == Step::kBad) return false;
    if (step == Step::kMore || front.size() < length_) {
      if (gathering) continue;
      pending_.assign(bytes);
      return true;
    }
    if (!ReadMessage(front.substr(0, length_), message)) return false;
    const bool go_on = handler(message);
    if (!gathering) bytes.remove_prefix(length_);
    pending_.clear();
    length_ = 0;
    if (!go_on) return true;
  }
  return true;
}

EventStreamReader::Step EventStreamReader::ReadPrelude(std::string_view bytes) {
  if (bytes.size() < kPrelude) return Step::kMore;
  const std::size_t length = Number(bytes, 4);
  const std::size_t headers = Number(bytes.substr(4), 4);
  if (!SumIsRight(bytes.substr(0, kPrelude))) {
    problem_ = "the checksum of an event's prelude is wrong";
  } else if (length > kMaxEventStreamMessage) {
    problem_ = "an event is too large";
  } else if (length < kLeast || headers > length - kLeast) {
    problem_ = "the lengths of an event cannot be";
  }
  if (!problem_.empty()) return Step::kBad;
  length_ = length;
  return Step::kMessage;
}

bool EventStreamReader::ReadMessage(std::string_view bytes, EventStreamMessage& message) {
  if (!SumIsRight(bytes)) return Bad("the checksum of an event is wrong");
  const std::size_t headers = Number(bytes.substr(4), 4);
  if (!ReadHeaders(bytes.substr(kPrelude, headers), message))
    return Bad("the headers of an event cannot be read");
  bytes.remove_suffix(kChecksum);
  message.payload = bytes.substr(kPrelude + headers);
  return true;
}

bool EventStreamReader::ReadHeaders(std::string_view bytes, EventStreamMessage& message) {
  message.headers.clear();
  while (!bytes.empty()) {
    const auto name = TakeCounted(bytes, 1);
    const auto type = name ? Take(bytes, 1) : std::nullopt;
    if (!type) return false;
    const auto kind = static_cast<unsigned char>(type->front());
    const auto value = TakeValue(bytes, kind);
    if (!value) return false;
    if (kind == kText) message.headers.emplace_back(*name, *value);
  }
  return true;
}

bool EventStreamReader::Bad(std::string_view problem) {
  problem_ = problem;
  return false;
}

}  // namespace spillway::providers
