// Makes a provider's text safe to show and to log. Pure.
//
// Providers echo keys in their errors, whole or masked. Replaced by "[redacted]": what follows
// "Bearer" or names a key ("api key provided: …", "api_key=…"), whatever bears a known key's
// prefix (sk-, gsk_, AIza, AKIA, eyJ, …), words masked with asterisks, and long runs of mixed
// letters and digits. Request ids and UUIDs stay: support desks ask for them. It errs on the
// side of removing too much.
#ifndef SPILLWAY_PROVIDERS_REDACT_H_
#define SPILLWAY_PROVIDERS_REDACT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::providers {

inline constexpr std::size_t kMaxErrorText = 1024;
inline constexpr std::size_t kMaxProviderCode = 64;

// `text` without credentials, as valid UTF-8 (other bytes become U+FFFD) on one line, at most
// `limit` bytes, cut at a character.
std::string SafeText(std::string_view text, std::size_t limit = kMaxErrorText);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_REDACT_H_
