// What the server says to its operator: one JSON object a line, on stdout; or, for a person who watches, the
// same as text (log_text.h).
//
// Every line has `ts` (RFC 3339, UTC), `level` and `event`. Values come from configuration and
// from classified failures, whose texts are redacted before they get here. Thread-safe.
#ifndef SPILLWAY_SERVER_LOG_H_
#define SPILLWAY_SERVER_LOG_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "providers/json_writer.h"

namespace spillway::server {

enum class LogLevel : std::uint8_t { kInfo, kWarning, kError };

enum class LogFormat : std::uint8_t { kJson, kText };

// One line under construction. Write() sends it; a line that is not written is nothing.
class LogLine {
 public:
  LogLine(LogLevel level, std::string_view event, std::chrono::system_clock::time_point now);
  LogLine(LogLevel level, std::string_view event) : LogLine(level, event, std::chrono::system_clock::now()) {}

  LogLine& Text(std::string_view name, std::string_view value);
  // Left out when empty.
  LogLine& TextIf(std::string_view name, std::string_view value);
  LogLine& Int(std::string_view name, std::int64_t value);
  // Milliseconds with three decimals.
  LogLine& Millis(std::string_view name, std::chrono::nanoseconds value);

  // For nested values.
  providers::JsonWriter& json() { return json_; }

  void Write();

 private:
  LogLevel level_;
  std::string line_;
  providers::JsonWriter json_;
};

// While there is one, the lines of its thread are held; at its end they go out together. Not nested.
class LogBatch {
 public:
  LogBatch();
  LogBatch(const LogBatch&) = delete;
  LogBatch& operator=(const LogBatch&) = delete;
  ~LogBatch();
};

// Chooses stdout and makes each line visible at once. Text is coloured if stdout is a terminal. Call once,
// before the first line.
void InitLogging(LogFormat format = LogFormat::kJson);

// "12.345": milliseconds, for logs and metadata.
std::string FormatMillis(std::chrono::nanoseconds value);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_LOG_H_
