// What a report to a person depends on beside the call's result.
//
// Values, thread-safe. `now` is wall-clock time, passed in so that a report is a pure function.
#ifndef SPILLWAY_CLIENT_COMMAND_REPORT_H_
#define SPILLWAY_CLIENT_COMMAND_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "client/command/paint.h"

namespace spillway::client {

// Which listener a command talks to; the advice on failure differs.
enum class Listener : std::uint8_t { kPublic, kAdmin };

struct ReportOptions {
  absl::Time now;
  bool colour = false;
  // Whole provider messages, ids, token counts and metadata.
  bool verbose = false;
  // Token counts without the rest of that.
  bool tokens = false;
  // Times as lengths alone: they are shown anew each second.
  bool counting_down = false;
  // Where the call went, and how.
  std::string address;
  Listener listener = Listener::kPublic;
  bool tls = false;
  absl::Duration timeout;
};

// "policy     gpt-4o-failover\n": a label in a column of its own. The text is taken as it is.
std::string Line(const Paint& paint, std::string_view label, std::string_view text, Tone tone = Tone::kPlain);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_REPORT_H_
