// Carries a command out: calls the server, prints what came back, and says how it went.
//
// Blocks until the call ends, at its deadline at the latest. Reads the wall clock once, for the
// report.
#ifndef SPILLWAY_CLIENT_COMMAND_RUN_H_
#define SPILLWAY_CLIENT_COMMAND_RUN_H_

#include <iosfwd>

#include "client/command/command_line.h"

namespace spillway::client {

// The streams a command reads and writes, and what is known of them.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // Whether `out` is a terminal, which the answer's control characters would steer.
  bool out_is_terminal = false;
  bool colour_out = false;
  bool colour_err = false;
};

// The process's exit code. Output that could not be written is a failed call: nobody has the answer.
int Run(const Command& command, const Streams& streams);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RUN_H_
