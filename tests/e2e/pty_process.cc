#include "tests/e2e/pty_process.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace spillway::e2e {
namespace {

using std::chrono::steady_clock;

winsize AsWinsize(const PtyProcess::Size& size) {
  winsize window{};
  window.ws_col = size.columns;
  window.ws_row = size.rows;
  return window;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string& TerminalModel::Line() {
  if (lines_.size() <= row_) lines_.resize(row_ + 1);
  return lines_[row_];
}

void TerminalModel::Take(std::string_view bytes) {
  for (const char c : bytes) {
    if (escape_.empty() && c != '\033') {
      Put(c);
      continue;
    }
    escape_ += c;
    // CSI ends with a letter.
    if (escape_.size() > 2 && std::isalpha(static_cast<unsigned char>(c)) != 0)
      Obey(std::exchange(escape_, ""));
  }
}

void TerminalModel::Put(char c) {
  if (c == '\n') {
    ++row_;
  } else if (c == '\r') {
    column_ = 0;
  } else {
    std::string& line = Line();
    if (line.size() <= column_) line.resize(column_ + 1, ' ');
    line[column_++] = c;
  }
}

void TerminalModel::Obey(const std::string& sequence) {
  const char final = sequence.back();
  const std::string argument = sequence.substr(2, sequence.size() - 3);
  if (sequence == "\033[?25l" || sequence == "\033[?25h") {
    cursor_shown_ = final == 'h';
  } else if (sequence == "\033[?7l" || sequence == "\033[?7h") {
    wraps_ = final == 'h';
  } else if (final == 'A') {
    row_ -= std::min<std::size_t>(row_, std::strtoul(argument.c_str(), nullptr, 10));
  } else if (sequence == "\033[K") {
    Line().resize(std::min(Line().size(), column_));
  } else if (sequence == "\033[J") {
    Line().resize(std::min(Line().size(), column_));
    lines_.resize(row_ + 1);
  } else if (sequence == "\033[H") {
    row_ = column_ = 0;
  } else if (sequence == "\033[2J") {
    lines_.clear();
  } else if (final != 'm') {
    unknown_.push_back(sequence);
  }
}

std::string TerminalModel::text() const {
  std::string text;
  for (const std::string& line : lines_) text += line + "\n";
  return text;
}

PtyProcess::PtyProcess(const std::string& program, const std::vector<std::string>& arguments, Size size) {
  std::vector<std::string> argv = {program};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  // All that allocates comes before the fork: other threads may hold the allocator's lock.
  const std::vector<char*> pointers = Pointers(argv);
  const winsize window = AsWinsize(size);
  pid_ = forkpty(&terminal_, nullptr, nullptr, &window);
  if (pid_ == 0) {
    execv(program.c_str(), pointers.data());
    _exit(127);
  }
}

PtyProcess::~PtyProcess() {
  if (!exit_code_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(terminal_);
}

bool PtyProcess::Read(int timeout_ms) {
  pollfd readable{terminal_, POLLIN, 0};
  if (poll(&readable, 1, timeout_ms) <= 0) return false;
  char buffer[4096];
  const ssize_t size = read(terminal_, buffer, sizeof(buffer));
  if (size <= 0) return false;
  raw_.append(buffer, static_cast<std::size_t>(size));
  screen_.Take({buffer, static_cast<std::size_t>(size)});
  return true;
}

bool PtyProcess::WaitFor(const std::function<bool(const TerminalModel&)>& wanted,
                         std::chrono::milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  while (!wanted(screen_)) {
    if (steady_clock::now() > until) return false;
    if (!Read(100) && waitpid(pid_, nullptr, WNOHANG | WNOWAIT) == pid_) break;
  }
  return wanted(screen_);
}

void PtyProcess::Type(const std::string& keys) const {
  if (write(terminal_, keys.data(), keys.size()) < 0) std::abort();
}

void PtyProcess::Resize(Size size) const {
  const winsize window = AsWinsize(size);
  ioctl(terminal_, TIOCSWINSZ, &window);
}

void PtyProcess::Signal(int signal) const { kill(pid_, signal); }

bool PtyProcess::echoes() const {
  termios modes{};
  return tcgetattr(terminal_, &modes) == 0 && (modes.c_lflag & ECHO) != 0;
}

bool PtyProcess::WaitUntilStopped() {
  const auto until = steady_clock::now() + std::chrono::seconds(20);
  while (steady_clock::now() < until) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG | WUNTRACED) == pid_) {
      if (!WIFSTOPPED(status)) exit_code_ = -1;
      while (Read(0)) {
      }
      return WIFSTOPPED(status);
    }
    Read(20);
  }
  return false;
}

std::optional<int> PtyProcess::Wait(std::chrono::milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  while (!exit_code_ && steady_clock::now() < until) {
    // A program that nobody reads does not end.
    Read(20);
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) continue;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    while (Read(0)) {
    }
  }
  return exit_code_;
}

}  // namespace spillway::e2e
