// A replayed exchange as one line of JSON.
#ifndef SPILLWAY_TESTS_REPLAY_REPLAY_REPORT_H_
#define SPILLWAY_TESTS_REPLAY_REPLAY_REPORT_H_

#include <cstddef>
#include <string>

#include "tests/replay/recording.h"
#include "tests/replay/replay.h"

namespace spillway::replay {

// {"id":…,"provider":…,"outcome":"answer"|"failure"|"skipped"|"undecodable", …}. An answer shows
// model, choices (text, tool calls, finish reason) and usage; a failure its class, status, code,
// text and hint; what was skipped, why. Of a stream, also how many deltas there were, and how many of them
// carried a token.
std::string ReportLine(const Recording& recording, const Replayed& replayed);

struct Totals {
  std::size_t answers = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::size_t undecodable = 0;

  void Count(const Replayed& replayed);
};

std::string SummaryLine(const Totals& totals);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_REPLAY_REPORT_H_
