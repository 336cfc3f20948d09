#include "server/log_sink.h"

#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

std::atomic<std::uint64_t> lost_lines{0};

// What is left of `text`, and why: 0 if nothing is.
int WriteAll(int out, std::string_view& text) {
  while (!text.empty()) {
    const ssize_t written = write(out, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

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
    const int error = WriteAll(out_, text);
    const std::size_t written = whole.size() - text.size();
    if (written > 0) inside_line_ = !text.empty() && whole[written - 1] != '\n';
    if (error == 0) return;
    lost_lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    if (!std::exchange(complained_, true)) Complain(error);
  }
  void flush_() override {}

 private:
  void Complain(int error) const {
    const std::string text =
        absl::StrCat("spillway-server: cannot write the log: ", std::system_category().message(error),
                     "; serving on without (spillway_log_lines_lost_total counts)\n");
    std::string_view left = text;
    WriteAll(complaints_, left);
  }

  const int out_;
  const int complaints_;
  bool inside_line_ = false;
  bool complained_ = false;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> NewLogSink(int out, int complaints) {
  return std::make_shared<LogSink>(out, complaints);
}

std::uint64_t LostLogLines() { return lost_lines; }

}  // namespace spillway::server
