// Lines that stand on a terminal and are drawn over in place, for as long as something is watched.
//
// Pure: it makes the bytes, somebody else writes them. Not thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_SCREEN_H_
#define SPILLWAY_CLIENT_COMMAND_SCREEN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::client {

struct ScreenSize {
  // 0: unknown; nothing is cut.
  std::size_t columns = 0;
  std::size_t rows = 0;

  friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

// `line`, which may hold colour sequences, in as many columns as there are; what was cut ends in "…".
std::string CutLine(std::string_view line, std::size_t columns);

class Screen {
 public:
  // Before the first frame: hides the cursor, and has the terminal cut rather than wrap.
  std::string Enter();
  // The lines in place of those before. A frame in a window of another size begins on a clear one: nobody
  // knows where the terminal has moved the old lines to.
  std::string Draw(std::vector<std::string> lines, const ScreenSize& size);
  // As it was found; the latest frame stays, and the cursor stands below it.
  std::string Leave();

 private:
  bool entered_ = false;
  std::size_t drawn_ = 0;
  ScreenSize size_;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_SCREEN_H_
