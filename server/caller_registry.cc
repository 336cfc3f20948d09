#include "server/caller_registry.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace spillway::server {
namespace {

std::shared_ptr<const Identity> IdentityOf(const v1::Caller& caller, std::uint32_t index) {
  auto identity = std::make_shared<Identity>();
  identity->index = index;
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
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(config.callers_size()); ++i) {
    const v1::Caller& caller = config.callers(static_cast<int>(i));
    auto identity = IdentityOf(caller, i);
    for (const std::string& san : caller.san()) by_san_.emplace(san, identity);
    // Known by its certificate.
    if (caller.key_sha256().empty()) continue;
    const std::string bytes = absl::HexStringToBytes(caller.key_sha256());
    std::copy_n(bytes.begin(), kDigestBytes, digests_.emplace_back().begin());
    identities_.push_back(std::move(identity));
  }
}

Admission CallerRegistry::Admit(const Authorization& presented, absl::FunctionRef<PeerNames()> names) const {
  if (open()) return {identities_[0]};
  if (presented.count == 0) {
    if (by_san_.empty()) return {nullptr, KeyFault::kMissing};
    return AdmitByName(names());
  }
  if (presented.count > 1) return {nullptr, KeyFault::kRepeated};
  if (presented.value.size() > kMaxAuthorizationBytes) return {nullptr, KeyFault::kOversized};
  const std::string_view key = KeyOf(presented.value);
  if (key.empty()) return {nullptr, KeyFault::kMalformed};
  return {Find(key), KeyFault::kUnknown};
}

Admission CallerRegistry::AdmitByName(const PeerNames& names) const {
  if (names.empty()) return {nullptr, KeyFault::kMissing};
  std::shared_ptr<const Identity> known;
  for (const std::string& name : names) {
    const auto found = by_san_.find(name);
    if (found == by_san_.end()) continue;
    if (known != nullptr && known != found->second) return {nullptr, KeyFault::kAmbiguousCertificate};
    known = found->second;
  }
  return {std::move(known), KeyFault::kUnknownCertificate};
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
