// Where log lines go: standard output, each write at once. A line that cannot be written is lost and counted:
// a full disk, or a reader that has left or does not read, ends no call. Only a file's disk that hangs is
// waited for.
//
// Thread-safe.
#ifndef SPILLWAY_SERVER_LOG_SINK_H_
#define SPILLWAY_SERVER_LOG_SINK_H_

#include <spdlog/sinks/sink.h>

#include <cstdint>
#include <memory>

namespace spillway::server {

// To descriptor `out`. The first time that it fails, `complaints` is told why, once and for all.
std::shared_ptr<spdlog::sinks::sink> NewLogSink(int out, int complaints);

// Lines that went nowhere, by all sinks together.
std::uint64_t LostLogLines();

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_LOG_SINK_H_
