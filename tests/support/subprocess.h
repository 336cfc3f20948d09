// A program run as a process of its own: its output line by line, its end, signals to it.
//
// Thread-safe but for Wait. The destructor kills a process that is still running.
#ifndef SPILLWAY_TESTS_SUPPORT_SUBPROCESS_H_
#define SPILLWAY_TESTS_SUPPORT_SUBPROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace spillway::testing {

class Subprocess {
 public:
  struct Options {
    // What standard input holds.
    std::string in;
    // NAME=VALUE, beside this process's own environment.
    std::vector<std::string> environment;
  };

  // `program` is a path. A program that cannot be started ends at once, with exit code 127.
  Subprocess(const std::string& program, const std::vector<std::string>& arguments, const Options& options);
  Subprocess(const std::string& program, const std::vector<std::string>& arguments)
      : Subprocess(program, arguments, Options()) {}
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal);

  // Its exit code, 128 + the signal that ended it, or nothing when it runs longer.
  std::optional<int> Wait(std::chrono::milliseconds timeout = std::chrono::seconds(20));

  // The first line of standard output for which `wanted` holds, waited for; nothing when the output
  // or the time ends before.
  std::optional<std::string> WaitForLine(const std::function<bool(const std::string&)>& wanted,
                                         std::chrono::milliseconds timeout = std::chrono::seconds(20));

  // Standard output's whole lines so far.
  std::vector<std::string> Lines() const;
  // All of standard error so far; complete once Wait has said that the process ended.
  std::string Errors() const;

 private:
  void Read(int out, int err);
  void Take(bool is_error, const char* data, std::size_t size);

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::thread reader_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string partial_;
  std::vector<std::string> lines_;
  std::string errors_;
  bool ended_ = false;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_SUBPROCESS_H_
