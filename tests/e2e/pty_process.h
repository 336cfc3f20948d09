// A program run on a terminal of its own, and what a person in front of it would see and type.
//
// One thread. The destructor kills a program that is still running.
#ifndef SPILLWAY_TESTS_E2E_PTY_PROCESS_H_
#define SPILLWAY_TESTS_E2E_PTY_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::e2e {

// The lines of a terminal that knows what our programs use of one: moving up, erasing, hiding the cursor. It
// neither wraps nor scrolls: a test's window is large enough.
class TerminalModel {
 public:
  void Take(std::string_view bytes);

  // Without trailing blanks and lines.
  const std::vector<std::string>& lines() const { return lines_; }
  std::string text() const;
  bool cursor_shown() const { return cursor_shown_; }
  bool wraps() const { return wraps_; }
  // Escape sequences that it does not know.
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  void Put(char c);
  void Obey(const std::string& sequence);
  std::string& Line();

  std::vector<std::string> lines_;
  std::size_t row_ = 0;
  // In bytes.
  std::size_t column_ = 0;
  bool cursor_shown_ = true;
  bool wraps_ = true;
  std::string escape_;
  std::vector<std::string> unknown_;
};

class PtyProcess {
 public:
  struct Size {
    unsigned short columns = 160;
    unsigned short rows = 40;
  };

  PtyProcess(const std::string& program, const std::vector<std::string>& arguments, Size size);
  ~PtyProcess();
  PtyProcess(const PtyProcess&) = delete;
  PtyProcess& operator=(const PtyProcess&) = delete;

  // Reads until `wanted` holds of the screen; false: it did not within the time, or the program has ended.
  bool WaitFor(const std::function<bool(const TerminalModel&)>& wanted,
               std::chrono::milliseconds timeout = std::chrono::seconds(20));
  bool WaitForText(const std::string& text) {
    return WaitFor(
        [&](const TerminalModel& screen) { return screen.text().find(text) != std::string::npos; });
  }

  void Type(const std::string& keys) const;
  void Resize(Size size) const;
  void Signal(int signal) const;
  bool echoes() const;

  // Until it has been stopped, as by Ctrl-Z. False: it was not, but has ended or runs on.
  bool WaitUntilStopped();
  // Its exit code, or 128 and the signal that ended it; reads all it has written.
  std::optional<int> Wait(std::chrono::milliseconds timeout = std::chrono::seconds(20));

  const TerminalModel& screen() const { return screen_; }
  const std::string& raw() const { return raw_; }

 private:
  // False: there was nothing within that time, or will be nothing more.
  bool Read(int timeout_ms);

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::optional<int> exit_code_;
  std::string raw_;
  TerminalModel screen_;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_PTY_PROCESS_H_
