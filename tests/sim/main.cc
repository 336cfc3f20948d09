// spillway-sim: stand-ins for LLM providers, with faults by script. See README.md.

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/api.h"
#include "tests/sim/config.h"
#include "tests/sim/simulator.h"

namespace spillway::sim {
namespace {

struct Flags {
  std::string config;
  // By API: the values of its flag.
  std::map<std::string, std::vector<std::string>> personalities;
  std::string control;
  std::string ca_out;
  std::string ports_out;
  std::string certificate;
  std::string key;
  std::string log_file;
  long long log_entries = -1;
};

std::string ReadFile(const std::string& path, const std::string& flag) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InvalidConfig(flag + ": " + path + ": " + std::strerror(errno));
  return {std::istreambuf_iterator<char>(file), {}};
}

// Whoever waits for the file never sees half of it.
void WriteFileAtomically(const std::string& path, const std::string& text, const std::string& flag) {
  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    throw InvalidConfig(flag + ": " + path + ": " + std::strerror(errno));
  }
}

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config, "JSON file of personalities")->type_name("FILE");
  for (const std::string& api : ApiNames()) {
    app.add_option("--" + api, flags.personalities[api],
                   "A personality: NAME[=HOST:PORT][,tls][,model=M]…[,alias=M:ANSWERED]…[,key=K][,path=P]…"
                   "[,tokens=N][,fault=FAULT[:KEY=VALUE]…]…[,then=repeat|ok|cycle][,seed=N]; may be repeated")
        ->type_name("SPEC")
        ->allow_extra_args(false);
  }
  app.add_option("--control", flags.control, "Where the control endpoint listens")->type_name("HOST:PORT");
  app.add_option("--ca-out", flags.ca_out, "Writes the authority that clients must trust")->type_name("FILE");
  app.add_option("--ports-out", flags.ports_out, "Writes names and addresses as JSON once all listen")
      ->type_name("FILE");
  CLI::Option* certificate =
      app.add_option("--cert", flags.certificate, "Certificate chain (PEM) for TLS listeners");
  CLI::Option* key = app.add_option("--key", flags.key, "Its private key (PEM)");
  certificate->type_name("FILE")->needs(key);
  key->type_name("FILE")->needs(certificate);
  app.add_option("--log-entries", flags.log_entries, "Requests remembered; 0: none (default 10000)")
      ->check(CLI::Range(0LL, 100'000'000LL));
  app.add_option("--log-file", flags.log_file,
                 "Appends a JSON line for each request, before it is answered, and one for its answer's end")
      ->type_name("FILE");
}

SimulatorOptions OptionsOf(const Flags& flags) {
  SimulatorOptions options;
  if (!flags.config.empty()) options = ParseConfig(ReadFile(flags.config, "--config"));
  for (const auto& [api, specs] : flags.personalities) {
    for (const std::string& spec : specs) options.personalities.push_back(ParsePersonalityFlag(api, spec));
  }
  if (options.personalities.empty())
    throw InvalidConfig("no personality: give --openai NAME or --config FILE");
  if (!flags.control.empty()) options.control = flags.control;
  if (flags.log_entries >= 0) options.log_entries = static_cast<std::size_t>(flags.log_entries);
  options.log_file = flags.log_file;
  if (!flags.certificate.empty()) {
    if (!flags.ca_out.empty()) throw InvalidConfig("--ca-out: with --cert the simulator has no authority");
    options.certificate.emplace();
    options.certificate->certificate_pem = ReadFile(flags.certificate, "--cert");
    options.certificate->key_pem = ReadFile(flags.key, "--key");
  }
  return options;
}

// As many connections as the system allows.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Run(const Flags& flags) {
  // Blocked before the first thread starts, so that only sigwait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  RaiseFileLimit();

  Simulator simulator(OptionsOf(flags));
  if (!flags.ca_out.empty()) WriteFileAtomically(flags.ca_out, simulator.ca_pem(), "--ca-out");
  if (!flags.ports_out.empty()) WriteFileAtomically(flags.ports_out, simulator.PortsJson(), "--ports-out");
  std::cerr << "spillway-sim: ready " << simulator.PortsJson() << std::flush;

  int received = 0;
  sigwait(&signals, &received);
  simulator.Stop();
  std::cerr << "spillway-sim: stopped by " << strsignal(received) << std::endl;
  return 0;
}

}  // namespace
}  // namespace spillway::sim

int main(int argc, char** argv) {
  CLI::App app("Stands in for LLM providers, with faults by script.", "spillway-sim");
  spillway::sim::Flags flags;
  spillway::sim::AddFlags(app, flags);
  CLI11_PARSE(app, argc, argv);
  try {
    return spillway::sim::Run(flags);
  } catch (const std::exception& error) {
    std::cerr << "spillway-sim: " << error.what() << std::endl;
    return 2;
  }
}
