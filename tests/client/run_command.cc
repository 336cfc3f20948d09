#include "tests/client/run_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace spillway::testing {
namespace {

// Files in memory instead of pipes: nothing to pump, no way to block.
int MemoryFile(const std::string& content) {
  const int fd = memfd_create("spillway-test", MFD_CLOEXEC);
  if (write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size())) return -1;
  lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string ReadAndClose(int fd) {
  std::string content(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)), '\0');
  if (pread(fd, content.data(), content.size(), 0) < 0) content.clear();
  close(fd);
  return content;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::vector<std::string>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "SPILLWAY_", 9) != 0) all.emplace_back(*entry);
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

CommandResult RunCommand(const std::string& binary, const std::vector<std::string>& arguments,
                         const CommandInput& input) {
  const int in = MemoryFile(input.in);
  const int out =
      input.out_path.empty() ? MemoryFile("") : open(input.out_path.c_str(), O_WRONLY | O_CLOEXEC);
  const int err = MemoryFile("");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  std::vector<std::string> argv = {binary};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const std::vector<std::string> environment = Environment(input.environment);
  pid_t pid = 0;
  CommandResult result;
  if (posix_spawn(&pid, binary.c_str(), &actions, nullptr, Pointers(argv).data(),
                  Pointers(environment).data()) == 0) {
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  }
  posix_spawn_file_actions_destroy(&actions);
  close(in);
  if (input.out_path.empty()) {
    result.out = ReadAndClose(out);
  } else {
    close(out);
  }
  result.err = ReadAndClose(err);
  return result;
}

}  // namespace spillway::testing
