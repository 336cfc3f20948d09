// The terminal and the signals of this process while it watches something: signals come as values, in turn
// with all else, so that nobody's end leaves a terminal without cursor or echo.
//
// One thread, the first: made before any other thread, for they inherit which signals are blocked. Undone by
// its destructor.
#ifndef SPILLWAY_CLIENT_COMMAND_TERMINAL_H_
#define SPILLWAY_CLIENT_COMMAND_TERMINAL_H_

#include <signal.h>
#include <termios.h>

#include <optional>

#include "client/command/screen.h"

namespace spillway::client {

class Terminal {
 public:
  // `drawn_on`: what is typed is not shown, for it would stand in the picture.
  explicit Terminal(bool drawn_on);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Readable when there is a signal.
  int descriptor() const { return signals_; }

  // One that asks to end (SIGINT, SIGTERM, SIGHUP, SIGQUIT), to pause (SIGTSTP), or to draw anew (SIGWINCH).
  std::optional<int> TakeSignal();

  // Stops this process as SIGTSTP would have, the terminal as it was; returns when it goes on.
  void Pause();

 private:
  void SilenceKeys();
  void Restore();

  const bool drawn_on_;
  int signals_ = -1;
  sigset_t former_mask_{};
  std::optional<termios> former_modes_;
};

// Of standard output; unknown where it is no terminal.
ScreenSize SizeOfTerminal();

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_TERMINAL_H_
