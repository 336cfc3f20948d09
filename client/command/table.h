// Text in columns: each column as wide as its widest cell, no trailing blanks.
//
// Values, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_TABLE_H_
#define SPILLWAY_CLIENT_COMMAND_TABLE_H_

#include <string>
#include <vector>

#include "client/command/paint.h"

namespace spillway::client {

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

using Row = std::vector<Cell>;

// One line a row, two blanks between columns.
std::string RenderTable(const std::vector<Row>& rows, const Paint& paint);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_TABLE_H_
