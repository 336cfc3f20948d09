// What `key_sha256` says of a caller's key: the hex digits of `printf %s "$KEY" | sha256sum`.
//
// Pure, thread-safe.
#ifndef SPILLWAY_TESTS_SUPPORT_KEY_DIGEST_H_
#define SPILLWAY_TESTS_SUPPORT_KEY_DIGEST_H_

#include <openssl/sha.h>

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"

namespace spillway::testing {

inline std::string KeyDigest(std::string_view key) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_KEY_DIGEST_H_
