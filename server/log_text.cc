#include "server/log_text.h"

#include "providers/json_document.h"
#include "server/log_call_text.h"
#include "server/log_value.h"

namespace spillway::server {
namespace {

namespace json = boost::json;

// Of 2026-01-31T12:00:00.123Z the time of day, which is enough for who watches.
void AppendHead(const json::object& line, bool colour, std::string& out) {
  const std::string_view time = TextOf(line, "ts");
  const std::string_view level = TextOf(line, "level");
  out += time.size() == 24 ? time.substr(11, 12) : time;
  if (level == "error") {
    AppendInTone(" ERROR ", LogTone::kBad, colour, out);
  } else if (level == "warning") {
    AppendInTone(" WARN  ", LogTone::kCaution, colour, out);
  } else {
    out += " INFO  ";
  }
  AppendWord(TextOf(line, "event"), out);
}

bool IsHead(std::string_view name) { return name == "ts" || name == "level" || name == "event"; }

}  // namespace

std::string LogText(std::string_view written, bool colour) {
  std::string out;
  const providers::JsonDocument document(written);
  if (!document.ok() || !document.root().is_object()) {
    AppendQuoted(written, out);
    return out;
  }
  const json::object& line = document.root().get_object();
  AppendHead(line, colour, out);
  const bool call = TextOf(line, "event") == "call";
  if (call) AppendCall(line, colour, out);
  for (const auto& [key, value] : line) {
    const std::string_view name = providers::View(key);
    if (IsHead(name) || (call && IsToldOfCall(name))) continue;
    out += ' ';
    AppendMember(name, value, out);
  }
  return out;
}

}  // namespace spillway::server
