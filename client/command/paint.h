// Colour on a terminal: what a piece of text means, not what it looks like.
//
// Values, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_PAINT_H_
#define SPILLWAY_CLIENT_COMMAND_PAINT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::client {

enum class Tone : std::uint8_t {
  kPlain,
  // Labels and asides.
  kQuiet,
  kGood,
  kBad,
  // Left out, but not broken.
  kCaution,
};

// Wraps text in escape sequences, or leaves it alone.
class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}

  std::string operator()(Tone tone, std::string_view text) const;

 private:
  bool colour_;
};

// Whether to colour what goes to `file_descriptor`: it is a terminal, and the environment says
// neither NO_COLOR (no-color.org) nor TERM=dumb.
bool WantsColour(int file_descriptor);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_PAINT_H_
