// The request log on disk: a JSON line for each request, and one for the end of its answer.
//
// Thread-compatible: RequestLog calls it under its lock. A line is with the system before anything of the
// answer is with the peer, so that a simulator that is killed has logged whatever it answered; only its last
// line may be torn.
#ifndef SPILLWAY_TESTS_SIM_LOG_FILE_H_
#define SPILLWAY_TESTS_SIM_LOG_FILE_H_

#include <cstdint>
#include <string>

#include "tests/sim/message.h"

namespace spillway::sim {

struct LogEntry;

class LogFile {
 public:
  // Appends to the file. Throws InvalidConfig if it cannot be opened.
  explicit LogFile(const std::string& path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // {"seq": 7, "time": …, "personality": …, "body": …, "fault": …, "status": …}: the entry without its
  // answer.
  void Write(const LogEntry& entry);
  // {"seq": 7, "done_ms": 12, "tokens_sent": 3, "peer_closed": false}
  void WriteEnd(std::uint64_t seq, const Outcome& outcome);

 private:
  void WriteLine(std::string line);

  int descriptor_ = -1;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_LOG_FILE_H_
