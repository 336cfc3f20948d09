// The simulator's configuration: from a JSON file, from flags, or built in code.
//
// Pure; thread-safe. Everything here throws InvalidConfig, naming the field.
#ifndef SPILLWAY_TESTS_SIM_CONFIG_H_
#define SPILLWAY_TESTS_SIM_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/json_reader.h"
#include "tests/sim/personality.h"
#include "tests/support/test_certificates.h"

namespace spillway::sim {

struct SimulatorOptions {
  std::vector<PersonalityConfig> personalities;
  // "HOST:PORT"; empty: no control endpoint.
  std::string control;
  // Requests remembered; 0: none.
  std::size_t log_entries = 10'000;
  // Gets a line for each of them, and one for its end; empty: none does.
  std::string log_file;
  // Shown by TLS listeners in place of one of the simulator's own authority.
  std::optional<testing::CertificateAndKey> certificate;
};

// {"control": …, "log_entries": …, "personalities": [{…}]}.
SimulatorOptions ParseConfig(std::string_view json);

// NAME[=ADDRESS][,KEY[=VALUE]]…, the value of the flag --API.
PersonalityConfig ParsePersonalityFlag(const std::string& api, std::string_view text);

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

// "HOST:PORT", ":PORT", "PORT" or "[V6]:PORT"; the host is 127.0.0.1 unless given, and
// "localhost" is 127.0.0.1.
ListenAddress ParseListenAddress(std::string_view text, const std::string& path);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_CONFIG_H_
