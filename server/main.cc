// spillway-server: reads its arguments, starts the server, waits to be told to stop.

#include <pthread.h>
#include <sys/resource.h>

#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include "absl/synchronization/mutex.h"
#include "providers/utf8.h"
#include "server/config/config_loader.h"
#include "server/config/secrets.h"
#include "server/log.h"
#include "server/server.h"

namespace {

using namespace spillway::server;

// The configuration and its secrets, or every mistake on stderr.
bool Load(const std::string& path, LoadedConfig& loaded, ResolvedSecrets& secrets) {
  ConfigResult result = LoadConfigFile(path);
  ConfigErrors errors = result.errors;
  if (result.ok()) {
    SecretsResult resolved = ResolveSecrets(*result.loaded);
    errors = resolved.errors;
    secrets = std::move(resolved.secrets);
  }
  if (!errors.empty()) {
    std::fputs(FormatErrors(path, errors).c_str(), stderr);
    return false;
  }
  loaded = *std::move(result.loaded);
  return true;
}

// Every call needs two descriptors, and gRPC does not recover well from having none left.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Serve(const LoadedConfig& loaded, const ResolvedSecrets& secrets) {
  // Before the first thread, so that all of them inherit it and only this one gets the signals.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  // A debugging aid that costs every call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // It writes a line of its own to stderr for each request that is not UTF-8: a caller could fill a disk.
  google::protobuf::SetLogHandler(nullptr);
  InitLogging();

  auto server = Server::Start(loaded, secrets);
  if (!server.ok()) {
    std::fprintf(stderr, "spillway-server: %s\n", std::string(server.status().message()).c_str());
    return 1;
  }
  const ServerPorts& ports = (*server)->ports();
  LogLine(LogLevel::kInfo, "serving")
      .Text("version", SPILLWAY_VERSION)
      .Text("config", spillway::providers::RepairUtf8(loaded.name))  // A file's name may be any bytes.
      .Int("grpc_port", ports.grpc)
      .Int("admin_port", ports.admin)
      .Int("admin_grpc_port", ports.admin_grpc)
      .Write();
  int signal = 0;
  sigwait(&stop, &signal);
  LogLine(LogLevel::kInfo, "stopping").Text("signal", signal == SIGTERM ? "SIGTERM" : "SIGINT").Write();
  (*server)->Shutdown();
  LogLine(LogLevel::kInfo, "stopped").Write();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Routes LLM chat calls and spills them to the next target when one fails.", "spillway-server");
  app.set_version_flag("--version", SPILLWAY_VERSION);
  std::string config;
  std::string check;
  auto* config_option = app.add_option("--config", config, "Serve with this configuration file");
  app.add_option("--check", check,
                 "Check this configuration file and exit: 0 if it is good, 1 with every mistake")
      ->excludes(config_option);
  CLI11_PARSE(app, argc, argv);
  if (config.empty() && check.empty()) {
    std::fputs("spillway-server: give --config FILE or --check FILE (see --help)\n", stderr);
    return 2;
  }
  LoadedConfig loaded;
  ResolvedSecrets secrets;
  if (!Load(check.empty() ? config : check, loaded, secrets)) return 1;
  if (check.empty()) return Serve(loaded, secrets);
  std::printf("%s: good: %d endpoints, %d policies\n", check.c_str(), loaded.config.endpoints_size(),
              loaded.config.policies_size());
  return 0;
}
