// A file that is a pipe: whoever reads it waits until this has gone, as on a file system that hangs.
#ifndef SPILLWAY_TESTS_SUPPORT_SLOW_FILE_H_
#define SPILLWAY_TESTS_SUPPORT_SLOW_FILE_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

namespace spillway::testing {

class SlowFile {
 public:
  // In place of the file at `path`.
  explicit SlowFile(std::string path) : path_(std::move(path)) {
    const std::string pipe = path_ + ".pipe";
    EXPECT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::filesystem::rename(pipe, path_);
  }
  ~SlowFile() {
    if (pipe_ >= 0) close(pipe_);
  }
  SlowFile(const SlowFile&) = delete;
  SlowFile& operator=(const SlowFile&) = delete;

  // Until somebody reads it, and hangs; false if nobody does within 10 s.
  bool WaitForReader() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while ((pipe_ = open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

 private:
  const std::string path_;
  int pipe_ = -1;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_SLOW_FILE_H_
