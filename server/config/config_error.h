// A mistake in a configuration file: where it stands and what it is.
//
// Plain values, thread-safe. Lines and columns count from 1; columns count bytes. No message ever
// repeats a secret.
#ifndef SPILLWAY_SERVER_CONFIG_CONFIG_ERROR_H_
#define SPILLWAY_SERVER_CONFIG_CONFIG_ERROR_H_

#include <string>
#include <string_view>
#include <vector>

namespace spillway::server {

// A place in the file. Line 0: the file as a whole.
struct Position {
  int line = 0;
  int column = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

struct ConfigError {
  int line = 0;
  int column = 0;
  // As in `policies[0].production.failover.targets[1].endpoint`; empty for the file as a whole.
  std::string path;
  std::string what;
};

using ConfigErrors = std::vector<ConfigError>;

// Orders by position; errors at one place keep their order.
void SortErrors(ConfigErrors* errors);

// One line an error, `file:line:col: path: what`, in the order of their positions.
std::string FormatErrors(std::string_view file, ConfigErrors errors);

// `text` in quotes for an error message: escaped, and cut after 120 bytes. What looks like a secret in the
// wrong place is not repeated.
std::string Quoted(std::string_view text);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CONFIG_ERROR_H_
