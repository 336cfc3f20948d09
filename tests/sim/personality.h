// One stand-in provider: an API, a script of faults, a place in the log.
//
// Handle and Done are called on the I/O thread; SetScript from any thread.
#ifndef SPILLWAY_TESTS_SIM_PERSONALITY_H_
#define SPILLWAY_TESTS_SIM_PERSONALITY_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "tests/sim/api.h"
#include "tests/sim/request_log.h"
#include "tests/sim/script.h"
#include "tests/sim/service.h"

namespace spillway::sim {

// What a listener says when a client wants TLS.
enum class TlsMode : std::uint8_t {
  kOff,
  kOn,
  // A fatal alert in place of a handshake.
  kRefuse,
  // A certificate that ended yesterday, that is for another host, or of an unknown authority.
  kExpired,
  kWrongName,
  kUntrusted,
};

struct PersonalityConfig {
  std::string name;
  std::string api = "openai";
  // "HOST:PORT" with an IP literal; port 0 is any free one.
  std::string listen = "127.0.0.1:0";
  TlsMode tls = TlsMode::kOff;
  // `api_options.name` is filled in from `name`.
  ApiOptions api_options;
  Script script;
};

class Personality final : public Service {
 public:
  // `log` must outlive the personality. Throws InvalidConfig for an unknown API.
  Personality(PersonalityConfig config, RequestLog* log);

  Reply Handle(Request request) override;
  void Done(std::uint64_t ticket, const Outcome& outcome) override;

  // From the next request on.
  void SetScript(Script script);

  const PersonalityConfig& config() const { return config_; }

 private:
  Step NextStep();
  ApiAnswer FromApi(const Step& step, const Request& request);
  Reply Answer(const Step& step, const Request& request);

  const PersonalityConfig config_;
  const std::unique_ptr<ProviderApi> api_;
  RequestLog* const log_;
  std::mutex mutex_;
  Script script_;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_PERSONALITY_H_
