// A target's state as a table shows it.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_STATE_CELL_H_
#define SPILLWAY_CLIENT_COMMAND_STATE_CELL_H_

#include <string>

#include "absl/time/time.h"
#include "client/command/table.h"
#include "spillway/v1/router.pb.h"

namespace spillway::client {

// The state's name in its colour.
Cell StateCell(v1::TargetState state);

// "in 28 s (12:30:05 UTC)", with the date where it is another day; "now" when it has passed.
std::string UntilText(absl::Time until, absl::Time now);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_STATE_CELL_H_
