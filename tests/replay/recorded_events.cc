#include "tests/replay/recorded_events.h"

#include <algorithm>

namespace spillway::replay {
namespace {

// The text after `name: `, if the line begins so.
bool TakeField(std::string_view line, std::string_view name, std::string_view& value) {
  if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") return false;
  value = line.substr(name.size() + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return true;
}

void AddLine(std::string_view line, RecordedEvent& event) {
  std::string_view value;
  if (TakeField(line, "data", value)) {
    event.data += (event.data.empty() ? "" : "\n") + std::string(value);
  } else if (TakeField(line, "event", value)) {
    event.name = value;
  } else if (!line.empty() && !line.starts_with(':')) {
    event.stray = true;
    event.data += std::string(line) + "\n";
  }
}

std::vector<RecordedEvent> SseEventsOf(std::string_view body) {
  std::vector<RecordedEvent> events;
  RecordedEvent event;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t line_end = std::min(body.find('\n', at), body.size());
    std::string_view line = body.substr(at, line_end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = std::min(line_end + 1, body.size());
    AddLine(line, event);
    if (!line.empty() && at < body.size()) continue;
    event.end = at;
    if (!event.data.empty()) events.push_back(event);
    event = RecordedEvent{.begin = at};
  }
  return events;
}

std::uint32_t NumberAt(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + size; ++i) number = number * 256 + static_cast<unsigned char>(bytes[i]);
  return number;
}

// Of the type of an event or an exception, among a frame's headers.
std::string TypeIn(std::string_view headers) {
  std::string type;
  while (!headers.empty()) {
    const std::size_t name_size = NumberAt(headers, 0, 1);
    const std::string_view name = headers.substr(1, name_size);
    // All of them are strings: a byte of type, two of length.
    const std::size_t value_size = NumberAt(headers, name_size + 2, 2);
    if (name == ":event-type" || name == ":exception-type") type = headers.substr(name_size + 4, value_size);
    headers.remove_prefix(name_size + 4 + value_size);
  }
  return type;
}

std::vector<RecordedEvent> FramesOf(std::string_view body) {
  constexpr std::size_t kPrelude = 12;
  constexpr std::size_t kChecksum = 4;
  std::vector<RecordedEvent> events;
  std::size_t at = 0;
  while (body.size() - at >= kPrelude && body.size() - at >= NumberAt(body, at, 4)) {
    const std::string_view frame = body.substr(at, NumberAt(body, at, 4));
    const std::size_t headers = NumberAt(frame, 4, 4);
    const std::size_t payload = kPrelude + headers;
    events.push_back({.name = TypeIn(frame.substr(kPrelude, headers)),
                      .data = std::string(frame.substr(payload, frame.size() - kChecksum - payload)),
                      .begin = at,
                      .end = at + frame.size()});
    at += frame.size();
  }
  return events;
}

// The elements of the list: what stands between its braces of the outermost level.
std::vector<RecordedEvent> ElementsOf(std::string_view body) {
  std::vector<RecordedEvent> events;
  bool in_text = false;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const char c = body[at];
    if (in_text && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_text = !in_text;
    } else if (!in_text && c == '{' && depth++ == 0) {
      begin = at;
    } else if (!in_text && c == '}' && --depth == 0) {
      events.push_back({.name = "",
                        .data = std::string(body.substr(begin, at + 1 - begin)),
                        .begin = begin,
                        .end = at + 1});
    }
  }
  return events;
}

}  // namespace

Framing FramingOf(const Recording& recording) {
  if (recording.binary) return Framing::kFrames;
  return recording.HasTag("stream:json-array") ? Framing::kJsonList : Framing::kSse;
}

std::vector<RecordedEvent> EventsOf(std::string_view body, Framing framing) {
  switch (framing) {
    case Framing::kFrames:
      return FramesOf(body);
    case Framing::kJsonList:
      return ElementsOf(body);
    case Framing::kSse:
      break;
  }
  return SseEventsOf(body);
}

}  // namespace spillway::replay
