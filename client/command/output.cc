#include "client/command/output.h"

#include <ostream>

#include "absl/time/clock.h"

namespace spillway::client {

ReportOptions ReportFor(const ClientOptions& options, Listener listener, bool colour) {
  return {.now = absl::Now(),
          .colour = colour,
          .address = options.address,
          .listener = listener,
          .tls = options.tls.has_value(),
          .timeout = absl::FromChrono(options.default_timeout)};
}

bool Put(const Streams& streams, const std::string& text) {
  streams.out << text << std::flush;
  if (streams.out) return true;
  streams.err << "spillway: cannot write to standard output\n";
  return false;
}

}  // namespace spillway::client
