#include "tests/sim/log_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// Bytes of the valid UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
  return length;
}

// Repeated headers joined, as HTTP allows.
json::object HeadersToJson(const HttpHeaders& headers) {
  json::object out;
  for (const auto& [name, value] : headers) {
    json::value& slot = out[ValidUtf8(name)];
    slot = slot.is_string() ? json::value(std::string(slot.get_string()) + ", " + ValidUtf8(value))
                            : json::value(ValidUtf8(value));
  }
  return out;
}

std::string TimeText(std::chrono::system_clock::time_point time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

json::object RequestOf(const LogEntry& entry) {
  return {{"seq", entry.seq},
          {"time", TimeText(entry.time)},
          {"personality", entry.personality},
          {"connection", entry.request.connection},
          {"number_on_connection", entry.request.number_on_connection},
          {"method", entry.request.method},
          {"path", ValidUtf8(entry.request.target)},
          {"headers", HeadersToJson(entry.request.headers)},
          {"body", ValidUtf8(entry.request.body)},
          {"body_bytes", entry.request_bytes},
          {"fault", entry.fault},
          {"status", entry.status}};
}

json::object EntryToJson(const LogEntry& entry) {
  json::object out = RequestOf(entry);
  out["answer"] = ValidUtf8(entry.answer);
  out["done"] = entry.done;
  out["done_ms"] = entry.done ? json::value(entry.done_after.count()) : json::value();
  out["tokens_sent"] = entry.tokens_sent ? json::value(*entry.tokens_sent) : json::value();
  out["peer_closed_ms"] =
      entry.peer_closed_after ? json::value(entry.peer_closed_after->count()) : json::value();
  return out;
}

}  // namespace

std::string ValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string RequestToJson(const LogEntry& entry) { return json::serialize(RequestOf(entry)); }

std::string LogToJson(const std::vector<LogEntry>& entries) {
  json::array out;
  for (const LogEntry& entry : entries) out.push_back(EntryToJson(entry));
  return json::serialize(out);
}

}  // namespace spillway::sim
