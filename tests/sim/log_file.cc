#include "tests/sim/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sim/json_reader.h"
#include "tests/sim/log_json.h"
#include "tests/sim/request_log.h"

namespace spillway::sim {
namespace json = boost::json;

LogFile::LogFile(const std::string& path)
    : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw InvalidConfig("log file: " + path + ": " + std::strerror(errno));
}

LogFile::~LogFile() { close(descriptor_); }

void LogFile::Write(const LogEntry& entry) { WriteLine(RequestToJson(entry)); }

void LogFile::WriteEnd(std::uint64_t seq, const Outcome& outcome) {
  WriteLine(json::serialize(json::object{{"seq", seq},
                                         {"done_ms", outcome.after.count()},
                                         {"tokens_sent", outcome.tokens},
                                         {"peer_closed", outcome.peer_closed}}));
}

// No buffer of our own: what write() has taken outlives the process.
void LogFile::WriteLine(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    // A disk that is full makes the log incomplete, which whoever reads it will notice.
    if (written < 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace spillway::sim
