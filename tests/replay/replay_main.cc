// spillway-replay DIR: runs every recorded exchange of a folder through the codecs, prints one
// line of JSON for each and one for all. Exit 0: everything that should be readable was read;
// 1: something was not; 2: the folder could not be read, or holds no exchange.
#include <cstdio>
#include <string>

#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/replay_report.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: spillway-replay DIR\n");
    return 2;
  }
  const auto recordings = spillway::replay::ReadRecordingFolder(argv[1]);
  if (!recordings.ok()) {
    std::fprintf(stderr, "spillway-replay: %s\n", std::string(recordings.status().message()).c_str());
    return 2;
  }
  if (recordings->empty()) {
    std::fprintf(stderr, "spillway-replay: no recordings (*.jsonl) in %s\n", argv[1]);
    return 2;
  }
  spillway::replay::Totals totals;
  for (const auto& recording : *recordings) {
    const auto replayed = spillway::replay::Replay(recording);
    totals.Count(replayed);
    std::puts(spillway::replay::ReportLine(recording, replayed).c_str());
  }
  std::puts(spillway::replay::SummaryLine(totals).c_str());
  return totals.undecodable == 0 ? 0 : 1;
}
