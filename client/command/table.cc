#include "client/command/table.h"

#include <algorithm>
#include <cstddef>

#include "client/command/text.h"

namespace spillway::client {

std::string RenderTable(const std::vector<Row>& rows, const Paint& paint) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i].text));
  }
  std::string out;
  for (const Row& row : rows) {
    std::size_t owed = 0;  // Blanks are written only once something follows them.
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].text.empty()) {
        out.append(owed, ' ').append(paint(row[i].tone, row[i].text));
        owed = 0;
      }
      owed += widths[i] - WidthOf(row[i].text) + 2;
    }
    out += '\n';
  }
  return out;
}

}  // namespace spillway::client
