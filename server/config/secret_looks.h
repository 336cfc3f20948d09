// Whether a word of a configuration looks like a secret that somebody wrote into the wrong place. Pure,
// thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_SECRET_LOOKS_H_
#define SPILLWAY_SERVER_CONFIG_SECRET_LOOKS_H_

#include <string_view>

namespace spillway::server {

// A private key in PEM form, or what providers/redact.h takes for a key. Not the name of a file, however long
// and odd.
bool LooksSecret(std::string_view text);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_SECRET_LOOKS_H_
