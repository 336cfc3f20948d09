#include "server/config/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

absl::Status Failed(int error) {
  return absl::Status(absl::ErrnoToStatusCode(error), std::generic_category().message(error));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t most) {
  // open() would stop at the NUL and take the name before it.
  if (path.find('\0') != std::string::npos) return Failed(ENOENT);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed(errno);
  const absl::Cleanup closer = [file] { close(file); };
  std::string bytes;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t count = read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(errno);
    if (count == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > most) return absl::OutOfRangeError(absl::StrCat("larger than ", most, " bytes"));
  }
}

}  // namespace spillway::server
