#include "client/command/report.h"

#include <cstddef>

namespace spillway::client {

std::string Line(const Paint& paint, std::string_view label, std::string_view text, Tone tone) {
  constexpr std::size_t kLabelWidth = 11;
  std::string out = paint(Tone::kQuiet, label);
  out.append(label.size() < kLabelWidth ? kLabelWidth - label.size() : 1, ' ');
  return out.append(paint(tone, text)).append("\n");
}

}  // namespace spillway::client
