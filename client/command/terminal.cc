#include "client/command/terminal.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace spillway::client {
namespace {

// Whoever changes a terminal's modes from the background is stopped for it.
bool InForeground() { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

}  // namespace

Terminal::Terminal(bool drawn_on) : drawn_on_(drawn_on) {
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) sigaddset(&awaited, signal);
  pthread_sigmask(SIG_BLOCK, &awaited, &former_mask_);
  signals_ = signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC);
  SilenceKeys();
}

Terminal::~Terminal() {
  Restore();
  if (signals_ >= 0) close(signals_);
  pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
}

std::optional<int> Terminal::TakeSignal() {
  signalfd_siginfo info{};
  if (read(signals_, &info, sizeof(info)) != sizeof(info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void Terminal::Pause() {
  Restore();
  raise(SIGSTOP);
  SilenceKeys();
}

void Terminal::SilenceKeys() {
  termios modes{};
  if (!drawn_on_ || !InForeground() || tcgetattr(STDIN_FILENO, &modes) != 0) return;
  former_modes_ = modes;
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

void Terminal::Restore() {
  if (!former_modes_) return;
  // What was typed meanwhile is not for whoever reads next.
  if (InForeground()) tcsetattr(STDIN_FILENO, TCSAFLUSH, &*former_modes_);
  former_modes_.reset();
}

ScreenSize SizeOfTerminal() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace spillway::client
