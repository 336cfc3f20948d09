#include "client/command/paint.h"

#include <unistd.h>

#include <cstdlib>

namespace spillway::client {
namespace {

std::string_view SequenceOf(Tone tone) {
  switch (tone) {
    case Tone::kQuiet:
      return "\033[2m";
    case Tone::kGood:
      return "\033[32m";
    case Tone::kBad:
      return "\033[31m";
    case Tone::kCaution:
      return "\033[33m";
    case Tone::kPlain:
      break;
  }
  return "";
}

}  // namespace

std::string Paint::operator()(Tone tone, std::string_view text) const {
  if (!colour_ || tone == Tone::kPlain || text.empty()) return std::string(text);
  return std::string(SequenceOf(tone)).append(text).append("\033[0m");
}

bool WantsColour(int file_descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return false;
  return isatty(file_descriptor) == 1;
}

}  // namespace spillway::client
