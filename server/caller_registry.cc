#include "server/caller_registry.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace spillway::server {
namespace {

std::shared_ptr<const Identity> IdentityOf(const v1::Caller& caller) {
  auto identity = std::make_shared<Identity>();
  identity->name = caller.name();
  const bool sandbox = caller.environment() == v1::ENVIRONMENT_SANDBOX;
  identity->environment = sandbox ? router::Environment::kSandbox : router::Environment::kProduction;
  identity->models.insert(caller.models().begin(), caller.models().end());
  return identity;
}

// The key of `Bearer KEY`; empty: it is not that.
std::string_view KeyOf(std::string_view authorization) {
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase({authorization.data(), authorization.size()}, kScheme)) return {};
  std::string_view key = authorization.substr(kScheme.size());
  key.remove_prefix(std::min(key.find_first_not_of(' '), key.size()));
  const auto visible = [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); };
  return std::all_of(key.begin(), key.end(), visible) ? key : std::string_view();
}

}  // namespace

CallerRegistry::CallerRegistry(const v1::Config& config)
    : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), identities_(1) {
  if (config.callers().empty()) identities_[0] = std::make_shared<Identity>();
  for (const v1::Caller& caller : config.callers()) {
    const std::string bytes = absl::HexStringToBytes(caller.key_sha256());
    std::copy_n(bytes.begin(), kDigestBytes, digests_.emplace_back().begin());
    identities_.push_back(IdentityOf(caller));
  }
}

Admission CallerRegistry::Admit(const Authorization& presented) const {
  if (open()) return {identities_[0]};
  if (presented.count == 0) return {nullptr, KeyFault::kMissing};
  if (presented.count > 1) return {nullptr, KeyFault::kRepeated};
  if (presented.value.size() > kMaxAuthorizationBytes) return {nullptr, KeyFault::kOversized};
  const std::string_view key = KeyOf(presented.value);
  if (key.empty()) return {nullptr, KeyFault::kMalformed};
  return {Find(key), KeyFault::kUnknown};
}

std::shared_ptr<const Identity> CallerRegistry::Find(std::string_view key) const {
  Digest digest{};
  if (sha256_ == nullptr ||
      EVP_Digest(key.data(), key.size(), digest.data(), nullptr, sha256_.get(), nullptr) != 1) {
    return nullptr;
  }
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < digests_.size(); ++i) {
    const auto differs =
        static_cast<std::uint32_t>(CRYPTO_memcmp(digest.data(), digests_[i].data(), kDigestBytes));
    // All ones where nothing differs, else zero: `differs` is a byte.
    const std::uint32_t mask = 0U - ((differs - 1U) >> 31U);
    found |= (i + 1) & mask;
  }
  return identities_[found];
}

}  // namespace spillway::server
