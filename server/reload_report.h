// What the operator hears of a reload: a log line, and the error of the call that asked for it.
#ifndef SPILLWAY_SERVER_RELOAD_REPORT_H_
#define SPILLWAY_SERVER_RELOAD_REPORT_H_

#include <string>
#include <string_view>

#include "server/call_status.h"
#include "server/reload_result.h"

namespace spillway::server {

// One line: `config_reloaded`, `config_unchanged`, or `config_rejected` with every error at its place. `path`
// is the configuration file's.
void LogReload(const std::string& path, std::string_view trigger, const ReloadResult& result);

// INVALID_ARGUMENT for a rejected one: as many of its errors as trailers can carry, and how many there are.
CallStatus StatusOf(const std::string& path, const ReloadResult& result);

// Whoever reaches the server may call.
void WarnOpenToAll();

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_RELOAD_REPORT_H_
