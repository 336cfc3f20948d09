// Reads a whole file, up to a bound. Blocking; for start-up and reload. Thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_READ_FILE_H_
#define SPILLWAY_SERVER_CONFIG_READ_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace spillway::server {

// The file's bytes. The message of a failed Status is the system's reason ("No such file or
// directory") and never holds the path; more than `most` bytes are OUT_OF_RANGE.
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t most);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_READ_FILE_H_
