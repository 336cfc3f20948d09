#include "tests/sim/stable_id.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace spillway::sim {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest DigestOf(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

absl::string_view BytesOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string StableId(std::string_view seed, std::size_t length) {
  static constexpr std::string_view kAlphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const Digest digest = DigestOf(seed);
  std::string id;
  for (std::size_t i = 0; i < std::min(length, digest.size()); ++i)
    id += kAlphabet[digest[i] % kAlphabet.size()];
  return id;
}

std::string StableUuid(std::string_view seed) {
  const Digest digest = DigestOf(seed);
  const std::string hex = absl::BytesToHexString(BytesOf(digest));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-4", hex.substr(13, 3), "-8",
                      hex.substr(17, 3), "-", hex.substr(20, 12));
}

std::string SignatureOf(std::string_view text) {
  const Digest digest = DigestOf("spillway-sim's own thought: " + std::string(text));
  return absl::Base64Escape(BytesOf(digest));
}

}  // namespace spillway::sim
