#include "server/log.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "server/log_sink.h"
#include "server/log_text.h"

namespace spillway::server {
namespace {

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

// Appends 2026-01-31T23:59:59.123Z. The calendar is worked out once a second and thread.
void AppendTime(std::chrono::system_clock::time_point now, std::string& out) {
  struct Second {
    std::time_t at = -1;
    char text[32];
    std::size_t length = 0;
  };
  thread_local Second second;
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  if (const std::time_t at = millis / 1000; at != second.at) {
    std::tm parts{};
    gmtime_r(&at, &parts);
    second.length = std::strftime(second.text, sizeof second.text, "%Y-%m-%dT%H:%M:%S", &parts);
    second.at = at;
  }
  absl::StrAppend(&out, absl::string_view(second.text, second.length), ".",
                  absl::Dec(millis % 1000, absl::kZeroPad3), "Z");
}

// Set before there are threads.
struct {
  LogFormat format = LogFormat::kJson;
  bool colour = false;
} written_as;

// no-color.org
bool WantsColour() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(STDOUT_FILENO) == 1;
}

// The lines of this thread's batch.
struct HeldLines {
  bool holding = false;
  std::string text;
};
thread_local HeldLines held_lines;

void Send(spdlog::level::level_enum level, std::string_view text) {
  spdlog::default_logger_raw()->log(level, spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace

LogBatch::LogBatch() { held_lines.holding = true; }

LogBatch::~LogBatch() {
  held_lines.holding = false;
  std::string& text = held_lines.text;
  if (text.empty()) return;
  // The logger ends the last line itself.
  Send(spdlog::level::info, std::string_view(text).substr(0, text.size() - 1));
  text.clear();
}

void InitLogging(LogFormat format) {
  written_as = {format, format == LogFormat::kText && WantsColour()};
  auto logger = std::make_shared<spdlog::logger>("spillway", NewLogSink(STDOUT_FILENO, STDERR_FILENO));
  logger->set_pattern("%v");
  spdlog::set_default_logger(std::move(logger));
}

LogLine::LogLine(LogLevel level, std::string_view event, std::chrono::system_clock::time_point now)
    : level_(level), json_(line_) {
  line_.reserve(1024);
  json_.BeginObject();
  json_.Key("ts");
  line_ += '"';
  AppendTime(now, line_);
  line_ += '"';
  json_.Field("level", NameOf(level));
  json_.Field("event", event);
}

LogLine& LogLine::Text(std::string_view name, std::string_view value) {
  json_.Field(name, value);
  return *this;
}

LogLine& LogLine::TextIf(std::string_view name, std::string_view value) {
  if (!value.empty()) json_.Field(name, value);
  return *this;
}

LogLine& LogLine::Int(std::string_view name, std::int64_t value) {
  json_.Key(name);
  json_.Int(value);
  return *this;
}

LogLine& LogLine::Millis(std::string_view name, std::chrono::nanoseconds value) {
  json_.Key(name);
  // Three decimals always, so that columns line up and the text needs no shortest-form search.
  line_ += FormatMillis(value);
  return *this;
}

void LogLine::Write() {
  json_.EndObject();
  if (written_as.format == LogFormat::kText) line_ = LogText(line_, written_as.colour);
  if (held_lines.holding) {
    held_lines.text.append(line_).append(1, '\n');
    return;
  }
  const auto level = level_ == LogLevel::kError     ? spdlog::level::err
                     : level_ == LogLevel::kWarning ? spdlog::level::warn
                                                    : spdlog::level::info;
  Send(level, line_);
}

std::string FormatMillis(std::chrono::nanoseconds value) {
  const auto micros = value.count() / 1000;
  const auto size = std::abs(micros);
  return absl::StrCat(micros < 0 ? "-" : "", size / 1000, ".", absl::Dec(size % 1000, absl::kZeroPad3));
}

}  // namespace spillway::server
