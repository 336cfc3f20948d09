#include "server/log_sink.h"

#include <limits.h>
#include <poll.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

std::atomic<std::uint64_t> lost_lines{0};

using std::chrono::steady_clock;

// How long whoever logs, which may be a call, waits for a reader that is behind; and how often in vain.
constexpr std::chrono::milliseconds kPatience{100};
constexpr std::chrono::seconds kBetweenWaits{10};

// Writes to a pipe without waiting long for its reader, as write() would.
class PatientWriter {
 public:
  explicit PatientWriter(int out) : out_(out) {
    struct stat status {};
    is_file_ = fstat(out, &status) == 0 && S_ISREG(status.st_mode);
  }

  // What is left of `text`, and why: 0 if nothing is; ETIMEDOUT: nobody reads.
  int WriteAll(std::string_view& text) {
    while (!text.empty()) {
      if (!is_file_ && !IsReady()) return ETIMEDOUT;
      // A pipe that is ready takes so much at least.
      const std::size_t size = is_file_ ? text.size() : std::min<std::size_t>(text.size(), PIPE_BUF);
      const ssize_t written = write(out_, text.data(), size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
  }

 private:
  // Also where writing fails at once.
  bool IsReady() {
    if (Poll(std::chrono::milliseconds(0))) return true;
    if (waited_ && steady_clock::now() - *waited_ < kBetweenWaits) return false;
    if (Poll(kPatience)) return true;
    waited_ = steady_clock::now();
    return false;
  }

  bool Poll(std::chrono::milliseconds patience) const {
    pollfd polled{.fd = out_, .events = POLLOUT, .revents = 0};
    int found = 0;
    do {
      found = poll(&polled, 1, static_cast<int>(patience.count()));
    } while (found < 0 && errno == EINTR);
    return found != 0;
  }

  const int out_;
  bool is_file_ = false;
  // When it was waited for in vain.
  std::optional<steady_clock::time_point> waited_;
};

class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LogSink(int out, int complaints) : out_(out), complaints_(complaints) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t formatted;
    formatter_->format(message, formatted);
    std::string_view text(formatted.data(), formatted.size());
    // Half a line was written, and its rest was not: what follows is on a line of its own.
    std::string repaired;
    if (inside_line_) text = repaired = absl::StrCat("\n", absl::string_view(text.data(), text.size()));
    const std::string_view whole = text;
    const int error = out_.WriteAll(text);
    const std::size_t written = whole.size() - text.size();
    if (written > 0) inside_line_ = !text.empty() && whole[written - 1] != '\n';
    if (error == 0) return;
    lost_lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    if (!std::exchange(complained_, true)) Complain(error);
  }
  void flush_() override {}

 private:
  void Complain(int error) {
    const std::string why =
        error == ETIMEDOUT ? "its reader does not read" : std::system_category().message(error);
    const std::string text = absl::StrCat("spillway-server: cannot write the log: ", why,
                                          "; serving on without (spillway_log_lines_lost_total counts)\n");
    std::string_view left = text;
    complaints_.WriteAll(left);
  }

  PatientWriter out_;
  PatientWriter complaints_;
  bool inside_line_ = false;
  bool complained_ = false;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> NewLogSink(int out, int complaints) {
  return std::make_shared<LogSink>(out, complaints);
}

std::uint64_t LostLogLines() { return lost_lines; }

}  // namespace spillway::server
