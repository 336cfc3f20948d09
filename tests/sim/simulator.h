// Stand-ins for LLM providers, in this process: listeners, scripts, a log, on a thread of their
// own.
//
// Thread-safe. The simulator owns its thread and its sockets; what it returns by value stays
// valid. Destroying it stops it at once, whatever is in flight.
#ifndef SPILLWAY_TESTS_SIM_SIMULATOR_H_
#define SPILLWAY_TESTS_SIM_SIMULATOR_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/config.h"
#include "tests/sim/request_log.h"
#include "tests/sim/script.h"

namespace spillway::sim {

class Simulator {
 public:
  // Listens when it returns. Throws InvalidConfig: a name twice, an address that cannot be bound,
  // a certificate that cannot be used.
  explicit Simulator(SimulatorOptions options);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Where a personality listens. Throws InvalidConfig if there is none of that name.
  std::uint16_t port(const std::string& personality) const;
  // "127.0.0.1:4711".
  std::string address(const std::string& personality) const;
  // "https://127.0.0.1:4711", without a path.
  std::string url(const std::string& personality) const;
  // "" if there is no control endpoint.
  std::string control_address() const;

  // What clients of TLS listeners must trust; "" if options.certificate was given.
  std::string ca_pem() const;

  // From the personality's next request on. The text is JSON or a short step.
  void SetScript(const std::string& personality, Script script);
  void SetScript(const std::string& personality, std::string_view text);

  std::vector<LogEntry> Log(const LogFilter& filter = {}) const;
  void ClearLog();
  // Blocks until `condition` holds of all entries; false after `timeout`.
  bool WaitForLog(const std::function<bool(const std::vector<LogEntry>&)>& condition,
                  std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;

  // Names and addresses, as --ports-out writes them: {"primary": "127.0.0.1:4711", "control": …}.
  std::string PortsJson() const;

  // Closes every socket and ends the thread; idempotent.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_SIMULATOR_H_
