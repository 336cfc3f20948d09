#include "tests/sim/stream.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace spillway::sim {
namespace {

// Bytes of a fragment of arguments.
constexpr std::size_t kFragment = 8;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void AppendEscaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
  }
}

bool NeedsEscape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

}  // namespace

void Stream::Add(std::string_view event, PieceKind kind) {
  bytes += event;
  pieces.push_back({event.size(), kind});
}

void Stream::AddInTurns(const std::vector<std::vector<StreamEvent>>& choices) {
  std::size_t size = bytes.size();
  for (const std::vector<StreamEvent>& events : choices) {
    for (const StreamEvent& event : events) size += event.bytes.size();
  }
  bytes.reserve(size);
  bool more = true;
  for (std::size_t i = 0; more; ++i) {
    more = false;
    for (const std::vector<StreamEvent>& events : choices) {
      if (i >= events.size()) continue;
      Add(events[i].bytes, events[i].kind);
      more = true;
    }
  }
}

std::string SseEvent(std::string_view data, std::string_view name, std::string_view line_end) {
  std::string event;
  event.reserve(data.size() + name.size() + 24);
  if (!name.empty()) event.append("event: ").append(name).append(line_end);
  return event.append("data: ").append(data).append(line_end).append(line_end);
}

void AppendJsonText(std::string_view text, std::string& out) {
  for (;;) {
    const auto special = std::find_if(text.begin(), text.end(), NeedsEscape);
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out += text.substr(0, plain);
    if (special == text.end()) return;
    AppendEscaped(*special, out);
    text.remove_prefix(plain + 1);
  }
}

EventTemplate::EventTemplate(std::string_view event)
    : before_(event.substr(0, event.find(kSlot))), after_(event.substr(event.find(kSlot) + kSlot.size())) {}

std::string_view EventTemplate::With(std::string_view text) {
  event_ = before_;
  AppendJsonText(text, event_);
  event_ += after_;
  return event_;
}

std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' ', 1), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::vector<std::string_view> FragmentsOf(std::string_view arguments) {
  std::vector<std::string_view> fragments;
  while (!arguments.empty()) {
    std::size_t end = std::min(kFragment, arguments.size());
    while (end < arguments.size() && ContinuesCharacter(arguments[end])) ++end;
    fragments.push_back(arguments.substr(0, end));
    arguments.remove_prefix(end);
  }
  return fragments;
}

}  // namespace spillway::sim
