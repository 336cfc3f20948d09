// The callers of one configuration, found by the keys they present, or by their certificates.
//
// Of a key only its SHA-256 is known. A presented key is hashed and the digest compared with every
// caller's, each in full and without a branch on the outcome: how long it takes depends on how many callers
// there are (0.3 us, and 30 ns a caller), never on which of them it is or how near a guess came.
//
// A key, where one is presented, decides alone. Without one the names in the client's certificate do, which
// its connection has verified: names are no secrets, and looked up as any.
//
// Immutable; thread-safe. An identity it handed out outlives it.
#ifndef SPILLWAY_SERVER_CALLER_REGISTRY_H_
#define SPILLWAY_SERVER_CALLER_REGISTRY_H_

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "server/identity.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Of the whole value, `Bearer ` included. Ours are 64 characters; hashing megabytes is nobody's right.
inline constexpr std::size_t kMaxAuthorizationBytes = 4096;

// What a call says of who it is from: its `authorization` metadata.
struct Authorization {
  // How often it was given.
  std::size_t count = 0;
  // The first of them.
  std::string_view value;
};

// The names that a client's certificate has been verified to be for: URIs and DNS names.
using PeerNames = std::vector<std::string>;

// Why nobody was found.
enum class KeyFault : std::uint8_t {
  kMissing,
  kRepeated,
  kOversized,
  kMalformed,
  kUnknown,
  // Of certificates: its names are those of two callers, or of none.
  kAmbiguousCertificate,
  kUnknownCertificate,
};

struct Admission {
  // Null: refused, and `fault` says why.
  std::shared_ptr<const Identity> identity;
  KeyFault fault = KeyFault::kMissing;
};

class CallerRegistry {
 public:
  // `config` is one the validator passed.
  explicit CallerRegistry(const v1::Config& config);

  // No callers are configured: everybody is let in, whatever they present.
  bool open() const { return identities_[0] != nullptr; }

  // `names` is asked only where a certificate may decide.
  Admission Admit(const Authorization& presented, absl::FunctionRef<PeerNames()> names) const;

 private:
  static constexpr std::size_t kDigestBytes = 32;
  using Digest = std::array<unsigned char, kDigestBytes>;

  struct FreeMd {
    void operator()(EVP_MD* md) const { EVP_MD_free(md); }
  };

  std::shared_ptr<const Identity> Find(std::string_view key) const;
  Admission AdmitByName(const PeerNames& names) const;

  // Fetched once: OpenSSL would otherwise look it up under a lock for each digest.
  std::unique_ptr<EVP_MD, FreeMd> sha256_;
  std::vector<Digest> digests_;
  // [0] is nobody; the caller of digests_[i] is [i + 1]. Open: [0] is everybody.
  std::vector<std::shared_ptr<const Identity>> identities_;
  absl::flat_hash_map<std::string, std::shared_ptr<const Identity>> by_san_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALLER_REGISTRY_H_
