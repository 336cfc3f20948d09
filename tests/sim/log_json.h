// The request log as the control endpoint shows it.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_LOG_JSON_H_
#define SPILLWAY_TESTS_SIM_LOG_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/request_log.h"

namespace spillway::sim {

// One of them without what became of it, on one line.
std::string RequestToJson(const LogEntry& entry);

// A JSON array; bytes that are not UTF-8 appear as U+FFFD.
std::string LogToJson(const std::vector<LogEntry>& entries);

// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string ValidUtf8(std::string_view text);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_LOG_JSON_H_
