// Takes an endpoint's own credentials out of what its provider says.
//
// providers/redact.h knows what keys look like; of a key that looks like ordinary words it knows nothing.
// Here the keys are known: a word of the text goes if it holds eight characters of one in a row (all of one
// that is shorter), whatever their case, as they are or in base64, hexadecimal or percent-encoding. That may
// take an innocent word that a key begins with; the other mistake would be worse.
//
// Holds what the keys are made of, and so is as secret as they are. Immutable, thread-safe.
#ifndef SPILLWAY_SERVER_SECRET_SCRUBBER_H_
#define SPILLWAY_SERVER_SECRET_SCRUBBER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "router/failure.h"
#include "server/config/secrets.h"

namespace spillway::server {

class SecretScrubber {
 public:
  // Knows no secret.
  SecretScrubber() = default;
  explicit SecretScrubber(const EndpointSecrets& secrets);

  // Replaces each word of `text` that holds of a secret by "[redacted]".
  void Scrub(std::string& text) const;
  // All that the provider said.
  void Scrub(router::FailedAttempt& failed) const;

  // The same for short texts of answers, where it must cost next to nothing: only where fifteen characters in
  // a row may be a secret's does it look closer.
  void ScrubId(std::string& id) const;

 private:
  void Learn(const SecretString& secret);
  // Of a text in lower case.
  void LearnForm(std::string form);

  // Eight characters each.
  absl::flat_hash_set<std::uint64_t> runs_;
  // Forms of fewer.
  std::vector<std::string> short_forms_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_SECRET_SCRUBBER_H_
