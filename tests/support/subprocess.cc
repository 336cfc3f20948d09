#include "tests/support/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace spillway::testing {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::array<int, 2> Pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    std::perror("pipe2");
    std::abort();
  }
  return ends;
}

// A file in memory: nothing to pump, no way to block.
int Input(const std::string& text) {
  const int fd = memfd_create("stdin", MFD_CLOEXEC);
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = write(fd, text.data() + at, text.size() - at);
    if (written <= 0) std::abort();
    at += static_cast<std::size_t>(written);
  }
  lseek(fd, 0, SEEK_SET);
  return fd;
}

// Tests may block signals; the program starts with none blocked.
void UnblockSignals(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
}

}  // namespace

Subprocess::Subprocess(const std::string& program, const std::vector<std::string>& arguments,
                       const Options& options) {
  const int in = Input(options.in);
  const std::array<int, 2> out = Pipe();
  const std::array<int, 2> err = Pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  // A client's socket that this process closes must not stay open in a child's hands.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  UnblockSignals(attributes);
  std::vector<std::string> argv = {program};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = options.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  const int error = posix_spawn(&pid_, program.c_str(), &actions, &attributes, Pointers(argv).data(),
                                Pointers(environment).data());
  if (error != 0) {
    pid_ = -1;
    exit_code_ = 127;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (const int fd : {in, out[1], err[1]}) close(fd);
  reader_ = std::thread([this, out_fd = out[0], err_fd = err[0]] { Read(out_fd, err_fd); });
}

Subprocess::~Subprocess() {
  if (!exit_code_) {
    Signal(SIGKILL);
    Wait();
  }
  reader_.join();
}

void Subprocess::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

std::optional<int> Subprocess::Wait(std::chrono::milliseconds timeout) {
  if (!exit_code_) {
    // Its output ends when it does: no polling for the end itself.
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, timeout, [this] { return ended_; })) return std::nullopt;
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) return std::nullopt;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_code_;
}

std::optional<std::string> Subprocess::WaitForLine(const std::function<bool(const std::string&)>& wanted,
                                                   std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  std::size_t seen = 0;
  std::optional<std::string> found;
  changed_.wait_for(lock, timeout, [&] {
    for (; seen < lines_.size() && !found; ++seen) {
      if (wanted(lines_[seen])) found = lines_[seen];
    }
    return found || ended_;
  });
  return found;
}

std::vector<std::string> Subprocess::Lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::string Subprocess::Errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

void Subprocess::Read(int out, int err) {
  std::array<pollfd, 2> sources = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  std::array<char, 16 * 1024> buffer;
  while (sources[0].fd >= 0 || sources[1].fd >= 0) {
    poll(sources.data(), sources.size(), -1);
    for (pollfd& source : sources) {
      if (source.fd < 0 || source.revents == 0) continue;
      const ssize_t size = read(source.fd, buffer.data(), buffer.size());
      if (size > 0) {
        Take(source.fd == err, buffer.data(), static_cast<std::size_t>(size));
      } else {
        close(source.fd);
        source.fd = -1;
      }
    }
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Subprocess::Take(bool is_error, const char* data, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (is_error) {
    errors_.append(data, size);
  } else {
    partial_.append(data, size);
    for (std::size_t end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
      lines_.push_back(partial_.substr(0, end));
      partial_.erase(0, end + 1);
    }
  }
  changed_.notify_all();
}

}  // namespace spillway::testing
