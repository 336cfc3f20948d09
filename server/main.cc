// spillway-server: reads its arguments, starts the server, reloads and stops when told to.

#include <pthread.h>
#include <sys/resource.h>

#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "providers/utf8.h"
#include "server/config/config_reading.h"
#include "server/log.h"
#include "server/server.h"

namespace {

using namespace spillway::server;

const char* FromEnvironment(const char* name) { return std::getenv(name); }

// False, and every mistake on stderr: it cannot be used.
bool IsGood(const ConfigReading& reading) {
  if (!reading.ok()) std::fputs(FormatErrors(reading.path, reading.errors).c_str(), stderr);
  return reading.ok();
}

// Every call needs two descriptors, and gRPC does not recover well from having none left.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// From here on, and in all threads that this one starts.
void Block(const sigset_t& signals) { pthread_sigmask(SIG_BLOCK, &signals, nullptr); }

sigset_t SetOf(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

// Carries out what signals ask for; returns the one to stop for.
int ServeUntilStopped(Server& server, const sigset_t& awaited) {
  for (;;) {
    int signal = 0;
    sigwait(&awaited, &signal);
    if (signal != SIGHUP) return signal;
    server.AskToReload("SIGHUP");
  }
}

const char* NameOf(int signal) { return signal == SIGTERM ? "SIGTERM" : "SIGINT"; }

// In order; a second signal to stop: at once. As Server::Shutdown.
bool Stop(Server& server, const sigset_t& awaited) {
  std::atomic<bool> stopped = false;
  std::thread listener([&] {
    for (bool hurried = false;;) {
      int signal = 0;
      sigwait(&awaited, &signal);
      if (stopped) return;
      if (signal == SIGHUP || std::exchange(hurried, true)) continue;
      LogLine(LogLevel::kWarning, "stopping_at_once").Text("signal", NameOf(signal)).Write();
      server.Hurry();
    }
  });
  const bool whole = server.Shutdown();
  stopped = true;
  // Blocked in every thread, so that it ends nothing: the listener is told that way.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(listener.native_handle(), SIGTERM);
  listener.join();
  return whole;
}

int Serve(const std::string& path, LogFormat log_format) {
  // Whoever changes the file while it is read says so to a process that has no use for it yet.
  Block(SetOf({SIGHUP}));
  ConfigReading reading = ReadConfig(path, FromEnvironment);
  if (!IsGood(reading)) return 1;
  const sigset_t awaited = SetOf({SIGHUP, SIGTERM, SIGINT});
  Block(awaited);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  // A debugging aid that costs every call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // It writes a line of its own to stderr for each request that is not UTF-8: a caller could fill a disk.
  google::protobuf::SetLogHandler(nullptr);
  InitLogging(log_format);

  auto server = Server::Start(std::move(reading), FromEnvironment);
  if (!server.ok()) {
    std::fprintf(stderr, "spillway-server: %s\n", std::string(server.status().message()).c_str());
    return 1;
  }
  const ServerPorts& ports = (*server)->ports();
  LogLine(LogLevel::kInfo, "serving")
      .Text("version", SPILLWAY_VERSION)
      .Text("config", spillway::providers::RepairUtf8(path))  // A file's name may be any bytes.
      .Int("grpc_port", ports.grpc)
      .Int("openai_port", ports.openai)
      .Int("admin_port", ports.admin)
      .Int("admin_grpc_port", ports.admin_grpc)
      .Write();
  const int signal = ServeUntilStopped(**server, awaited);
  LogLine(LogLevel::kInfo, "stopping").Text("signal", NameOf(signal)).Write();
  const bool whole = Stop(**server, awaited);
  if (!whole)
    LogLine(LogLevel::kWarning, "reload_abandoned")
        .Text("config", spillway::providers::RepairUtf8(path))
        .Write();
  LogLine(LogLevel::kInfo, "stopped").Write();
  // Without destructors, which would wait for that reload.
  if (!whole) std::_Exit(0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Routes LLM chat calls and spills them to the next target when one fails.", "spillway-server");
  app.set_version_flag("--version", SPILLWAY_VERSION);
  std::string config;
  std::string check;
  auto* config_option = app.add_option(
      "--config", config, "Serve with this configuration file; what changes in it is taken up while serving");
  app.add_option("--check", check,
                 "Check this configuration file and exit: 0 if it is good, 1 with every mistake")
      ->excludes(config_option);
  std::string log_format = "json";
  app.add_option("--log-format", log_format, "What log lines are: json, or text for people")
      ->check(CLI::IsMember({"json", "text"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (config.empty() && check.empty()) {
    std::fputs("spillway-server: give --config FILE or --check FILE (see --help)\n", stderr);
    return 2;
  }
  if (check.empty()) return Serve(config, log_format == "text" ? LogFormat::kText : LogFormat::kJson);
  const ConfigReading reading = ReadConfig(check, FromEnvironment);
  if (!IsGood(reading)) return 1;
  std::printf("%s: good: %d endpoints, %d policies\n", check.c_str(), reading.loaded->config.endpoints_size(),
              reading.loaded->config.policies_size());
  return 0;
}
